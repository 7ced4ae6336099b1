package diagnosis

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// NotYetOrNoLongerValid rejects a code that an earlier or a later edition has, and the one of the date of service has not.
var NotYetOrNoLongerValid = scrubber.Rule{
	ID: "DX003", Name: "not-yet-or-no-longer-valid",
	Title:  "The diagnosis is not valid on the date of service",
	Why:    "ICD-10-CM changes on 1 October, with some codes on 1 April. The code in force on the date of service counts, not the one in force when the claim is sent.",
	Fix:    "enter the code that was in force on the date of service",
	Source: orderFile("fiscal year by date of service"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "146", RARC: "M76"}, SNIP: 5, Needs: scrubber.ICD10CMTable, Facts: scrubber.ClaimAlone,
	Check: notYetOrNoLongerValid,
}

func notYetOrNoLongerValid(c *scrubber.Case, r *scrubber.Report) {
	each(c, r, func(d looked) {
		if d.found != refdata.Absent {
			return
		}
		if d.ExpiredOn != 0 {
			r.Add(d.finding(c, dotted(d.code)+" was valid until "+d.ExpiredOn.String()))
		} else if d.ValidFrom != 0 {
			r.Add(d.finding(c, dotted(d.code)+" is valid only from "+d.ValidFrom.String()))
		}
	})
}
