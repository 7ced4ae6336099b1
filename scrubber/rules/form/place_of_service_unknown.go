package form

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// PlaceOfServiceUnknown rejects a place of service that CMS has not assigned.
var PlaceOfServiceUnknown = scrubber.Rule{
	ID: "POS001", Name: "place-of-service-unknown",
	Title:  "The place of service code is not assigned",
	Why:    "The place of service decides whether and at which rate a service is paid. Two digits that stand for no place make the claim invalid.",
	Fix:    "enter the code of the place where the patient was treated: 11 is an office, 12 the home, 10 telehealth in the home",
	Source: scrubber.Source{Authority: "CMS", Title: "Place of Service Code Set", URL: "https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M77"}, SNIP: 5, Needs: scrubber.PlaceOfServiceTable, Facts: scrubber.ClaimAlone,
	Check: placeOfServiceUnknown,
}

func placeOfServiceUnknown(c *scrubber.Case, r *scrubber.Report) {
	place, found := c.Tables.PlaceOfService(c.PlaceOfService)
	switch {
	case found == refdata.Present && place.Assigned:
	case found == refdata.Outside:
		r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.POS, c.PlaceOfService))
	case found != refdata.NoEdition:
		f := scrubber.Finding{Message: "place of service " + c.PlaceOfService + " is not assigned", Pointer: "/place_of_service", Billed: c.PlaceOfService}
		f.Expected = "an assigned code"
		if place.Inferred {
			f.Certainty = scrubber.Inferred
			f.Message += c.Carried(refdata.POS)
		}
		r.Add(f)
	}
}
