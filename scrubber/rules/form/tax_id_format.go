package form

import "claimscrub/scrubber"

// TaxIDFormat judges the billing provider's tax id. It never repeats the id, which may be a person's.
var TaxIDFormat = scrubber.Rule{
	ID: "FRM017", Name: "tax-id-format",
	Title:  "The tax id is not nine digits",
	Why:    "The billing provider's employer identification number, or social security number, is nine digits. A claim with another one is refused, or its payment goes to nobody.",
	Fix:    "send the nine digits without a dash",
	Source: guide("2010AA REF*EI or REF*SY Billing Provider Tax Identification"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: taxIDFormat,
}

func taxIDFormat(c *scrubber.Case, r *scrubber.Report) {
	digits, others := 0, 0
	for i := range len(c.TaxID) {
		switch ch := c.TaxID[i]; {
		case '0' <= ch && ch <= '9':
			digits++
		case ch != '-':
			others++
		}
	}
	if c.TaxID == "" || digits == 9 && len(c.TaxID) == 9 {
		return
	}
	f := scrubber.Finding{Message: "tax id of the billing provider is not nine digits", Pointer: "/billing_provider/tax_id"}
	if digits == 9 && others == 0 {
		f.Severity = scrubber.Warn // a submitter may take the dashes out
		f.Message = "tax id of the billing provider is nine digits with dashes"
	}
	r.Add(f)
}
