package timed

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// UntimedUnits is TIM005.
var UntimedUnits = scrubber.Rule{
	ID: "TIM005", Name: "untimed-units",
	Title: "Untimed code billed with more than one unit",
	Why: "A code without a time in its definition is one unit a day, however long it took and however many areas were treated. " +
		"Further units are denied as exceeding the number a day allows. Codes whose published daily limit is higher are governed by that limit. " +
		"Units on several lines count together, unless a modifier says that one was repeated, distinct or of another side, or the note that it was done in a further session.",
	Fix:    "bill one unit",
	Source: manual("20.2 B and the units chart of 20.2 D"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: untimedUnits,
}

// manipulation is one unit each by its own rule, which knows the regions.
const manipulation = refdata.OMT | refdata.CMTSpinal | refdata.CMTExtraspinal

func untimedUnits(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Units > 1 && l.Known == refdata.Outside {
			r.NotEvaluated(scrubber.OutsideTables, l.Named()+" is outside the code table, which says what is timed")
		}
		if !oneUnit(l) {
			continue
		}
		if l.Units > 1 {
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("%d units of %s billed; it is untimed, one unit a day", l.Units, l.Code),
				Pointer: l.Pointer("units"), Lines: []int{l.Number},
				Billed: list([]amount{{l.Code, l.Units}}), Expected: l.Code + " x1",
				Fix: &scrubber.Fix{
					Summary: "bill 1 unit of " + l.Code + "; the charge must follow", Safe: true,
					Patch: scrubber.Replace(l.Pointer("units"), 1),
				},
			})
		}
		oneLine(c, r, l)
	}
}

// oneUnit tells whether the line's code is one unit a day: untimed, and neither manipulation nor governed by a
// published daily limit.
func oneUnit(l *scrubber.Line) bool {
	return l.Known == refdata.Present && !l.Facts.Timed() && !l.Facts.UnitsByMUE && !l.Facts.Is(manipulation) &&
		!(l.Limited == refdata.Present && l.Limit.Value > 1)
}

// oneLine reports the units of l's code that stand on further lines: splitting them earns no more of them.
func oneLine(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	f, total := scrubber.Finding{}, 0
	for i := range c.Lines {
		o := &c.Lines[i]
		switch {
		case !sameOnce(c, l, o):
		case o.Index < l.Index:
			return // reported there
		default:
			f.Lines, total = append(f.Lines, o.Number), total+o.Units
		}
	}
	if len(f.Lines) < 2 {
		return
	}
	slices.Sort(f.Lines)
	f.Message = fmt.Sprintf("%d units of %s billed on %d lines; it is untimed, one unit a day", total, l.Code, len(f.Lines))
	f.Pointer = l.Pointer("units")
	f.Billed, f.Expected = list([]amount{{l.Code, total}}), l.Code+" x1"
	f.Fix = &scrubber.Fix{Summary: "keep one of the lines, if the service was done once"}
	for i := len(c.Lines) - 1; i > l.Index; i-- {
		if o := &c.Lines[i]; sameOnce(c, l, o) {
			f.Fix.Patch = append(f.Fix.Patch, o.RemoveLine()...)
		}
	}
	r.Add(f)
}

// sameOnce tells whether two lines bill units of one code that its provider may bill once: no modifier says that
// one was repeated or distinct, and no service was done in a further session.
func sameOnce(c *scrubber.Case, l, o *scrubber.Line) bool {
	return o.Code == l.Code && o.Units > 0 && l.Units > 0 && !apart(c, o) && !apart(c, l) && c.RenderedBy(o).NPI == c.RenderedBy(l).NPI
}

func apart(c *scrubber.Case, l *scrubber.Line) bool {
	return l.Has("59", "76", "77", "91", "LT", "RT", "XE", "XP", "XS", "XU") ||
		slices.ContainsFunc(l.Services, func(s int) bool { return c.Services[s].Session > 1 })
}
