package rules_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// A name or a member id sent in the place of a code is repeated nowhere: not by a finding, its fix, or what could not be judged.
func TestWhatIsNoCodeIsRepeatedNowhere(t *testing.T) {
	t.Parallel()
	const name = "JANE DOE"
	engine := scrubtest.Engine(t)
	for id, f := range files(t) {
		for _, c := range f.Cases {
			var e struct {
				Charges   []json.RawMessage `json:"charges"`
				Services  []json.RawMessage `json:"services"`
				SameDay   []json.RawMessage `json:"same_day"`
				Diagnoses []json.RawMessage `json:"diagnoses"`
			}
			if json.Unmarshal(c.Data, &e) != nil {
				continue // of the rules of the schema
			}
			var places [][]string
			places = append(places, each(len(e.Charges), "/charges/%d/code"), each(len(e.Services), "/services/%d/code"),
				each(len(e.SameDay), "/same_day/%d/code"), each(len(e.Diagnoses), "/diagnoses/%d"))
			for _, of := range places {
				all := c.Data
				for _, at := range of {
					one, err := scrubber.Apply(c.Data, put(at, name))
					if err != nil {
						continue // of a case that is itself no encounter
					}
					silent(t, engine, id+" "+c.Name+" "+at, one, name)
					if all, err = scrubber.Apply(all, put(at, name)); err != nil {
						t.Fatal(err)
					}
				}
				silent(t, engine, id+" "+c.Name, all, name)
			}
			for _, at := range each(len(e.Charges), "/charges/%d/modifiers") {
				if twice, err := scrubber.Apply(c.Data, []scrubber.PatchOp{{Op: "add", Path: at, Value: []string{name, name, "59", "GP"}}}); err == nil {
					silent(t, engine, id+" "+c.Name+" "+at, twice, name)
				}
			}
		}
	}
}

func each(n int, place string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(place, i))
	}
	return out
}

func put(at, value string) []scrubber.PatchOp {
	op := "add"
	if strings.HasPrefix(at, "/diagnoses/") {
		op = "replace"
	}
	return []scrubber.PatchOp{{Op: op, Path: at, Value: value}}
}

// silent holds everything that the outcome says against the name.
func silent(t *testing.T, engine *scrubber.Engine, what string, data []byte, name string) {
	t.Helper()
	o := scrubtest.Scrub(t, engine, data)
	for i := range o.Findings {
		f := &o.Findings[i]
		said := []any{f.Message, f.Pointer, f.Billed, f.Expected, f.Fix}
		if text := fmt.Sprintf("%+v", said); strings.Contains(text, name) || f.Fix != nil && strings.Contains(fmt.Sprintf("%+v", *f.Fix), name) {
			t.Errorf("%s: %s says %q, billed %q, expected %q, fix %+v", what, f.Rule.ID, f.Message, f.Billed, f.Expected, f.Fix)
		}
	}
	for _, n := range o.NotEvaluated {
		if strings.Contains(n.Detail, name) {
			t.Errorf("%s: %s is not evaluated: %s", what, n.Rule.ID, n.Detail)
		}
	}
}
