package form

import "claimscrub/scrubber"

// maxTotalCents is the largest total of a claim, 99,999,999.99.
const maxTotalCents = 99_999_999_99

// TotalChargeBeyondForm warns of a total that payers' systems do not take: a fee in the wrong unit, as a rule.
var TotalChargeBeyondForm = scrubber.Rule{
	ID: "FRM015", Name: "total-charge-beyond-form",
	Title:  "The total charge is larger than payers' systems take",
	Why:    "The total of a claim is the sum of its lines, and payers' systems refuse one above 99,999,999.99. In practice an amount was sent in the wrong unit: charges are in cents.",
	Fix:    "check the fees: charge_cents is in cents",
	Source: guide("2300 CLM02 Total Claim Charge Amount, the sum of SV102"),
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Code: "16", RARC: "M54"}, SNIP: 3, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: totalChargeBeyondForm,
}

func totalChargeBeyondForm(c *scrubber.Case, r *scrubber.Report) {
	total := int64(0)
	for i := range c.Lines {
		total += c.Lines[i].ChargeCents
	}
	if total > maxTotalCents {
		r.Add(scrubber.Finding{Message: "the charges come to more than 99,999,999.99", Pointer: "/charges"})
	}
}
