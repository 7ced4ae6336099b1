package timed

import (
	"fmt"

	"claimscrub/scrubber"
	"claimscrub/scrubber/units"
)

// TimedUnitsUnderBilled is TIM003.
var TimedUnitsUnderBilled = scrubber.Rule{
	ID: "TIM003", Name: "timed-units-under-billed",
	Title: "Fewer timed units billed than the documented minutes earn",
	Why: "The minutes documented earn more units than the claim bills. No payer objects, and the revenue is lost. " +
		"Some units are left out on purpose, because another edit forbids them.",
	Fix:    "bill the units that the minutes earn, or leave them out on purpose",
	Source: manual("20.2 C"),
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Timed {
			underBilled(c, r, &c.Timed[i])
		}
	},
}

func underBilled(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool) {
	if p.Mixed {
		r.NotEvaluated(scrubber.Undecided, mixedDetail)
		return
	}
	cms := c.UnitMethod() == scrubber.CMSEightMinute
	for i := range p.Codes {
		switch t := &p.Codes[i]; {
		case t.Pooled() && cms:
		case !known(c, t):
			r.NotEvaluated(scrubber.DocumentationNotSent, perCodeDetail)
		case t.Pooled() && p.Concurrent > 0:
			r.NotEvaluated(scrubber.Undecided, concurrentDetail)
		case t.Billed < t.Earns():
			underAlone(c, r, p, t, cms)
		}
	}
	switch {
	case !cms || len(p.Pooled()) == 0:
	case p.Total == scrubber.NotSent:
		r.NotEvaluated(scrubber.DocumentationNotSent, lacking(c))
	case p.BilledUnits() >= units.Aggregate(p.Total):
	case p.BilledUnits() >= units.Aggregate(p.Total-sharedMinutes(c, func(*scrubber.TimedPool) bool { return true })):
		r.NotEvaluated(scrubber.Undecided, sharedDetail)
	default:
		underTogether(c, r, p, units.Aggregate(p.Total))
	}
}

func underTogether(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, earned int) {
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed (%s) for %s of timed services, which earn %d",
			plural(p.BilledUnits(), "timed unit"), billed(c, p, nil), plural(p.Total, "minute"), earned),
		Pointer: "/total_timed_minutes", Lines: numbers(c.TimedLines(p, nil)),
		Billed: billed(c, p, nil), Expected: plural(earned, "unit") + " in all",
	}
	if c.TotalTimedMinutes == scrubber.NotSent {
		f.Pointer = place(c, p, &p.Pooled()[0])
	}
	if p.PerCode {
		want := nearest(p)
		f.Expected = wanted(p, want)
		var ch change
		whole := true
		for i := range p.Pooled() {
			t := &p.Pooled()[i]
			whole = ch.bring(c, p, t, want[i]) && whole
			if want[i] > t.Billed {
				f.Pointer = place(c, p, t)
			}
		}
		if whole && !ch.overLimit(c) {
			f.Fix = ch.fix(c, "bill "+f.Expected+"; the charges must follow")
			f.Fix.Safe = false
		}
	}
	r.Add(f)
}

func underAlone(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, t *scrubber.TimedCode, cms bool) {
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed for %s, which earn %d", unitsOf(c, p, t), plural(t.Minutes, "minute"), t.Earns()),
		Pointer: place(c, p, t), Lines: numbers(c.TimedLines(p, t)),
		Billed: billed(c, p, t), Expected: list(lines(t, t.Earns())),
	}
	if !cms {
		f.Source = &midpoint
	}
	var ch change
	if ch.bring(c, p, t, t.Earns()) && !ch.overLimit(c) {
		f.Fix = ch.fix(c, "bill "+f.Expected+"; the charge must follow")
		f.Fix.Safe = false
	}
	r.Add(f)
}
