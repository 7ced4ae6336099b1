package modifiers

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// DisciplineModifierMissing is MOD002.
var DisciplineModifierMissing = scrubber.Rule{
	ID: "MOD002", Name: "discipline-modifier-missing",
	Title: "Therapy code without GP, GO or GN",
	Why: "Codes that are always therapy say whose plan of care they belong to, whoever furnishes them: GP for physical, GO for occupational therapy, GN for speech-language " +
		"pathology. Without it the line is returned as missing a modifier, and its amount cannot be counted to a therapy threshold. " +
		"Codes that are sometimes therapy take it when a therapist furnishes them.",
	Fix:    "add the modifier of the plan of care that the service belongs to",
	Source: manual("20.1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N822"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{disciplineModifiers},
	Check: disciplineMissing,
}

func disciplineMissing(c *scrubber.Case, r *scrubber.Report) {
	if !c.Bool(&disciplineModifiers) {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if says(l) > 0 || l.Known != refdata.Present || l.Facts.Therapy == refdata.NotTherapy {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " billed without GP, GO or GN", Pointer: place(l), Lines: []int{l.Number},
			Billed: "none", Expected: "one of GP, GO, GN",
		}
		switch {
		case l.Facts.Therapy == refdata.SometimesTherapy && !therapist(c.RenderedBy(l).Credential):
			continue // a medical service, unless a plan of care says otherwise, which only the clinician knows
		case l.Facts.Therapy == refdata.SometimesTherapy, l.Has("GY"): // the class of the code, or the need on an excluded line, is not certain
			f.Certainty = scrubber.Inferred
		}
		if m := scrubber.DisciplineModifier(c.DisciplineOnRecord(l)); m != "" {
			f.Expected = m
			f.Fix = &scrubber.Fix{Summary: "add " + m + " to " + l.Code, Safe: f.Certainty == 0 && len(l.Modifiers) < maxModifiers, Patch: with(l, m)}
		}
		r.Add(f)
	}
}
