// Package chiropractic judges chiropractic manipulation by what payers ask of it: active treatment and its
// modifier, the subluxation and its evidence, and what is not covered.
package chiropractic

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{ActiveTreatmentModifierMissing, ActiveTreatmentModifierConflict, MaintenanceCareAsActive, SubluxationPrincipalDiagnosis,
		SubluxationNotManipulated, InitialTreatmentDateMissing, SubluxationEvidence, ExtraspinalNotCovered, RegionDiagnosisSupport}
}

var activeTreatmentModifier = scrubber.Param{
	Name: "cmt_active_treatment_modifier", Kind: scrubber.BoolParam,
	Doc: "whether 98940-98942 carry exactly one of AT (active treatment), GA and GZ (expected denial)",
}

var subluxationCoverage = scrubber.Param{
	Name: "cmt_subluxation_coverage", Kind: scrubber.BoolParam,
	Doc: "whether spinal manipulation is covered only as the correction of a documented subluxation (Pub 100-02 chapter 15 section 240)",
}

// spinal tells whether the line bills spinal manipulation, 98940 to 98942.
func spinal(l *scrubber.Line) bool {
	_, _, ok := anatomy.CMTBand(l.Code)
	return ok
}

// firstSpinal is the spinal manipulation line with the lowest number, and the numbers of all.
func firstSpinal(c *scrubber.Case) (first *scrubber.Line, lines []int) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) {
			continue
		}
		lines = append(lines, l.Number)
		if first == nil || l.Number < first.Number {
			first = l
		}
	}
	return first, lines
}

// manipulated is the regions of all chiropractic services.
func manipulated(c *scrubber.Case) (regions anatomy.Set) {
	for i := range c.Services {
		if s := &c.Services[i]; s.Kind == scrubber.ChiropracticManipulation {
			regions |= s.Regions
		}
	}
	return regions
}

// add is the fix that adds a modifier, which attests a fact or a notice and so is for a human. There is
// none when the line has no place for it.
func add(l *scrubber.Line, modifier, summary string) *scrubber.Fix {
	switch {
	case len(l.Modifiers) >= 4:
		return nil
	case len(l.Modifiers) == 0:
		return &scrubber.Fix{Summary: summary, Patch: []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers"), Value: []string{modifier}}}}
	}
	return &scrubber.Fix{Summary: summary, Patch: []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers", "-"), Value: modifier}}}
}
