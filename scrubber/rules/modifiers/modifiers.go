// Package modifiers judges the modifiers of therapy lines: discipline, assistant, and modifiers in general.
package modifiers

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		Modifier51OnTimedTherapy, DisciplineModifierMissing, DisciplineModifiersSeveral, DisciplineModifierMismatch,
		DisciplineModifierOffList, AssistantModifierPairing, AssistantModifierSplit, AssistantModifierOfPhysician,
		ModifierUnknown, ModifierRepeated, ModifierOrder, ModifierContradiction, Modifier25NotOnVisit, RepeatModifierWithoutRepeat,
		NoticeModifierWithoutNotice,
	}
}

var disciplineModifiers = scrubber.Param{
	Name: "discipline_modifiers", Kind: scrubber.BoolParam,
	Doc: "the payer demands GP, GO or GN on codes that are always therapy, and none of them elsewhere",
}

var assistantModifiers = scrubber.Param{
	Name: "assistant_modifiers", Kind: scrubber.BoolParam,
	Doc: "the payer demands CQ or CO where a therapy assistant furnished the service in whole or in part",
}

// manual is Medicare's manual on outpatient therapy; its section 20.1 is on discipline and assistant modifiers.
func manual(section string) scrubber.Source {
	return scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: section,
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	}
}

// therapist tells whether the credential is a therapist's or an assistant's.
func therapist(credential string) bool { return scrubber.CredentialDiscipline(credential) != "" }

// alwaysTherapy tells whether the line's code takes a discipline modifier whoever furnishes it.
func alwaysTherapy(l *scrubber.Line) bool {
	return l.Known == refdata.Present && l.Facts.Therapy == refdata.AlwaysTherapy
}

// says counts the disciplines that the line's modifiers name, each once.
func says(l *scrubber.Line) (n int) {
	for i, m := range l.Modifiers {
		if scrubber.ModifierDiscipline(m) != "" && !slices.Contains(l.Modifiers[:i], m) {
			n++
		}
	}
	return n
}

// maxModifiers is how many modifiers a claim line carries.
const maxModifiers = 4

// with is the patch that adds a modifier to the line.
func with(l *scrubber.Line, modifier string) []scrubber.PatchOp {
	if l.Modifiers == nil {
		return []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers"), Value: []string{modifier}}}
	}
	return []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers", "-"), Value: modifier}}
}

// without is the patch that takes every modifier that drop names out of the line.
func without(l *scrubber.Line, drop func(modifier string) bool) (patch []scrubber.PatchOp) {
	for i := len(l.Modifiers) - 1; i >= 0; i-- {
		if drop(l.Modifiers[i]) {
			patch = append(patch, l.RemoveModifier(i)...)
		}
	}
	return patch
}

// place is where to look for a line's modifiers: the list, or the code where it has none.
func place(l *scrubber.Line) string {
	if len(l.Modifiers) == 0 {
		return l.Pointer("code")
	}
	return l.Pointer("modifiers")
}

// at is where the modifier stands on the line.
func at(l *scrubber.Line, modifier string) string {
	return l.Pointer("modifiers", slices.Index(l.Modifiers, modifier))
}
