package form

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// ClinicalDateAfterService rejects a condition, a course of treatment or an accident that began after the service for it.
var ClinicalDateAfterService = scrubber.Rule{
	ID: "FRM018", Name: "clinical-date-after-service",
	Title: "Onset, initial treatment or accident is after the date of service",
	Why: "What is treated began on the day of the service or before it, and so did the course of treatment. One of the two dates is wrong, " +
		"and the claim is returned for it.",
	Fix:    "correct the date, or the date of service",
	Source: guide("2300 DTP*431 onset, DTP*439 accident, DTP*454 initial treatment"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "MA100"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: clinicalDateAfterService,
}

func clinicalDateAfterService(c *scrubber.Case, r *scrubber.Report) {
	for _, d := range [...]struct {
		date                civil.Date
		what, field, remark string
	}{
		{c.Onset, "onset", "onset", "MA100"},
		{c.InitialTreatment, "initial treatment", "initial_treatment", "MA122"},
		{c.Accident, "accident", "accident", "N305"},
	} {
		if d.date <= c.ServiceDate { // a date that was not sent is before every other
			continue
		}
		r.Add(scrubber.Finding{
			Message: "date of " + d.what + " is after the date of service", Pointer: "/dates/" + d.field,
			Billed: d.date.String(), Expected: "on or before " + c.ServiceDate.String(), Denial: &scrubber.CARC{Code: "16", RARC: d.remark},
		})
	}
}
