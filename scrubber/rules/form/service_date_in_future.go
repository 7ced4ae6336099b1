package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// ServiceDateInFuture rejects a date of service after the day rules call today.
var ServiceDateInFuture = scrubber.Rule{
	ID: "FRM002", Name: "service-date-in-future",
	Title:  "Date of service is in the future",
	Why:    "A service is billed after it was furnished. Payers refuse a date of service later than the day the claim is received.",
	Fix:    "correct the date of service, or send the encounter when the visit has taken place",
	Source: guide("2400 DTP*472 Date - Service Date"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M52"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: serviceDateInFuture,
}

func serviceDateInFuture(c *scrubber.Case, r *scrubber.Report) {
	if c.ServiceDate <= c.Today() {
		return
	}
	r.Add(scrubber.Finding{
		Message: fmt.Sprintf("date of service %v is after %v, the day of the claim", c.ServiceDate, c.Today()),
		Pointer: "/service_date", Billed: c.ServiceDate.String(), Expected: "on or before " + c.Today().String(),
	})
}
