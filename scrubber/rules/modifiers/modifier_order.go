package modifiers

import (
	"slices"

	"claimscrub/scrubber"
)

// ModifierOrder is MOD011.
var ModifierOrder = scrubber.Rule{
	ID: "MOD011", Name: "modifier-order",
	Title: "A modifier that decides payment stands after one that informs",
	Why: "Payers read modifiers from the left. One that decides whether or what is paid, such as 25, 59, XS or 76, is read first by custom, and those that inform, such as GP or KX, " +
		"follow. No national rule denies another order, but some systems look at the first place alone.",
	Fix:    "put the modifiers that decide payment first",
	Source: scrubber.Source{Authority: "practice", Title: "payers' billing guides on the order of modifiers"},
	Since:  "0.1.0", Severity: scrubber.Info, Certainty: scrubber.Inferred,
	Predicts: scrubber.NoCARC, SNIP: 7,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			if slices.ContainsFunc(l.Modifiers, func(m string) bool { return len(m) != 2 }) {
				continue // no modifier, which is another rule's matter, and not to be repeated in a patch
			}
			for j := 1; j < len(l.Modifiers); j++ {
				if rank(l.Modifiers[j]) < rank(l.Modifiers[j-1]) {
					order(r, l, j)
					break
				}
			}
		}
	},
}

func order(r *scrubber.Report, l *scrubber.Line, j int) {
	sorted := slices.Clone(l.Modifiers)
	slices.SortStableFunc(sorted, func(a, b string) int { return rank(a) - rank(b) })
	r.Add(scrubber.Finding{
		Message: l.Modifiers[j] + " stands after a modifier that informs on " + l.Named(),
		Pointer: l.Pointer("modifiers"), Lines: []int{l.Number},
		Fix: &scrubber.Fix{
			Summary: "put " + l.Modifiers[j] + " first", Safe: true,
			Patch: scrubber.Replace(l.Pointer("modifiers"), sorted),
		},
	})
}

// rank is 0 for a modifier that decides payment of the family's lines, 1 for every other.
func rank(modifier string) int {
	switch modifier {
	case "22", "24", "25", "50", "52", "53", "57", "58", "59", "76", "77", "78", "79", "91", "XE", "XP", "XS", "XU":
		return 0
	}
	return 1
}
