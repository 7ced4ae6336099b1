package manipulation_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/rules/manipulation"
)

const profile = `id: p
title: A plan
unit_method: {value: cpt_midpoint, source: s}
edits: {value: medicare, source: s}
not_evaluated: {value: ready, source: s}
`

// The bands as the fee schedule lists them, written down a second time.
var bands = map[string][2]int{ //nolint:gochecknoglobals // a table
	"98925": {1, 2}, "98926": {3, 4}, "98927": {5, 6}, "98928": {7, 8}, "98929": {9, 10},
	"98940": {1, 2}, "98941": {3, 4}, "98942": {5, 5},
}

// However a session's regions are spread over services, repeated, or named by side, the verdict goes by the
// distinct regions that the code counts.
func TestTheVerdictGoesByDistinctRegions(t *testing.T) {
	t.Parallel()
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]string{"98925", "98926", "98927", "98928", "98929", "98940", "98941", "98942"}).Draw(t, "code")
		kind, id := "osteopathic_manipulation", "REG001"
		if code >= "98940" {
			kind, id = "chiropractic_manipulation", "REG002"
		}
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"head", "cervical", "thoracic", "lumbar", "sacral", "pelvic", "lower_extremity",
			"left_lower_extremity", "right_lower_extremity", "left_upper_extremity", "right_upper_extremity", "rib_cage", "abdomen"}), 1, 14).Draw(t, "regions")
		services := make([]map[string]any, rapid.IntRange(1, 4).Draw(t, "services"))
		for i := range services {
			services[i] = map[string]any{"id": string(rune('a' + i)), "kind": kind, "regions": []string{}}
		}
		for _, n := range names {
			s := services[rapid.IntRange(0, len(services)-1).Draw(t, "into")]
			s["regions"] = append(s["regions"].([]string), n)
		}
		n := distinct(names, id == "REG002")
		want := ""
		switch band := bands[code]; {
		case n < band[0]:
			want = "reject"
		case n > band[1]:
			want = "warn"
		}
		if got := said(t, e, id, code, services); got != want {
			t.Fatalf("%s for %d regions: %q, want %q", code, n, got, want)
		}
	})
}

// distinct counts regions the slow way: sides off, spinal ones alone where asked.
func distinct(names []string, spinal bool) int {
	var seen []string
	for _, n := range names {
		n = strings.TrimPrefix(strings.TrimPrefix(n, "left_"), "right_")
		if spinal && !slices.Contains([]string{"cervical", "thoracic", "lumbar", "sacral", "pelvic"}, n) || slices.Contains(seen, n) {
			continue
		}
		seen = append(seen, n)
	}
	return len(seen)
}

func said(t *rapid.T, e *scrubber.Engine, id, code string, services []map[string]any) string {
	data, err := json.Marshal(map[string]any{
		"encounter_id": "enc-1", "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
		"patient": map[string]any{"id": "pat-1", "birth_date": "1961-05-01", "sex": "F"}, "coverage": []any{map[string]any{"program": "self_pay"}},
		"billing_provider": map[string]any{"npi": "1234567893"}, "rendering_provider": map[string]any{"npi": "1881797405", "credential": "DO"},
		"diagnoses": []string{"M99.03"}, "services": services,
		"charges": []any{map[string]any{"line": 1, "code": code, "units": 1, "charge_cents": 6500, "diagnosis_pointers": []int{1}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := scrubber.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range e.Scrub(c).Findings {
		if f.Rule.ID == id {
			return f.Severity.String()
		}
	}
	return ""
}

func engine(t *testing.T) *scrubber.Engine {
	t.Helper()
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := payer.Load([]payer.File{{Name: "p.yaml", Text: []byte(profile)}}, manipulation.Rules())
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", manipulation.Rules(), tables, policies)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
