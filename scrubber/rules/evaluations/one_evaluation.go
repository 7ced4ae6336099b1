package evaluations

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// OneEvaluation is EVL001.
var OneEvaluation = scrubber.Rule{
	ID: "EVL001", Name: "one-evaluation",
	Title: "More than one evaluation of a discipline in a day",
	Why: "A discipline evaluates a patient once a day: one of the three levels, or a re-evaluation. A second one, at whatever level, is denied, and no modifier brings it back. " +
		"Physical and occupational therapy may each evaluate on the day. Medicare's chart counts by provider, so that evaluations by two providers of the discipline warn.",
	Fix:    "keep the level that the documentation supports",
	Source: manual("20.2 D: units of a day by discipline"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236", RARC: "N20"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		one(c, r, refdata.PT)
		one(c, r, refdata.OT)
	},
}

func one(c *scrubber.Case, r *scrubber.Report, d refdata.Discipline) {
	var lines []*scrubber.Line
	for i := range c.Lines {
		if l := &c.Lines[i]; evaluates(l) && l.Facts.Discipline == d {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return
	}
	others, by := elsewhere(c, d)
	if len(lines)+len(others) < 2 {
		return
	}
	slices.SortFunc(lines, func(a, b *scrubber.Line) int { return a.Number - b.Number })
	codes, certain := slices.Clone(others), false
	for _, l := range lines {
		npi := c.RenderedBy(l).NPI
		certain = certain || slices.Contains(by, npi) || slices.Contains(by, "")
		codes, by = append(codes, l.Code), append(by, npi)
	}
	slices.Sort(codes)
	f := scrubber.Finding{
		Message: strings.Join(codes, " and ") + " billed on one day for the discipline " + d.String(),
		Pointer: lines[len(lines)-1].Pointer("code"), Lines: numbers(lines), Billed: strings.Join(codes, ", "), Expected: "one evaluation",
	}
	if len(others) > 0 {
		f.Message += "; another encounter of the day bills one"
	}
	if !certain {
		f.Certainty = scrubber.Inferred
		f.Message += "; two providers rendered them"
	}
	r.Add(f)
}

// elsewhere is the discipline's evaluations on other encounters of the day, and who rendered each.
func elsewhere(c *scrubber.Case, d refdata.Discipline) (codes, by []string) {
	for i := range c.SameDay {
		f, known := c.Tables.Code(c.SameDay[i].Code)
		if known == refdata.Present && f.Discipline == d && f.Is(refdata.Evaluation|refdata.Reevaluation) {
			codes, by = append(codes, f.Code), append(by, c.SameDay[i].RenderingNPI)
		}
	}
	return codes, by
}
