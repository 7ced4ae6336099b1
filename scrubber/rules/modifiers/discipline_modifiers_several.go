package modifiers

import "claimscrub/scrubber"

// DisciplineModifiersSeveral is MOD003.
var DisciplineModifiersSeveral = scrubber.Rule{
	ID: "MOD003", Name: "discipline-modifiers-several",
	Title: "More than one of GP, GO and GN on a line",
	Why: "A therapy line belongs to one plan of care and carries exactly one discipline modifier. More than one is an edit failure: the line is returned, " +
		"and nobody can say to which threshold it counts.",
	Fix:    "keep the modifier of the plan of care that the service belongs to",
	Source: manual("20.1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			if l := &c.Lines[i]; len(l.Modifiers) > 1 && says(l) > 1 {
				several(c, r, l)
			}
		}
	},
}

func several(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	f := scrubber.Finding{Message: l.Named() + " billed for several disciplines:", Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Expected: "one of GP, GO, GN"}
	for _, m := range [...]string{"GN", "GO", "GP"} {
		if l.Has(m) {
			f.Message += " " + m
		}
	}
	keep := scrubber.DisciplineModifier(c.DisciplineOnRecord(l))
	if l.Has(keep) {
		f.Expected = keep
		f.Fix = &scrubber.Fix{
			Summary: "keep " + keep + " alone on " + l.Named(),
			Patch:   without(l, func(m string) bool { return m != keep && scrubber.ModifierDiscipline(m) != "" }),
		}
	}
	r.Add(f)
}
