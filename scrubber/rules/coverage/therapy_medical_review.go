package coverage

import (
	"fmt"

	"claimscrub/scrubber"
)

// TherapyMedicalReview is COV004.
var TherapyMedicalReview = scrubber.Rule{
	ID: "COV004", Name: "therapy-medical-review",
	Title: "Therapy above the medical review threshold",
	Why: "From 3,000 dollars a year on, for physical therapy and speech-language pathology together and for occupational therapy by itself, " +
		"Medicare's contractors choose claims for medical review. Not every claim is chosen; the note of one that is must carry it.",
	Fix:    "see that the note of the visit carries its medical necessity",
	Source: manual("10.3.4"),
	Since:  "0.1.0", Severity: scrubber.Info, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation, Params: []scrubber.Param{therapyThresholds},
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		if !c.Bool(&therapyThresholds) {
			return
		}
		year, _, _ := c.ServiceDate.Civil()
		sums := buckets(c)
		for i := range sums {
			b := &sums[i]
			switch {
			case b.count == 0:
				continue
			case b.used == scrubber.NotSent:
				r.NotEvaluated(scrubber.FactNotSent, usedDetail)
				continue
			case b.used < medicalReview || year > 2027:
				continue
			}
			lines := b.lines(c, func(*scrubber.Line) bool { return true })
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("%s of %s used in %d, above the medical review threshold of %s", dollars(b.used), b.name, year, dollars(medicalReview)),
				Pointer: place(lines[0]), Lines: numbers(lines),
			})
		}
	},
}
