// Package ncci judges the codes of the day by the national edits: pairs that are not paid together, units
// beyond what is likely, codes that are not valid or not payable.
//
// Pairs and units are edits of one provider's day. Lines of other encounters of the day (same_day) join
// them when they were rendered by the line's own provider or do not say by whom.
package ncci

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the rules of the family.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		PairNeverTogether, PairWithoutModifier, PairModifierUnsupported, UnitsOverLineLimit, UnitsOverDayLimit,
		UnitsOverClinicalLimit, CodeNotValid, CodeNotPayable, AddOnWithoutPrimary,
	}
}

var medicareCoverage = scrubber.Param{
	Name: "medicare_coverage", Kind: scrubber.BoolParam,
	Doc: "Whether the program covers what Medicare covers, so that the fee schedule's status indicators and Medicare unit limits of 0 bind.",
}

// billed is a code of the day: a line of this claim, or of another encounter.
type billed struct {
	line      *scrubber.Line // nil: of another encounter
	code      string
	modifiers []string
	npi       string // who rendered it; empty when another encounter's line does not say
	facts     *refdata.Code
}

// has tells whether the line carries any of the modifiers.
func (b *billed) has(modifiers ...string) bool {
	return slices.ContainsFunc(b.modifiers, func(m string) bool { return slices.Contains(modifiers, m) })
}

// billings lists the lines of the day that bill code, this claim's first.
func billings(c *scrubber.Case, code string) (out []billed) {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Code == code {
			out = append(out, billed{l, code, l.Modifiers, c.RenderedBy(l).NPI, l.Facts})
		}
	}
	for i := range c.SameDay {
		if s := &c.SameDay[i]; s.Code == code {
			facts, _ := c.Tables.Code(code)
			out = append(out, billed{nil, code, s.Modifiers, s.RenderingNPI, facts})
		}
	}
	return out
}

// numbersOf are the line numbers of this claim's lines among b, sorted, each once.
func numbersOf(b []*scrubber.Line) []int {
	numbers := make([]int, 0, len(b))
	for _, l := range b {
		numbers = append(numbers, l.Number)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
