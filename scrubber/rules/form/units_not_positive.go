package form

import (
	"fmt"
	"strconv"

	"claimscrub/scrubber"
)

// UnitsNotPositive rejects a line with zero or negative units.
var UnitsNotPositive = scrubber.Rule{
	ID: "FRM011", Name: "units-not-positive",
	Title:  "Units are zero or negative",
	Why:    "A line bills one unit or more. A correction is made by a replacement claim, not by negative units.",
	Fix:    "enter the units that were furnished, or take the line out",
	Source: guide("2400 SV104 Quantity"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M53"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: unitsNotPositive,
}

func unitsNotPositive(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Units > 0 {
			continue
		}
		r.Add(scrubber.Finding{
			Message: fmt.Sprintf("%s billed with %d units", l.Named(), l.Units), Pointer: l.Pointer("units"),
			Lines: []int{l.Number}, Billed: strconv.Itoa(l.Units), Expected: "1 or more",
		})
	}
}
