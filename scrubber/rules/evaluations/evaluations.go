// Package evaluations judges evaluations and re-evaluations, what is billed beside them, and group therapy
// beside individual therapy.
package evaluations

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{OneEvaluation, EvaluationDiscipline, ReevaluationGrounds, GroupWithIndividual, OneVisit}
}

// manual is Medicare's manual on outpatient therapy.
func manual(section string) scrubber.Source {
	return scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: section,
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	}
}

// evaluates tells whether the line is an evaluation or a re-evaluation by a therapist.
func evaluates(l *scrubber.Line) bool {
	return l.Known == refdata.Present && l.Facts.Is(refdata.Evaluation|refdata.Reevaluation) && l.Facts.Discipline != refdata.NoDiscipline
}

func numbers(lines []*scrubber.Line) (out []int) {
	for _, l := range lines {
		out = append(out, l.Number)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
