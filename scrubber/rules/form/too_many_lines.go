package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// maxLines is how many service lines a professional claim carries: LX 1 to 50.
const maxLines = 50

// TooManyLines rejects a claim with more lines than the form has places.
var TooManyLines = scrubber.Rule{
	ID: "FRM008", Name: "too-many-lines",
	Title:  "More than 50 lines",
	Why:    "A professional claim repeats its service line at most fifty times. A longer one is refused as a file.",
	Fix:    "split the encounter into claims of at most 50 lines",
	Source: guide("2400 LX Service Line Number, loop repeat 50"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: tooManyLines,
}

func tooManyLines(c *scrubber.Case, r *scrubber.Report) {
	if n := len(c.Lines); n > maxLines {
		r.Add(scrubber.Finding{Message: fmt.Sprintf("%d lines; a claim carries at most %d", n, maxLines), Pointer: "/charges"})
	}
}
