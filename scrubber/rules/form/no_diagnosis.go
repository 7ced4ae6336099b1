package form

import "claimscrub/scrubber"

// NoDiagnosis rejects a claim without any diagnosis.
var NoDiagnosis = scrubber.Rule{
	ID: "FRM014", Name: "no-diagnosis",
	Title:  "The claim has no diagnosis",
	Why:    "Every professional claim names a principal diagnosis. Without one nothing on it can be necessary.",
	Fix:    "enter the diagnoses of the visit, the reason for it first",
	Source: guide("2300 HI Health Care Diagnosis Code, HI01 principal diagnosis"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "MA63"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: noDiagnosis,
}

func noDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Diagnoses) == 0 {
		r.Add(scrubber.Finding{Message: "the claim has no diagnosis", Pointer: "/diagnoses"})
	}
}
