package ncci

import "claimscrub/scrubber"

// UnitsOverClinicalLimit rejects more units of a code in a day than its clinical limit (adjudication indicator 3), summed over all lines.
// A payer that pays on appeal may have it lowered by its profile.
var UnitsOverClinicalLimit = scrubber.Rule{
	ID: "MUE003", Name: "units-over-clinical-limit",
	Title: "More units in a day than the clinical limit",
	Why: "A medically unlikely edit with indicator 3 follows from what is clinically likely. All lines of the provider's day count together and the claim is denied " +
		"above the limit; units that were necessary and are documented may be paid on appeal.",
	Fix:    "correct the units, or keep the documentation ready for the appeal",
	Source: unlikely("MUE adjudication indicator 3"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6, Needs: scrubber.MUETable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{medicareCoverage},
	Check:  func(c *scrubber.Case, r *scrubber.Report) { unitsOfDay(c, r, 3) },
}
