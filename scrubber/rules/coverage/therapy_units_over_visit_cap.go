package coverage

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var therapyUnitsPerVisit = scrubber.Param{
	Name: "therapy_units_per_visit", Kind: scrubber.IntParam,
	Doc: "the most units of modalities and procedures, timed and untimed, that the payer pays for a visit to one provider; evaluations do not count; 0 for no cap",
}

// TherapyUnitsOverVisitCap is COV006.
var TherapyUnitsOverVisitCap = scrubber.Rule{
	ID: "COV006", Name: "therapy-units-over-visit-cap",
	Title: "More modalities and procedures in a visit than the payer pays",
	Why: "Some payers pay no more than a fixed number of modalities, procedures and units for a visit and call the rest not medically necessary. " +
		"The cap is the payer's own and stands in its profile.",
	Fix:    "bill no more than the payer pays, or document why the visit needed more and ask for review",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's medical policy", Section: "as the profile names it"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N640"}, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{therapyUnitsPerVisit},
	Check: visitCap,
}

// treatment is what a visit's cap counts.
const treatment = refdata.Supervised | refdata.Attended | refdata.Procedure | refdata.Group | refdata.Orthotic | refdata.Biofeedback

func visitCap(c *scrubber.Case, r *scrubber.Report) {
	most := c.Int(&therapyUnitsPerVisit)
	if most <= 0 {
		return
	}
	for i := range c.Lines {
		by := c.RenderedBy(&c.Lines[i]).NPI
		if slices.ContainsFunc(c.Lines[:i], func(l scrubber.Line) bool { return c.RenderedBy(&l).NPI == by }) {
			continue // counted with that one
		}
		lines, total := treatmentBy(c, by)
		if total <= most {
			continue
		}
		r.Add(scrubber.Finding{
			Message: fmt.Sprintf("%d units of modalities and procedures billed for the visit, and the payer pays %d", total, most),
			Pointer: lines[0].Pointer("units"), Lines: numbers(lines), Billed: fmt.Sprint(total), Expected: fmt.Sprintf("at most %d", most),
		})
	}
}

// treatmentBy is the lines of the provider that a visit's cap counts, and their units.
func treatmentBy(c *scrubber.Case, npi string) (lines []*scrubber.Line, units int) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Known == refdata.Present && l.Facts.Is(treatment) && c.RenderedBy(l).NPI == npi {
			lines, units = append(lines, l), units+max(0, l.Units)
		}
	}
	return lines, units
}
