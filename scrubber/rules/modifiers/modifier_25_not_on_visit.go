package modifiers

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Modifier25NotOnVisit is MOD013.
var Modifier25NotOnVisit = scrubber.Rule{
	ID: "MOD013", Name: "modifier-25-not-on-visit",
	Title: "Modifier 25 on a code that is not an evaluation and management visit",
	Why: "25 says that an evaluation and management visit was significant and separate from a procedure of the day, and belongs on the visit's line. On the procedure it bypasses no edit, " +
		"so that the visit is denied all the same. Some payers ask for it on a therapy evaluation; there it warns.",
	Fix:    "move 25 to the visit's line if the visit was separate, or remove it",
	Source: scrubber.Source{Authority: "CMS", Title: "NCCI Policy Manual", Section: "chapter 1, modifiers and modifier indicators"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			switch {
			case !l.Has("25"):
				continue
			case l.Known == refdata.Outside:
				r.NotEvaluated(scrubber.OutsideTables, l.Named()+" is outside the code table")
				continue
			case l.Known != refdata.Present || l.Facts.Is(refdata.EM):
				continue
			}
			f := scrubber.Finding{
				Message: "25 on " + l.Code + ", which is not an evaluation and management visit",
				Pointer: at(l, "25"), Lines: []int{l.Number}, Billed: l.Code + "-25", Expected: l.Code,
				Fix: &scrubber.Fix{Summary: "remove 25 from " + l.Code, Patch: without(l, func(m string) bool { return m == "25" })},
			}
			if l.Facts.Is(refdata.Evaluation | refdata.Reevaluation) {
				f.Certainty = scrubber.Inferred
			}
			r.Add(f)
		}
	},
}
