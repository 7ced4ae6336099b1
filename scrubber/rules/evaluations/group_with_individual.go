package evaluations

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// GroupWithIndividual is EVL004.
var GroupWithIndividual = scrubber.Rule{
	ID: "EVL004", Name: "group-with-individual",
	Title: "Group therapy and individual therapy in the same minutes",
	Why: "Group therapy is constant attendance of two or more patients at once; individual therapy is one on one. In the same minutes the one rules the other out, and the group code, " +
		"which pays less, is what is left. Billed on one day, the two need separate times in the note.",
	Fix:    "bill the group alone for those minutes, or correct the times from the clinician's note",
	Source: manual("20.2 and 20.3; NCCI edits of 97150 with individual therapy"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236", RARC: "N20"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: groupWithIndividual,
}

func groupWithIndividual(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		group := &c.Lines[i]
		if group.Known != refdata.Present || !group.Facts.Is(refdata.Group) {
			continue
		}
		for j := range c.Lines {
			single := &c.Lines[j]
			if single.TimedCode() == "" || single.Facts.Is(refdata.Group) {
				continue
			}
			switch together(c, group, single) {
			case scrubber.FactUnknown:
				r.NotEvaluated(scrubber.DocumentationNotSent, "send intervals with group therapy and with individual therapy of the same session")
			case scrubber.Yes:
				r.Add(scrubber.Finding{
					Message: single.Code + " was furnished one on one in minutes of the group " + group.Code,
					Pointer: single.Pointer("code"), Lines: numbers([]*scrubber.Line{group, single}),
					Billed: group.Code + ", " + single.Code, Expected: group.Code,
				})
			}
		}
	}
}

// together tells whether a service of one line shares minutes with one of the other; unknown where one of the
// same session has no clock times.
func together(c *scrubber.Case, group, single *scrubber.Line) scrubber.Fact {
	if !c.Documented {
		return scrubber.FactUnknown
	}
	verdict := scrubber.No
	for _, i := range group.Services {
		for _, j := range single.Services {
			g, s := &c.Services[i], &c.Services[j]
			switch {
			case g.Overlap(s, nil) > 0:
				return scrubber.Yes
			case g.Session == s.Session && (len(g.Intervals) == 0 || len(s.Intervals) == 0):
				verdict = scrubber.FactUnknown
			}
		}
	}
	return verdict
}
