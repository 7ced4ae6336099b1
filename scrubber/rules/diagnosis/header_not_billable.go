package diagnosis

import (
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// offered is how many billable codes below a header a message names.
const offered = 8

// HeaderNotBillable rejects a header of the table and offers the billable codes below it.
var HeaderNotBillable = scrubber.Rule{
	ID: "DX002", Name: "header-not-billable",
	Title:  "The diagnosis is a header, not a billable code",
	Why:    "Only the most specific codes of ICD-10-CM are billable. A header says less than the record does, and payers deny it as not coded to the highest specificity.",
	Fix:    "choose the billable code below the header that the record supports",
	Source: orderFile("valid flag 0"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M81"}, SNIP: 5, Needs: scrubber.ICD10CMTable, Facts: scrubber.ClaimAlone,
	Check: headerNotBillable,
}

func headerNotBillable(c *scrubber.Case, r *scrubber.Report) {
	each(c, r, func(d looked) {
		if d.found != refdata.Present || d.Billable {
			return
		}
		var below []string
		more := false
		for child := range c.Tables.Children(d.code) {
			if more = len(below) == offered; more {
				break
			}
			below = append(below, dotted(child))
		}
		expected := strings.Join(below, ", ")
		if more {
			expected += ", ..."
		}
		f := d.finding(c, dotted(d.code)+" is a header; the billable codes below it are "+expected)
		f.Billed, f.Expected = dotted(d.code), expected
		if len(below) == 1 {
			f.Fix = &scrubber.Fix{Summary: "bill " + below[0] + ", the only code below the header", Patch: scrubber.Replace(scrubber.Pointer("diagnoses", d.index), below[0])}
		}
		r.Add(f)
	})
}
