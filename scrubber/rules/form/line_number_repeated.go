package form

import (
	"fmt"

	"claimscrub/scrubber"
)

// LineNumberRepeated rejects lines that share a number: remittances could not be matched to them.
var LineNumberRepeated = scrubber.Rule{
	ID: "FRM005", Name: "line-number-repeated",
	Title: "Two lines have one number",
	Why: "The line number is the line's control number: the payer's acknowledgement and remittance name the line by it. " +
		"Two lines of one number cannot be told apart when the payment comes.",
	Fix:    "number the lines so that each number stands once",
	Source: guide("2400 LX Service Line Number; REF*6R Line Item Control Number"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: lineNumberRepeated,
}

func lineNumberRepeated(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if firstOf(c, l.Number) != i {
			continue
		}
		var patch []scrubber.PatchOp
		for j, free := i+1, highest(c); j < len(c.Lines); j++ {
			if c.Lines[j].Number == l.Number {
				free++
				patch = append(patch, scrubber.Replace(c.Lines[j].Pointer("line"), free)...)
			}
		}
		if len(patch) > 0 {
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("line number %d stands on %d lines", l.Number, len(patch)+1),
				Pointer: l.Pointer("line"), Lines: []int{l.Number},
				Fix: &scrubber.Fix{Summary: "give each line a number of its own", Safe: true, Patch: patch},
			})
		}
	}
}

func firstOf(c *scrubber.Case, number int) int {
	for i := range c.Lines {
		if c.Lines[i].Number == number {
			return i
		}
	}
	return -1
}

func highest(c *scrubber.Case) int {
	n := 0
	for i := range c.Lines {
		n = max(n, c.Lines[i].Number)
	}
	return n
}
