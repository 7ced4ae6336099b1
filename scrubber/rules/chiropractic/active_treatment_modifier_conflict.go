package chiropractic

import (
	"strings"

	"claimscrub/scrubber"
)

// ActiveTreatmentModifierConflict is CMT002.
var ActiveTreatmentModifierConflict = scrubber.Rule{
	ID: "CMT002", Name: "active-treatment-modifier-conflict",
	Title: "More than one of AT, GA and GZ on spinal manipulation",
	Why: "AT says the treatment is active and covered; GA and GZ say that a denial as not necessary is expected, with and without the notice. A line with AT and GA is " +
		"rejected without appeal rights for dates of service since 2015-11-01. GY and GX go with what is never covered, which active treatment is not.",
	Fix: "keep the one modifier that the record supports",
	Source: scrubber.Source{
		Authority: "Palmetto GBA", Title: "Chiropractic services: AT and GA on the same line, 2020-05-29",
		Section: "NGS: exactly one of the three is reported",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{activeTreatmentModifier},
	Check: activeTreatmentModifierConflict,
}

func activeTreatmentModifierConflict(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) || !l.Has("AT", "GA", "GZ") {
			continue
		}
		at, ga, gz := l.Has("AT"), l.Has("GA"), l.Has("GZ")
		excluded := at && !ga && !gz && l.Has("GX", "GY")
		if !(at && ga || at && gz || ga && gz || excluded) || !c.Bool(&activeTreatmentModifier) {
			continue
		}
		if excluded {
			r.Add(excludedAndActive(l))
			continue
		}
		var together []string
		for _, m := range []string{"AT", "GA", "GZ"} {
			if l.Has(m) {
				together = append(together, m)
			}
		}
		r.Add(scrubber.Finding{
			Message: l.Code + " with " + strings.Join(together, " and ") + "; one of them is reported",
			Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: strings.Join(together, ", "), Expected: "one of AT, GA, GZ",
		})
	}
}

// excludedAndActive is said of AT beside GX or GY, which go with what is never covered (NGS): active spinal manipulation is covered, and is denied
// to the patient's cost. No text at hand says what becomes of both on one line.
func excludedAndActive(l *scrubber.Line) scrubber.Finding {
	other := "GX"
	if l.Has("GY") {
		other = "GY"
	}
	return scrubber.Finding{
		Certainty: scrubber.Inferred,
		Message:   l.Code + " with AT and " + other + "; active treatment is covered, and " + other + " goes with what never is",
		Pointer:   l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: "AT, " + other, Expected: "AT alone, or one of GA, GZ",
	}
}
