package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// maxDiagnoses is how many diagnoses a professional claim carries: HI01 to HI12.
const maxDiagnoses = 12

// TooManyDiagnoses rejects a claim with more diagnoses than the form has places.
var TooManyDiagnoses = scrubber.Rule{
	ID: "FRM007", Name: "too-many-diagnoses",
	Title:  "More than 12 diagnoses",
	Why:    "A professional claim has places for twelve diagnoses. A thirteenth makes the file invalid, whoever the payer is.",
	Fix:    "keep the diagnoses that the lines point to",
	Source: guide("2300 HI Health Care Diagnosis Code"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: tooManyDiagnoses,
}

func tooManyDiagnoses(c *scrubber.Case, r *scrubber.Report) {
	if n := len(c.Diagnoses); n > maxDiagnoses {
		r.Add(scrubber.Finding{Message: fmt.Sprintf("%d diagnoses; a claim carries at most %d", n, maxDiagnoses), Pointer: "/diagnoses"})
	}
}
