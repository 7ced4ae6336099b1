package timed

import (
	"cmp"
	"fmt"

	"claimscrub/scrubber"
)

// TimedUnitsAllocation is TIM002.
var TimedUnitsAllocation = scrubber.Rule{
	ID: "TIM002", Name: "timed-units-allocation",
	Title: "Timed units billed on codes whose minutes did not earn them",
	Why: "Under the CMS 8-minute rule every full 15 minutes of a code is a unit of that code, and the units then left go to the codes with the most minutes left, " +
		"one each. Where two codes tie for a unit either may take it. A unit on another code bills a service that was not furnished that long, and is denied on review.",
	Fix:    "bill the units on the codes whose minutes earned them",
	Source: manual("20.2 C, examples 1 to 5"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		method, certain := c.Method()
		for i := range c.Timed {
			switch p := &c.Timed[i]; {
			case method == scrubber.CMSEightMinute:
				allocation(c, r, p, certain)
			case p.BilledUnits() > 0 && p.Total != scrubber.NotSent && !p.PerCode && !p.Mixed && p.Concurrent == 0:
				r.NotEvaluated(scrubber.DocumentationNotSent, perCodeDetail) // TIM001 saw the total alone
			}
		}
	},
}

func allocation(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, certain bool) {
	total := p.BilledUnits()
	switch {
	case total == 0:
		return
	case p.Mixed:
		r.NotEvaluated(scrubber.Undecided, mixedDetail)
		return
	case p.Concurrent > 0:
		r.NotEvaluated(scrubber.Undecided, concurrentDetail)
		return
	case !p.PerCode:
		r.NotEvaluated(scrubber.DocumentationNotSent, perCodeDetail)
		return
	}
	a := p.Allocation()
	if total > a.Units || a.Covers(p.Billed()) {
		return
	}
	want := nearest(p)
	f := scrubber.Finding{
		Certainty: certainty((certain || exceedsAnyAlone(p)) && !otherEncounter(c, "")),
		Message:   fmt.Sprintf("%s billed for %s; the %s go to %s", billed(c, p, nil), minutes(p), plural(a.Units, "unit"), wanted(p, want)),
		Lines:     numbers(c.TimedLines(p, nil)), Billed: billed(c, p, nil), Expected: wanted(p, want),
	}
	if n := a.Count(); n > 1 {
		f.Message += fmt.Sprintf(", one of %d right splits", n)
	}
	f.Fix, f.Pointer = respread(c, p, want)
	r.Add(f)
}

// respread is the fix that bills want, or, where that takes a line the claim does not have, no more than
// want; and the place of the first code billed above it.
func respread(c *scrubber.Case, p *scrubber.TimedPool, want []int) (fix *scrubber.Fix, pointer string) {
	var all, less change
	whole, taken := true, true
	for i := range p.Pooled() {
		t := &p.Pooled()[i]
		whole = all.bring(c, p, t, want[i]) && whole
		if want[i] < t.Billed {
			taken = less.bring(c, p, t, want[i]) && taken
			pointer = cmp.Or(pointer, c.TimedLines(p, t)[len(c.TimedLines(p, t))-1].Pointer("units"))
		}
	}
	switch {
	case whole:
		return all.fix(c, "bill "+wanted(p, want)+"; the charges must follow"), pointer
	case !taken:
		return nil, pointer
	}
	return less.fix(c, "bill no more than "+wanted(p, want)+"; a line for the rest is yours to add, and the charges must follow"), pointer
}
