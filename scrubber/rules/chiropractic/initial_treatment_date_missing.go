package chiropractic

import "claimscrub/scrubber"

var initialTreatmentDate = scrubber.Param{
	Name: "cmt_initial_treatment_date", Kind: scrubber.BoolParam,
	Doc: "whether a claim for spinal manipulation carries the date of initial treatment",
}

// InitialTreatmentDateMissing is CMT006.
var InitialTreatmentDateMissing = scrubber.Rule{
	ID: "CMT006", Name: "initial-treatment-date-missing",
	Title: "Spinal manipulation without the date of initial treatment",
	Why: "Medicare wants on every claim for spinal manipulation the date on which this course of treatment began, or the date of the exacerbation (item 14 of the form, " +
		"DTP*454 of the electronic claim). A claim without it is returned.",
	Fix: "send dates.initial_treatment: the first day of this course of treatment",
	Source: scrubber.Source{
		Authority: "CMS MACs", Title: "First Coast, Noridian JE Part B: chiropractic claims, initial treatment date",
		Section: "Stedi claim edit of December 2025 for 98940-98942",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "MA122"}, SNIP: 4,
	Needs: scrubber.NoTables, Facts: scrubber.MissingFacts, Subject: scrubber.Manipulation, Params: []scrubber.Param{initialTreatmentDate},
	Check: initialTreatmentDateMissing,
}

func initialTreatmentDateMissing(c *scrubber.Case, r *scrubber.Report) {
	if !c.InitialTreatment.IsZero() {
		return
	}
	first, lines := firstSpinal(c)
	if first == nil || !c.Bool(&initialTreatmentDate) {
		return
	}
	r.Add(scrubber.Finding{
		Message: first.Code + " without the date of initial treatment",
		Pointer: "/dates/initial_treatment", Lines: ascending(lines),
	})
}
