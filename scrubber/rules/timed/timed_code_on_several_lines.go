package timed

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
)

var oneLinePerCode = scrubber.Param{
	Name: "timed_code_on_one_line", Kind: scrubber.BoolParam,
	Doc: "the payer takes the units of a timed code of a day on one line only, apart from lines that differ in modifiers or provider",
}

// TimedCodeOnSeveralLines is TIM008.
var TimedCodeOnSeveralLines = scrubber.Rule{
	ID: "TIM008", Name: "timed-code-on-several-lines",
	Title: "One timed code of a day on several lines",
	Why: "The minutes of a timed code in a day are added up and its units stand on one line, whatever regions, diagnoses or sessions they were for. A Medicare contractor rejects a " +
		"claim whose timed code stands on several lines of a date. Lines that differ in modifiers, such as those with and without CQ, are lines of their own.",
	Fix: "bill all units of the code on one line",
	Source: scrubber.Source{
		Authority: "CMS MAC (First Coast)", Title: "Outpatient rehabilitation services, 2024-04-09",
		Section: "timed codes on a single line for a date of service, claims received since 2021-04-19",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{oneLinePerCode},
	Check: timedCodeOnSeveralLines,
}

func timedCodeOnSeveralLines(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Lines) < 2 || !c.Bool(&oneLinePerCode) {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.TimedCode() == "" || !l.Timed() || oneOf(c, l, c.Lines[:i]) || !oneOf(c, l, c.Lines[i+1:]) {
			continue
		}
		var lines []int
		units := 0
		for j := i; j < len(c.Lines); j++ {
			if o := &c.Lines[j]; oneWithin(c, l, o) {
				lines, units = append(lines, o.Number), units+o.Units
			}
		}
		r.Add(scrubber.Finding{
			Message: fmt.Sprintf("%s billed on %d lines that agree in modifiers and provider", l.Code, len(lines)),
			Pointer: l.Pointer("units"), Lines: lines, Billed: fmt.Sprintf("%d lines", len(lines)), Expected: fmt.Sprintf("one line of %s x%d", l.Code, units),
		})
	}
}

// oneOf tells whether the line bills what another of the lines bills alike.
func oneOf(c *scrubber.Case, l *scrubber.Line, lines []scrubber.Line) bool {
	for i := range lines {
		if oneWithin(c, l, &lines[i]) {
			return true
		}
	}
	return false
}

// oneWithin tells whether two lines bill one timed code alike, so that one line says it; the order of modifiers says nothing.
func oneWithin(c *scrubber.Case, a, b *scrubber.Line) bool {
	return a.Code == b.Code && c.RenderedBy(a).NPI == c.RenderedBy(b).NPI && carries(a, b) && carries(b, a)
}

func carries(a, b *scrubber.Line) bool {
	return !slices.ContainsFunc(a.Modifiers, func(m string) bool { return !slices.Contains(b.Modifiers, m) })
}
