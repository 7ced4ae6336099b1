package coverage

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var timedUnitsPerDay = scrubber.Param{
	Name: "timed_units_per_day", Kind: scrubber.IntParam,
	Doc: "the most timed therapy units that the payer pays for a patient and day, per discipline, other encounters of the day included; 0 for no cap",
}

// TimedUnitsOverDayCap is COV005.
var TimedUnitsOverDayCap = scrubber.Rule{
	ID: "COV005", Name: "timed-units-over-day-cap",
	Title: "More timed units in a day than the payer pays",
	Why: "Some payers pay no more than a fixed number of timed units a day, whatever the minutes, and deny the rest as beyond the benefit. " +
		"The cap is the payer's own and stands in its profile.",
	Fix:    "bill no more units than the payer pays, or ask for an exception before billing",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's reimbursement policy", Section: "as the profile names it"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "119", RARC: "N853"}, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{timedUnitsPerDay},
	Check: dayCap,
}

func dayCap(c *scrubber.Case, r *scrubber.Report) {
	most := c.Int(&timedUnitsPerDay)
	if most <= 0 {
		return
	}
	for i, discipline := range [...]string{"PT", "OT", "SLP", ""} {
		lines, total := timedOf(c, discipline)
		if len(lines) == 0 {
			continue
		}
		others := 0
		for j := range c.SameDay {
			o := &c.SameDay[j]
			f, known := c.Tables.Code(o.Code)
			if known == refdata.Present && f.EightMinute() && (i == 3 || saysDiscipline(o, discipline)) {
				others += max(0, o.Units)
			}
		}
		if total+others <= most {
			continue
		}
		f := scrubber.Finding{
			Message: fmt.Sprintf("%d timed units billed for the day, and the payer pays %d", total+others, most),
			Pointer: lines[0].Pointer("units"), Lines: numbers(lines),
			Billed: fmt.Sprint(total + others), Expected: fmt.Sprintf("at most %d", most),
		}
		if others > 0 {
			f.Message += fmt.Sprintf("; %d of them on other encounters", others)
		}
		r.Add(f)
	}
}

// timedOf is the lines of timed therapy of the discipline, and their units.
func timedOf(c *scrubber.Case, discipline string) (lines []*scrubber.Line, units int) {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.TimedCode() != "" && c.Discipline(l) == discipline {
			lines = append(lines, l)
			units += max(0, l.Units)
		}
	}
	slices.SortFunc(lines, func(a, b *scrubber.Line) int { return a.Number - b.Number })
	return lines, units
}

// saysDiscipline tells whether the line of another encounter has the discipline's modifier, or none at all.
func saysDiscipline(o *scrubber.SameDayLine, discipline string) bool {
	for _, m := range o.Modifiers {
		if d := scrubber.ModifierDiscipline(m); d != "" {
			return d == discipline
		}
	}
	return true
}
