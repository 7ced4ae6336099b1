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

// verdict is what the rules on timed units make of the outcome.
func verdict(o *scrubber.Outcome) (rejects, under bool) {
	for _, f := range o.Findings {
		rejects = rejects || f.Severity == scrubber.Reject && (f.Rule.ID == "TIM001" || f.Rule.ID == "TIM002")
		under = under || f.Rule.ID == "TIM003"
	}
	return rejects, under
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
		rejects, under := verdict(scrubtest.Scrub(t, engine, d.data))
		if rejects == covered || under != (total < a.Units) {
			rt.Fatalf("%v minutes, %v billed: rejects %v, under-billed %v; some right split covers it: %v, %d of %d units",
				d.minutes, d.billed, rejects, under, covered, total, a.Units)
		}
	})
}

func TestUnitsAreRejectedExactlyWhenACodeExceedsItsMidpoint(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := draw(rt, "commercial")
		over, less := false, false
		for i, n := range d.billed {
			over = over || n > units.Midpoint(d.minutes[i], 15)
			less = less || n < units.Midpoint(d.minutes[i], 15)
		}
		if rejects, under := verdict(scrubtest.Scrub(t, engine, d.data)); rejects != over || under != less {
			rt.Fatalf("%v minutes, %v billed: rejects %v, under-billed %v; want %v, %v", d.minutes, d.billed, rejects, under, over, less)
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
