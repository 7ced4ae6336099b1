package modifiers

import (
	"slices"

	"claimscrub/scrubber"
)

// Modifier51OnTimedTherapy is MOD001.
var Modifier51OnTimedTherapy = scrubber.Rule{
	ID: "MOD001", Name: "modifier-51-on-timed-therapy",
	Title: "Modifier 51 on a timed therapy code",
	Why: "51 asks for the reduction of multiple surgical procedures. Timed therapy codes are reduced by the therapy rule instead " +
		"(multiple procedure indicator 5 in the fee schedule), so that 51 has no part in their pricing: payers ignore it, or return the line.",
	Fix:    "remove modifier 51",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare Physician Fee Schedule, July 2026", Section: "multiple procedure indicator 5"},
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: modifier51,
}

func modifier51(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		at := slices.Index(l.Modifiers, "51")
		if at < 0 || l.TimedCode() == "" {
			continue
		}
		r.Add(scrubber.Finding{
			Message: "51 on " + l.Code + ", a timed therapy code",
			Pointer: l.Pointer("modifiers", at), Lines: []int{l.Number}, Billed: l.Code + "-51", Expected: l.Code,
			Fix: &scrubber.Fix{
				Summary: "remove 51 from " + l.Code, Safe: true,
				Patch: without(l, func(m string) bool { return m == "51" }),
			},
		})
	}
}
