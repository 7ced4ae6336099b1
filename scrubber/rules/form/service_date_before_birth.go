package form

import "claimscrub/scrubber"

// ServiceDateBeforeBirth rejects a date of service before the patient was born. The message never says the birth date.
var ServiceDateBeforeBirth = scrubber.Rule{
	ID: "FRM003", Name: "service-date-before-birth",
	Title:  "Date of service is before the patient's birth",
	Why:    "One of the two dates is wrong. Payers deny the claim because the date of birth follows the date of service.",
	Fix:    "correct the birth date or the date of service",
	Source: scrubber.Source{Authority: "ASC X12", Title: "Claim Adjustment Reason Codes", Section: "14: the date of birth follows the date of service", URL: "https://x12.org/codes/claim-adjustment-reason-codes"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "14"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: serviceDateBeforeBirth,
}

func serviceDateBeforeBirth(c *scrubber.Case, r *scrubber.Report) {
	if c.ServiceDate >= c.BirthDate {
		return
	}
	r.Add(scrubber.Finding{Message: "date of service is before the patient's birth date", Pointer: "/patient/birth_date"})
}
