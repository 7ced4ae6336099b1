package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// maxModifiers is how many modifiers a line carries: SV101-3 to SV101-6.
const maxModifiers = 4

// TooManyModifiers rejects a line with more modifiers than the form has places.
var TooManyModifiers = scrubber.Rule{
	ID: "FRM009", Name: "too-many-modifiers",
	Title:  "More than 4 modifiers on a line",
	Why:    "A line has places for four modifiers. A fifth makes the file invalid, and dropping one silently may drop the one that pays.",
	Fix:    "keep the four modifiers that decide payment",
	Source: guide("2400 SV101-3 to SV101-6 Procedure Modifier"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: tooManyModifiers,
}

func tooManyModifiers(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if n := len(l.Modifiers); n > maxModifiers {
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("%d modifiers on %s; a line carries at most %d", n, l.Named(), maxModifiers),
				Pointer: l.Pointer("modifiers"), Lines: []int{l.Number},
			})
		}
	}
}
