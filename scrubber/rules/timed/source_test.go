package timed_test

import (
	"fmt"
	"strings"
	"testing"

	"claimscrub/scrubber/scrubtest"
)

// A code outside the 15-minute ones is counted by CPT's midpoint, or by the manual's whole periods, and not by the table of 8 minutes.
func TestUnitsNameTheTextTheyAreCountedBy(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for _, of := range []struct {
		program, code string
		minutes       int
		section       string
	}{
		{"medicare_b", "97110", 7, "20.2 C"},
		{"medicare_b", "97550", 12, "introduction: time"},
		{"medicare_b", "97545", 110, "20.4"},
		{"commercial", "97110", 7, "introduction: time"},
		{"commercial", "97545", 110, "20.4"},
		{"commercial", "97545", 50, "introduction: time"},
	} {
		data := fmt.Appendf(nil, `{"encounter_id": "e", "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
			"patient": {"id": "p", "birth_date": "1954-05-01", "sex": "F"}, "coverage": [{"program": %q, "payer_id": "99999", "member_id": "m"}],
			"billing_provider": {"npi": "1234567893"}, "rendering_provider": {"npi": "1881797405", "credential": "PT"}, "diagnoses": ["M54.50"],
			"services": [{"id": "s", "kind": "other", "code": %q, "minutes": %d}],
			"charges": [{"line": 1, "code": %q, "modifiers": ["GP"], "units": 1, "charge_cents": 4500, "diagnosis_pointers": [1]}]}`,
			of.program, of.code, of.minutes, of.code)
		said := false
		for _, f := range scrubtest.Scrub(t, engine, data).Findings {
			if f.Rule.ID != "TIM001" {
				continue
			}
			source := f.Rule.Source
			if f.Source != nil {
				source = *f.Source
			}
			said = true
			if !strings.HasPrefix(source.Section, of.section) {
				t.Errorf("%s, %d minutes of %s: section %q, want %q", of.program, of.minutes, of.code, source.Section, of.section)
			}
		}
		if !said {
			t.Errorf("%s, %d minutes of %s: TIM001 says nothing", of.program, of.minutes, of.code)
		}
	}
}
