package modifiers

import (
	"slices"

	"claimscrub/scrubber"
)

// ModifierRepeated is MOD010.
var ModifierRepeated = scrubber.Rule{
	ID: "MOD010", Name: "modifier-repeated",
	Title: "The same modifier twice on a line",
	Why:   "A modifier says its fact once. Repeated, it takes one of the four places that a line has, and some payers return the line.",
	Fix:   "remove the repeated modifier",
	Source: scrubber.Source{
		Authority: "ASC X12", Title: "005010X222A1 Health Care Claim: Professional (837)", Section: "SV101-3 to SV101-6",
	},
	Since: "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 2,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			if patch := repeats(l); patch != nil {
				r.Add(scrubber.Finding{
					Message: "a modifier stands twice on " + l.Named(), Pointer: l.Pointer("modifiers"), Lines: []int{l.Number},
					Fix: &scrubber.Fix{Summary: "keep each modifier once", Safe: true, Patch: patch},
				})
			}
		}
	},
}

// repeats is the patch that takes every modifier that stands earlier on the line out of it, last first. What has not two
// characters is no modifier, which is another rule's matter, and is not repeated in a patch.
func repeats(l *scrubber.Line) (patch []scrubber.PatchOp) {
	for i := len(l.Modifiers) - 1; i > 0; i-- {
		if len(l.Modifiers[i]) == 2 && slices.Contains(l.Modifiers[:i], l.Modifiers[i]) {
			patch = append(patch, l.RemoveModifier(i)...)
		}
	}
	return patch
}
