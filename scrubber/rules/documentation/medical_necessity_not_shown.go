package documented

import "claimscrub/scrubber"

var necessaryOnly = scrubber.Param{
	Name: "medically_necessary_only", Kind: scrubber.BoolParam, Bool: true,
	Doc: "whether only what is medically necessary is paid; a patient who pays alone may have what is not",
}

// MedicalNecessityNotShown is DOC007.
var MedicalNecessityNotShown = scrubber.Rule{
	ID: "DOC007", Name: "medical-necessity-not-shown",
	Title: "The documentation does not show medical necessity",
	Why: "A claim states that its services were reasonable and necessary. Where the note does not show it, a payer denies them as not necessary, and billing them all the same is " +
		"a false statement. Services billed for the denial say so by GA, GX, GY or GZ.",
	Fix:    "complete the note if the services were necessary; else bill them for the denial or not at all",
	Source: scrubber.Source{Authority: "US Code", Title: "Social Security Act 1862(a)(1)(A), 42 USC 1395y: reasonable and necessary", URL: "https://www.ssa.gov/OP_Home/ssact/title18/1862.htm"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Params: []scrubber.Param{necessaryOnly},
	Check: medicalNecessityNotShown,
}

func medicalNecessityNotShown(c *scrubber.Case, r *scrubber.Report) {
	if c.Notes.MedicalNecessity == scrubber.Yes || !c.Bool(&necessaryOnly) {
		return
	}
	lines := linesOf(c, func(l *scrubber.Line) bool { return !l.Has("GA", "GX", "GY", "GZ") })
	switch {
	case len(lines) == 0:
	case c.Notes.MedicalNecessity == scrubber.FactUnknown:
		r.NotEvaluated(scrubber.DocumentationNotSent, "notes.medical_necessity")
	default:
		r.Add(scrubber.Finding{Message: "the documentation does not show medical necessity", Pointer: "/notes/medical_necessity", Lines: lines})
	}
}
