package modifiers_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// vector is a worked example of assistants' units in the shared folder.
type vector struct {
	ID       string
	Rule     string
	Services []struct {
		Code             string
		Minutes          int
		AssistantMinutes int `json:"assistant_minutes"`
	}
	Expected        []line
	ModifiersStated *bool `json:"modifiers_stated"`
}

type line struct {
	Code      string   `json:"code"`
	Units     int      `json:"units"`
	Modifiers []string `json:"modifiers"`
}

func assistantVectors(t *testing.T) (out []vector) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "vectors", "timed.jsonl"))
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
		if v.Rule == "cqco" {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		t.Fatal("no vector of assistants' units")
	}
	return out
}

func (v vector) encounter(t *testing.T, billed []line) []byte {
	t.Helper()
	var services, charges []map[string]any
	for i, s := range v.Services {
		services = append(services, map[string]any{
			"id": fmt.Sprint("s", i), "kind": "other", "code": s.Code, "minutes": s.Minutes, "assistant_minutes": s.AssistantMinutes,
		})
	}
	for i, l := range billed {
		charges = append(charges, map[string]any{
			"line": i + 1, "code": l.Code, "modifiers": l.Modifiers, "units": l.Units, "charge_cents": 4500, "diagnosis_pointers": []int{1},
		})
	}
	data, err := json.Marshal(map[string]any{
		"encounter_id": v.ID, "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
		"patient":            map[string]any{"id": "p", "birth_date": "1954-05-01", "sex": "F"},
		"coverage":           []map[string]any{{"program": "medicare_b", "payer_id": "99999", "member_id": "m"}},
		"billing_provider":   map[string]any{"npi": "1234567893"},
		"rendering_provider": map[string]any{"npi": "1881797405", "credential": "PT"},
		"diagnoses":          []string{"M54.50"}, "services": services, "charges": charges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// split is what the rule on the assistant's units says.
func split(o *scrubber.Outcome) (text string, rejects bool) {
	for _, f := range o.Findings {
		if f.Rule.ID == "MOD007" {
			text += f.Message + "; "
			rejects = rejects || f.Severity == scrubber.Reject
		}
	}
	return text, rejects
}

func TestAssistantVectorsGiveTheirStatedAnswer(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for _, v := range assistantVectors(t) {
		if v.ModifiersStated != nil && !*v.ModifiersStated { // the units are stated; the modifiers follow from the algorithm
			v.Expected = []line{
				{"97110", 1, []string{"GP", "CQ"}}, {"97110", 1, []string{"GP"}}, {"97140", 2, []string{"GP"}},
			}
		}
		if text, _ := split(scrubtest.Scrub(t, engine, v.encounter(t, v.Expected))); text != "" {
			t.Errorf("%s, billed as stated: %s", v.ID, text)
		}
		for i, l := range v.Expected {
			wrong := slices.Clone(v.Expected)
			if slices.Contains(l.Modifiers, "CQ") {
				wrong[i].Modifiers = []string{"GP"}
			} else {
				wrong[i].Modifiers = []string{"GP", "CQ"}
			}
			if text, rejects := split(scrubtest.Scrub(t, engine, v.encounter(t, wrong))); !rejects {
				t.Errorf("%s, %s with %v: %q does not reject", v.ID, l.Code, wrong[i].Modifiers, text)
			}
		}
	}
}
