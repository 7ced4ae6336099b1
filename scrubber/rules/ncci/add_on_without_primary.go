package ncci

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// AddOnWithoutPrimary rejects an add-on code whose primary code nobody bills on the day.
var AddOnWithoutPrimary = scrubber.Rule{
	ID: "COD003", Name: "add-on-without-primary",
	Title:  "An add-on code stands without its primary code",
	Why:    "An add-on code is work added to a primary service of the same provider and day. Without the primary it is denied, whatever was done.",
	Fix:    "bill the primary code of the service, or take the add-on out",
	Source: scrubber.Source{Authority: "CMS", Title: "NCCI add-on code edits", Section: "type I add-on codes", URL: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-add-code-edits"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "B15", RARC: "N122"}, SNIP: 6, Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: addOnWithoutPrimary,
}

func addOnWithoutPrimary(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Known == refdata.Outside && scrubber.ProcedureCode(l.Code) {
			r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.PFS, l.Code))
		}
		if l.Known != refdata.Present || !l.Facts.AddOn() || anyBilled(c, l.Facts.Primaries) {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " is an add-on to " + strings.Join(l.Facts.Primaries, " or ") + ", which nothing of the day bills",
			Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: "beside " + strings.Join(l.Facts.Primaries, " or "),
		}
		if l.Facts.Is(refdata.RTM) {
			f.Severity = scrubber.Warn // its primary counts once a month and may stand on another day
		}
		r.Add(f)
	}
}

func anyBilled(c *scrubber.Case, codes []string) bool {
	return slices.ContainsFunc(codes, c.BillsCode) || slices.ContainsFunc(c.SameDay, func(s scrubber.SameDayLine) bool { return slices.Contains(codes, s.Code) })
}
