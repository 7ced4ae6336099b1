package timed

import (
	"fmt"

	"claimscrub/scrubber"
)

// FullBlockNotBilled is TIM007.
var FullBlockNotBilled = scrubber.Rule{
	ID: "TIM007", Name: "full-block-not-billed",
	Title: "A timed service of 15 minutes or more has no unit",
	Why: "Under the CMS 8-minute rule a code furnished for 15 minutes or more is billed for at least one unit. " +
		"It may be left out because another edit forbids billing it beside the rest; otherwise the revenue is lost and its time may sit on another code.",
	Fix:    "bill the units of the service, or leave it out on purpose",
	Source: manual("20.2 C"),
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: fullBlock,
}

func fullBlock(c *scrubber.Case, r *scrubber.Report) {
	if c.UnitMethod() != scrubber.CMSEightMinute {
		return
	}
	for i := range c.Timed {
		p := &c.Timed[i]
		for j := range p.Pooled() {
			t := &p.Pooled()[j]
			switch {
			case !c.Documented:
				r.NotEvaluated(scrubber.DocumentationNotSent, perCodeDetail)
				return
			case t.Billed > 0:
				continue
			case p.Mixed:
				r.NotEvaluated(scrubber.Undecided, mixedDetail)
				continue
			case t.Missing && t.Minutes < 15:
				r.NotEvaluated(scrubber.DocumentationNotSent, perCodeDetail)
				continue
			case t.Minutes-p.Concurrent < 15:
				if t.Minutes >= 15 {
					r.NotEvaluated(scrubber.Undecided, concurrentDetail)
				}
				continue
			}
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("%d minutes of %s documented and no unit of it billed", t.Minutes, t.Code),
				Pointer: servicePlace(c, p, t.Code), Billed: "none", Expected: list(lines(t, p.Allocation().Least(j))),
			})
		}
	}
}
