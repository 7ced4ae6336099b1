package ncci

import (
	"fmt"
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// UnitsOverLineLimit rejects a line with more units than its code's limit for a line (adjudication indicator 1).
var UnitsOverLineLimit = scrubber.Rule{
	ID: "MUE001", Name: "units-over-line-limit",
	Title: "More units on a line than the limit for a line",
	Why: "A medically unlikely edit with indicator 1 is judged line by line: a line above the limit is denied whole. Units that were truly furnished go on " +
		"a second line with a modifier that says why (59, 76, 77, 91, an anatomic one).",
	Fix:    "correct the units, or split them over lines with the modifier that says why",
	Source: unlikely("MUE adjudication indicator 1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6, Needs: scrubber.MUETable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{medicareCoverage},
	Check:  unitsOverLineLimit,
}

func unitsOverLineLimit(c *scrubber.Case, r *scrubber.Report) {
	c.Edits() // marks the profile's choice of table as read
	for i := range c.Lines {
		r.Apart()
		l := &c.Lines[i]
		if l.Limited == refdata.Outside && scrubber.ProcedureCode(l.Code) {
			r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.MUE, l.Code))
		}
		if !limits(c, l, 1) || l.Units <= l.Limit.Value {
			continue
		}
		f := scrubber.Finding{
			Message: fmt.Sprintf("%s billed with %s on a line; the limit for a line is %d", l.Code, counted(l.Units), l.Limit.Value),
			Pointer: l.Pointer("units"), Lines: []int{l.Number}, Billed: strconv.Itoa(l.Units), Expected: atMost(l.Limit.Value),
		}
		if l.Limit.Inferred {
			f.Certainty = scrubber.Inferred
			f.Message += c.Carried(refdata.MUE)
		}
		r.Add(f)
	}
}

// limits tells whether the line's code has a unit limit of the adjudication indicator that binds this claim. A limit of 0 means
// that Medicare does not pay the code: it binds where the program covers what Medicare covers or is Medicaid, which publishes its own,
// and never a line that bills for the denial (GY).
func limits(c *scrubber.Case, l *scrubber.Line, indicator uint8) bool {
	if l.Limited != refdata.Present || l.Limit.MAI != indicator {
		return false
	}
	return l.Limit.Value > 0 || (c.Edits() == refdata.Medicaid || c.Bool(&medicareCoverage)) && !l.Has("GY")
}

func counted(units int) string {
	if units == 1 {
		return "1 unit"
	}
	return strconv.Itoa(units) + " units"
}

func atMost(units int) string {
	if units == 0 {
		return "none"
	}
	return "at most " + strconv.Itoa(units)
}

func unlikely(section string) scrubber.Source {
	return scrubber.Source{Authority: "CMS", Title: "NCCI medically unlikely edits, practitioner services", Section: section,
		URL: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-medically-unlikely-edits"}
}
