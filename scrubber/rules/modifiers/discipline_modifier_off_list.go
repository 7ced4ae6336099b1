package modifiers

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// DisciplineModifierOffList is MOD005.
var DisciplineModifierOffList = scrubber.Rule{
	ID: "MOD005", Name: "discipline-modifier-off-list",
	Title: "GP, GO or GN on a code that is not therapy",
	Why: "Discipline modifiers belong on codes of the therapy code list alone. On a visit, a manipulation or an injection the line is returned, " +
		"or its amount counts to a therapy threshold where it does not belong.",
	Fix:    "remove the discipline modifier",
	Source: manual("20 and 20.1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{disciplineModifiers},
	Check: disciplineOffList,
}

func disciplineOffList(c *scrubber.Case, r *scrubber.Report) {
	if !c.Bool(&disciplineModifiers) {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		first := slices.IndexFunc(l.Modifiers, func(m string) bool { return scrubber.ModifierDiscipline(m) != "" })
		switch {
		case first < 0:
			continue
		case l.Known == refdata.Outside:
			r.NotEvaluated(scrubber.OutsideTables, l.Named()+" is outside the code table")
			continue
		case l.Known != refdata.Present || l.Facts.Therapy != refdata.NotTherapy:
			continue
		}
		f := scrubber.Finding{
			Message: l.Modifiers[first] + " on " + l.Code + ", which is not on the therapy code list",
			Pointer: l.Pointer("modifiers", first), Lines: []int{l.Number}, Billed: l.Modifiers[first], Expected: "none",
			Fix: &scrubber.Fix{
				Summary: "remove " + l.Modifiers[first] + " from " + l.Code, Safe: true,
				Patch: without(l, func(m string) bool { return scrubber.ModifierDiscipline(m) != "" }),
			},
		}
		if !l.Facts.Is(refdata.EM) { // the list changes each year, and the source for these is not at hand
			f.Certainty = scrubber.Inferred
			f.Fix.Safe = false
		}
		r.Add(f)
	}
}
