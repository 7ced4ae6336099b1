package diagnosis

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// NotADiagnosis rejects a code that ICD-10-CM does not have. It repeats the code only where it has the form of one.
var NotADiagnosis = scrubber.Rule{
	ID: "DX001", Name: "not-a-diagnosis",
	Title:  "The diagnosis is not an ICD-10-CM code",
	Why:    "A claim names its diagnoses by ICD-10-CM codes. One that is not in the table makes the claim invalid for every payer.",
	Fix:    "look the diagnosis up and enter its code",
	Source: orderFile("codes"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "146", RARC: "M76"}, SNIP: 5, Needs: scrubber.ICD10CMTable, Facts: scrubber.ClaimAlone,
	Check: notADiagnosis,
}

func notADiagnosis(c *scrubber.Case, r *scrubber.Report) {
	each(c, r, func(d looked) {
		switch {
		case !wellFormed(d.code):
			f := d.finding(c, "the diagnosis does not have the form of an ICD-10-CM code: a letter, a digit, and one to five digits or letters")
			f.Certainty = scrubber.Published
			r.Add(f)
		case d.found == refdata.Absent && d.ExpiredOn == 0 && d.ValidFrom == 0:
			r.Add(d.finding(c, dotted(d.code)+" is not an ICD-10-CM code"))
		}
	})
}
