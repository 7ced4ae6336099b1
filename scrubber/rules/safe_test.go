package rules_test

import (
	"testing"

	"claimscrub/scrubber/scrubtest"
)

// A fix stays safe beside a pair that is rejected before and after it: the claim it would make is judged afresh, and
// its pairs are not counted on top of those of the claim as sent.
func TestAFixStaysSafeBesideARejectedPair(t *testing.T) {
	t.Parallel()
	o := scrubtest.Scrub(t, scrubtest.Engine(t), []byte(`{
		"encounter_id": "enc-1", "revision": 1, "service_date": "2024-08-15", "place_of_service": "11",
		"patient": {"id": "pat-1", "birth_date": "1950-05-01", "sex": "F"},
		"coverage": [{"program": "medicare_b", "payer_id": "04412", "member_id": "1EG4TE5MK73"}],
		"billing_provider": {"npi": "1234567893"}, "rendering_provider": {"npi": "1881797405", "credential": "DC"},
		"diagnoses": ["M99.03"],
		"charges": [
			{"line": 1, "code": "98940", "modifiers": ["AT"], "units": 1, "charge_cents": 4000, "diagnosis_pointers": [1]},
			{"line": 2, "code": "97140", "modifiers": ["GP", "51"], "units": 1, "charge_cents": 4000, "diagnosis_pointers": [1]}
		]}`))
	said := map[string]bool{}
	for _, f := range o.Findings {
		said[f.Rule.ID] = true
		if f.Rule.ID == "MOD001" && !f.Fix.Safe {
			t.Errorf("taking 51 off is no longer safe")
		}
	}
	if !said["PTP002"] || !said["MOD001"] {
		t.Errorf("expected PTP002 and MOD001 among %v", said)
	}
}
