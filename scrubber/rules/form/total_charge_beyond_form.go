package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// largestTotal is X12's own limit where no profile sets a lower one.
var largestTotal = scrubber.Param{
	Name: "largest_total_cents", Kind: scrubber.IntParam, Int: 99_999_999_99,
	Doc: "The largest total charge of a claim that the payer takes, in cents; 9999999999 is the largest that X12 carries.",
}

// TotalChargeBeyondForm rejects a total that the claim transaction cannot carry, or its payer does not take: a fee in the wrong unit, as a rule.
var TotalChargeBeyondForm = scrubber.Rule{
	ID: "FRM015", Name: "total-charge-beyond-form",
	Title: "The total charge is larger than the claim can carry",
	Why: "The total of a claim is the sum of its lines. Under HIPAA a dollar amount has at most ten digits, cents included, so that no 837P carries more than 99,999,999.99, " +
		"and a payer may take less: Medicare refuses a professional claim above 99,999.99. In practice an amount was sent in the wrong unit: charges are in cents.",
	Fix:    "check the fees: charge_cents is in cents",
	Source: scrubber.Source{Authority: "ASC X12", Title: "005010X222A1 Health Care Claim: Professional (837)", Section: "B.1.1.3.1.2 Decimal; 2300 CLM02, the sum of SV102", URL: "https://x12.org/resources/requests-for-interpretation/rfi-1526-section-b11312-decimal"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M54"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{largestTotal},
	Check:  totalChargeBeyondForm,
}

func totalChargeBeyondForm(c *scrubber.Case, r *scrubber.Report) {
	total := int64(0)
	for i := range c.Lines {
		total += c.Lines[i].ChargeCents
	}
	if most := int64(c.Int(&largestTotal)); total > most {
		r.Add(scrubber.Finding{Message: fmt.Sprintf("the charges come to more than $%d.%02d, the largest total that the claim may have", most/100, most%100), Pointer: "/charges"})
	}
}
