package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// The default install knows the codes of an ordinary clinic day: no rule says that a table lacks them.
func TestOrdinaryDaysAreJudgedByTheShippedTables(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for credential, days := range map[string][]string{
		"DO": {"99213 98926", "99203 98927", "99215", "99213 98925 97110"},
		"PT": {"97140 97110 G0283", "97161 97110 97530", "97164 97140", "97110 95851", "97535 90912 90913", "97112 29240"},
		"DC": {"98941 97140", "99203 98940", "98940 98943"},
		"OT": {"97165 97530 97535", "97760"},
	} {
		for _, codes := range days {
			var lines []string
			for i, code := range strings.Fields(codes) {
				lines = append(lines, fmt.Sprintf(`{"line": %d, "code": %q, "units": 1, "charge_cents": 4500, "diagnosis_pointers": [1]}`, i+1, code))
			}
			data := fmt.Sprintf(`{"encounter_id": "enc-1", "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
				"patient": {"id": "pat-1", "birth_date": "1950-05-01", "sex": "F"},
				"coverage": [{"program": "medicare_b", "payer_id": "04412", "member_id": "1EG4TE5MK73"}],
				"billing_provider": {"npi": "1234567893"}, "rendering_provider": {"npi": "1881797405", "credential": %q},
				"diagnoses": ["M54.50"], "charges": [%s]}`, credential, strings.Join(lines, ", "))
			for _, n := range scrubtest.Scrub(t, engine, []byte(data)).NotEvaluated {
				if n.Reason == scrubber.OutsideTables || n.Reason == scrubber.NoEdition {
					t.Errorf("%s by %s: %s is not evaluated: %s: %s", codes, credential, n.Rule.ID, n.Reason, n.Detail)
				}
			}
		}
	}
}
