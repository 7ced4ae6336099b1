package documented

import "claimscrub/scrubber"

// TreatmentMinutesMissing is DOC003.
var TreatmentMinutesMissing = scrubber.Rule{
	ID: "DOC003", Name: "treatment-minutes-missing",
	Title: "Timed services without the visit's total minutes",
	Why: "A treatment note records two totals: the minutes of timed services, and those of the whole treatment. Units are held against the first and the first against " +
		"the second; a review that finds no totals takes the units back.",
	Fix:    "record total treatment minutes and total timed minutes of the visit",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N443"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.MissingFacts,
	Check: treatmentMinutesMissing,
}

func treatmentMinutesMissing(c *scrubber.Case, r *scrubber.Report) {
	if c.TotalTreatmentMinutes != scrubber.NotSent {
		return
	}
	lines := linesOf(c, func(l *scrubber.Line) bool { // acupuncture is no therapy, its time is face to face
		return l.TimedCode() != "" && !(c.Documented && l.Basis == scrubber.NoService)
	})
	switch {
	case len(lines) == 0:
	case !c.Documented:
		r.NotEvaluated(scrubber.DocumentationNotSent, "total_treatment_minutes")
	default:
		r.Add(scrubber.Finding{Message: "timed services documented without the total minutes of the treatment", Pointer: "/total_treatment_minutes", Lines: lines})
	}
}
