package ncci

import (
	"fmt"
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// UnitsOverDayLimit rejects more units of a code in a day than its absolute limit (adjudication indicator 2), summed over all lines.
var UnitsOverDayLimit = scrubber.Rule{
	ID: "MUE002", Name: "units-over-day-limit",
	Title: "More units in a day than the absolute limit",
	Why: "A medically unlikely edit with indicator 2 follows from the code's definition or from policy. All lines of the provider's day count together, " +
		"no modifier raises it, and an appeal does not win.",
	Fix:    "correct the units; what is beyond the limit is not paid in any way of billing it",
	Source: unlikely("MUE adjudication indicator 2"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6, Needs: scrubber.MUETable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{medicareCoverage},
	Check:  func(c *scrubber.Case, r *scrubber.Report) { unitsOfDay(c, r, 2) },
}

// unitsOfDay judges each code of the adjudication indicator once for each provider who rendered it.
func unitsOfDay(c *scrubber.Case, r *scrubber.Report, indicator uint8) {
	c.Edits() // marks the profile's choice of table as read
	all := unitsOfAllCodes(c)
	for i := range c.Lines {
		r.Apart()
		l := &c.Lines[i]
		if l.Limited == refdata.Outside && scrubber.ProcedureCode(l.Code) {
			r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.MUE, l.Code))
		}
		if !limits(c, l, indicator) || all <= l.Limit.Value || summedBefore(c, i) {
			continue
		}
		own, elsewhere := dayUnits(c, l)
		if own == 0 || own+elsewhere <= l.Limit.Value {
			continue
		}
		r.Add(overDay(c, l, own, elsewhere))
	}
}

// unitsOfAllCodes is more than a day has of any one code.
func unitsOfAllCodes(c *scrubber.Case) (units int) {
	for i := range c.Lines {
		units += max(0, c.Lines[i].Units)
	}
	for i := range c.SameDay {
		units += max(0, c.SameDay[i].Units)
	}
	return units
}

// summedBefore tells whether line i counts together with one before it, and was judged with that.
func summedBefore(c *scrubber.Case, i int) bool {
	for j := range i {
		if summed(c, &c.Lines[i], &c.Lines[j]) {
			return true
		}
	}
	return false
}

// summed tells whether two lines count together: the same code of the same provider. A line that bills for the denial
// does not count against a limit of 0.
func summed(c *scrubber.Case, a, b *scrubber.Line) bool {
	return a.Code == b.Code && c.RenderedBy(a).NPI == c.RenderedBy(b).NPI && limits(c, b, a.Limit.MAI)
}

// dayUnits sums the units of the line's code: on this claim and on other encounters of the day. Zero and negative units
// take nothing away.
func dayUnits(c *scrubber.Case, l *scrubber.Line) (own, elsewhere int) {
	for i := range c.Lines {
		if o := &c.Lines[i]; o == l || summed(c, l, o) {
			own += max(0, c.Lines[i].Units)
		}
	}
	for i := range c.SameDay {
		s := &c.SameDay[i]
		if s.Code == l.Code && (s.RenderingNPI == "" || s.RenderingNPI == c.RenderedBy(l).NPI) {
			elsewhere += max(0, s.Units)
		}
	}
	return own, elsewhere
}

func overDay(c *scrubber.Case, l *scrubber.Line, own, elsewhere int) scrubber.Finding {
	var lines []*scrubber.Line
	for i := range c.Lines {
		if summed(c, l, &c.Lines[i]) {
			lines = append(lines, &c.Lines[i])
		}
	}
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed with %s on the day; the limit for a day is %d", l.Code, counted(own+elsewhere), l.Limit.Value),
		Pointer: l.Pointer("units"), Lines: numbersOf(lines), Billed: strconv.Itoa(own + elsewhere), Expected: atMost(l.Limit.Value),
	}
	if elsewhere > 0 {
		f.Message += "; other encounters of the day have " + counted(elsewhere)
	}
	if left := l.Limit.Value - elsewhere; len(lines) == 1 && left > 0 {
		f.Fix = &scrubber.Fix{Summary: "bill " + counted(left) + " of " + l.Code + ", if no more was furnished", Patch: scrubber.Replace(l.Pointer("units"), left)}
	}
	if l.Limit.Inferred {
		f.Certainty = scrubber.Inferred
		f.Message += c.Carried(refdata.MUE)
	}
	return f
}
