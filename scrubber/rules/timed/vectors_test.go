package timed_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// vector is one worked example of the shared folder: minutes, and the units its source prints for them.
type vector struct {
	ID       string
	Rule     string
	Services []struct {
		Code             string
		Minutes          int
		AssistantMinutes *int `json:"assistant_minutes"`
	}
	Expected     []line
	Alternatives [][]line
	Untimed      []string
}

type line struct {
	Code  string
	Units int
}

func vectors(t *testing.T, name string) (out []vector) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "vectors", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the shared vectors are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("decode vector %d: %v", len(out)+1, err)
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		t.Fatalf("%s has no vector", name)
	}
	return out
}

// program is the program whose profile counts as the vector does.
func (v vector) program() string {
	if v.Rule == "ama" {
		return "commercial"
	}
	return "medicare_b"
}

// encounter is the vector as a publisher would send it, with the lines billed.
func (v vector) encounter(t *testing.T, billed []line) []byte {
	t.Helper()
	var services, charges []map[string]any
	for i, s := range v.Services {
		service := map[string]any{"id": fmt.Sprint("s", i), "kind": "other", "code": s.Code, "minutes": s.Minutes}
		if s.AssistantMinutes != nil {
			service["assistant_minutes"] = *s.AssistantMinutes
		}
		services = append(services, service)
	}
	for _, l := range billed {
		if l.Units > 0 {
			charges = append(charges, map[string]any{
				"line": len(charges) + 1, "code": l.Code, "modifiers": []string{"GP"}, "units": l.Units,
				"charge_cents": 4500 * l.Units, "diagnosis_pointers": []int{1},
			})
		}
	}
	if charges == nil {
		charges = []map[string]any{}
	}
	data, err := json.Marshal(map[string]any{
		"encounter_id": v.ID, "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
		"patient":            map[string]any{"id": "p", "birth_date": "1954-05-01", "sex": "F"},
		"coverage":           []map[string]any{{"program": v.program(), "payer_id": "99999", "member_id": "m"}},
		"billing_provider":   map[string]any{"npi": "1234567893"},
		"rendering_provider": map[string]any{"npi": "1881797405", "credential": "PT"},
		"diagnoses":          []string{"M54.50"}, "services": services, "charges": charges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// said is what the rules on timed units say, and whether one of them rejects.
func said(o *scrubber.Outcome) (text string, rejects bool) {
	var b strings.Builder
	for _, f := range o.Findings {
		if slices.Contains([]string{"TIM001", "TIM002", "TIM003"}, f.Rule.ID) {
			fmt.Fprintf(&b, "%s %s %s; ", f.Rule.ID, f.Severity, f.Message)
			rejects = rejects || f.Severity == scrubber.Reject
		}
	}
	return b.String(), rejects
}

func TestVectorsGiveTheirStatedAnswer(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for _, v := range vectors(t, "timed.jsonl") {
		right := v.Alternatives
		if right == nil {
			right = [][]line{v.Expected}
		}
		for _, billed := range right {
			if text, _ := said(scrubtest.Scrub(t, engine, v.encounter(t, billed))); text != "" {
				t.Errorf("%s, billed as stated %v: %s", v.ID, billed, text)
			}
			for i, l := range billed {
				if slices.Contains(v.Untimed, l.Code) {
					continue
				}
				over := slices.Clone(billed)
				over[i].Units++
				if text, rejects := said(scrubtest.Scrub(t, engine, v.encounter(t, over))); !rejects {
					t.Errorf("%s, one unit of %s too many: %q does not reject", v.ID, l.Code, text)
				}
			}
		}
	}
}

// TestDisputedVectors bills what each disputed source prints and says what is right of it.
func TestDisputedVectors(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	want := map[string]string{
		"disp-acct":            "TIM001 reject", // 30 minutes earn two units
		"disp-25-10":           "",              // a tie of 10 and 10 minutes: the split is right, the reason given for it is not
		"disp-aapc-32":         "",              // four times 8 minutes are four units by the midpoint
		"disp-mena-ama-floor8": "TIM001 reject", // 16 minutes are one unit
		"disp-visualfoodie":    "TIM003 warn",   // 20 and 20 minutes earn three units under CMS
	}
	for _, v := range vectors(t, "timed_disputed.jsonl") {
		w, ok := want[v.ID]
		text, _ := said(scrubtest.Scrub(t, engine, v.encounter(t, v.Expected)))
		if !ok || !strings.HasPrefix(text, w) || w == "" && text != "" {
			t.Errorf("%s: %q, want %q", v.ID, text, w)
		}
	}
}
