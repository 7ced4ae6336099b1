package coverage

import (
	"fmt"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

var timelyFilingDays = scrubber.Param{
	Name: "timely_filing_days", Kind: scrubber.IntParam,
	Doc: "days after the date of service within which the payer takes an original claim; 0 where it is not known or years say it",
}

var timelyFilingYears = scrubber.Param{
	Name: "timely_filing_years", Kind: scrubber.IntParam,
	Doc: "calendar years after the date of service within which the payer takes an original claim; 0 where it is not known or days say it",
}

// TimelyFiling is COV007.
var TimelyFiling = scrubber.Rule{
	ID: "COV007", Name: "timely-filing",
	Title: "Claim after the payer's filing limit",
	Why: "A claim that arrives after the payer's limit is denied, the practice loses the payment, and the patient may not be billed for it. " +
		"Corrections of a claim that was in time often have a limit of their own, so that they only warn.",
	Fix:    "look for proof of an earlier filing, or write the claim off",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's filing limit", Section: "as the profile names it; Medicare: one calendar year (Pub. 100-04, chapter 1, 70)"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "29"}, SNIP: 7,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{timelyFilingDays, timelyFilingYears},
	Check: timelyFiling,
}

// The longest limits that are told from none; a date beyond the calendar would lie in the past.
const mostFilingDays, mostFilingYears = 36_525, 100

func timelyFiling(c *scrubber.Case, r *scrubber.Report) {
	last := civil.Date(0)
	if years := min(c.Int(&timelyFilingYears), mostFilingYears); years > 0 && c.Today()-c.ServiceDate >= 365 {
		last = c.ServiceDate.AddYears(years)
	}
	if days := min(c.Int(&timelyFilingDays), mostFilingDays); days > 0 && (last == 0 || c.ServiceDate+civil.Date(days) < last) {
		last = c.ServiceDate + civil.Date(days)
	}
	if last == 0 || c.Today() <= last {
		return
	}
	f := scrubber.Finding{
		Message: fmt.Sprintf("date of service %s was to be filed by %s; the claim is of %s", c.ServiceDate, last, c.Today()),
		Pointer: "/service_date", Billed: c.Today().String(), Expected: "on or before " + last.String(),
	}
	if c.Frequency != "1" {
		f.Severity = scrubber.Warn
	}
	r.Add(f)
}
