package timed_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
	"claimscrub/scrubber/units"
)

var pooled = []string{"97035", "97110", "97112", "97140", "97530"}

// drawn is minutes and billed units of the pooled codes, as an encounter.
type drawn struct {
	minutes, billed []int
	data            []byte
}

func draw(t *rapid.T, program string) drawn {
	d := drawn{
		minutes: rapid.SliceOfN(rapid.IntRange(0, 40), len(pooled), len(pooled)).Draw(t, "minutes"),
		billed:  rapid.SliceOfN(rapid.IntRange(0, 3), len(pooled), len(pooled)).Draw(t, "billed"),
	}
	var services, charges []string
	for i, code := range pooled {
		episodes := []int{d.minutes[i]}
		if rapid.Bool().Draw(t, "split") {
			first := rapid.IntRange(0, d.minutes[i]).Draw(t, "first")
			episodes = []int{first, d.minutes[i] - first}
		}
		for j, m := range episodes {
			services = append(services, fmt.Sprintf(`{"id": "s%d%d", "kind": "other", "code": %q, "minutes": %d}`, i, j, code, m))
		}
		if d.billed[i] > 0 {
			charges = append(charges, fmt.Sprintf(`{"line": %d, "code": %q, "modifiers": ["GP"], "units": %d, "charge_cents": 4500, "diagnosis_pointers": [1]}`,
				len(charges)+1, code, d.billed[i]))
		}
	}
	d.data = fmt.Appendf(nil, `{"encounter_id": "e", "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
		"patient": {"id": "p", "birth_date": "1954-05-01", "sex": "F"}, "coverage": [{"program": %q, "payer_id": "99999", "member_id": "m"}],
		"billing_provider": {"npi": "1234567893"}, "rendering_provider": {"npi": "1881797405", "credential": "PT"},
		"diagnoses": ["M54.50"], "services": [%s], "charges": [%s]}`, program, strings.Join(services, ","), strings.Join(charges, ","))
	return d
}

// verdict is what the rules make of the outcome: whether a rule on timed units rejects, and how many units the claim should bill beyond those it
// bills. No code's units are asked for by two findings.
func verdict(t *rapid.T, o *scrubber.Outcome) (rejects bool, missing int) {
	asks := map[string]string{}
	for _, f := range o.Findings {
		switch f.Rule.ID {
		case "TIM001", "TIM002":
			rejects = rejects || f.Severity == scrubber.Reject
		case "TIM003", "TIM007", "DOC002":
			for code, n := range amounts(t, f.Expected) {
				if asks[code] != "" {
					t.Fatalf("%s is said by %s and %s", code, asks[code], f.Rule.ID)
				}
				asks[code] = f.Rule.ID
				missing += n
			}
			for _, n := range amounts(t, f.Billed) {
				missing -= n
			}
		}
	}
	return rejects, missing
}

// amounts reads "97110 x2, 97140 x1", or "none".
func amounts(t *rapid.T, s string) map[string]int {
	of := map[string]int{}
	if s == "none" {
		return of
	}
	for part := range strings.SplitSeq(s, ", ") {
		var code string
		var n int
		if _, err := fmt.Sscanf(part, "%s x%d", &code, &n); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		of[code] = n
	}
	return of
}

func TestUnitsAreRejectedExactlyWhenNoRightSplitCoversThem(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt, "medicare_b")
		a := units.Allocate(d.minutes)
		covered, total := false, 0
		for split := range a.All() {
			all := true
			for i := range split {
				all = all && d.billed[i] <= split[i]
			}
			covered = covered || all
		}
		for _, n := range d.billed {
			total += n
		}
		rejects, missing := verdict(rt, scrubtest.Scrub(t, engine, d.data))
		if rejects == covered || covered && missing != a.Units-total {
			rt.Fatalf("%v minutes, %v billed: rejects %v, %d units missing; some right split covers it: %v, %d of %d units",
				d.minutes, d.billed, rejects, missing, covered, total, a.Units)
		}
	})
}

func TestUnitsAreRejectedExactlyWhenACodeExceedsItsMidpoint(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt, "commercial")
		over, less := false, 0
		for i, n := range d.billed {
			over = over || n > units.Midpoint(d.minutes[i], 15)
			less += max(0, units.Midpoint(d.minutes[i], 15)-n)
		}
		if rejects, missing := verdict(rt, scrubtest.Scrub(t, engine, d.data)); rejects != over || missing != less {
			rt.Fatalf("%v minutes, %v billed: rejects %v, %d units missing; want %v, %d", d.minutes, d.billed, rejects, missing, over, less)
		}
	})
}

func TestEachFixOfTimedUnitsLeavesItsRuleContent(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt, rapid.SampledFrom([]string{"medicare_b", "commercial"}).Draw(rt, "program"))
		before := scrubtest.Scrub(t, engine, d.data)
		for _, f := range before.Findings {
			if f.Fix == nil || !strings.HasPrefix(f.Rule.ID, "TIM") {
				continue
			}
			data, err := scrubber.Apply(d.data, f.Fix.Patch)
			if err != nil {
				rt.Fatalf("%s: %v", f.Fix.Summary, err)
			}
			for _, g := range scrubtest.Scrub(t, engine, data).Findings {
				if g.Rule.ID == f.Rule.ID && g.Message == f.Message {
					rt.Fatalf("%v minutes, %v billed: after %q still %s", d.minutes, d.billed, f.Fix.Summary, g.Message)
				}
				if f.Fix.Safe && g.Severity == scrubber.Reject && !rejected(before, g.Rule.ID) {
					rt.Fatalf("%v minutes, %v billed: the safe fix %q brings %s %s", d.minutes, d.billed, f.Fix.Summary, g.Rule.ID, g.Message)
				}
			}
		}
	})
}

// rejected tells whether the rule rejected already.
func rejected(o *scrubber.Outcome, id string) bool {
	for _, f := range o.Findings {
		if f.Rule.ID == id && f.Severity == scrubber.Reject {
			return true
		}
	}
	return false
}
