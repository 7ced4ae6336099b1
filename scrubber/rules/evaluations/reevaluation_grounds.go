package evaluations

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// ReevaluationGrounds is EVL003.
var ReevaluationGrounds = scrubber.Rule{
	ID: "EVL003", Name: "reevaluation-grounds",
	Title: "Re-evaluation without a documented reason",
	Why: "Assessing the patient is part of every treatment. A re-evaluation is paid by itself only where the note gives its grounds: new findings, a significant change, " +
		"or no response to the plan of care. A routine one at fixed intervals is denied.",
	Fix:    "record the reason for the re-evaluation, if there was one, or take the charge out",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub. 100-02, chapter 15", Section: "220.3 C, evaluation and re-evaluation"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			if !evaluates(l) || !l.Facts.Is(refdata.Reevaluation) {
				continue
			}
			switch c.Notes.ReevaluationReason {
			case scrubber.FactUnknown:
				r.NotEvaluated(scrubber.DocumentationNotSent, "send notes.reevaluation_reason")
			case scrubber.No:
				r.Add(scrubber.Finding{
					Message: l.Code + " billed, and the note gives no reason for a re-evaluation",
					Pointer: "/notes/reevaluation_reason", Lines: []int{l.Number}, Billed: l.Code,
					Fix: &scrubber.Fix{Summary: "take " + l.Code + " out, if there was no reason", Patch: l.RemoveLine()},
				})
			}
		}
	},
}
