package osteopathic

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// VisitWithManipulation is OMT003.
var VisitWithManipulation = scrubber.Rule{
	ID: "OMT003", Name: "visit-with-manipulation",
	Title: "Office visit beside osteopathic manipulation without 25",
	Why: "The manipulation includes the examination before and after it. An office visit of the same provider and day is paid only as a significant, separately identifiable " +
		"service, which 25 on the visit attests. Another diagnosis is not required.",
	Fix: "add 25 to the visit if the note shows a significant, separate service; else take the visit out",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits of 98925-98929 with office visits, indicator 1; billing and coding article A56954",
		URL: "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "97", RARC: "N626"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation,
	Check: visitWithManipulation,
}

func visitWithManipulation(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Known != refdata.Present || !l.Facts.Is(refdata.EM) || l.Has("25") {
			continue
		}
		omt := sameProvider(c, l)
		if omt == nil {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " beside " + omt.Code + " of the same provider without 25",
			Pointer: l.Pointer("modifiers"), Lines: pair(l, omt), Billed: l.Code, Expected: l.Code + "-25",
		}
		switch {
		case len(l.Modifiers) >= 4: // no place for it
		case len(l.Modifiers) == 0:
			f.Fix = attested(scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers"), Value: []string{"25"}})
		default:
			f.Fix = attested(scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers", 0), Value: "25"})
		}
		r.Add(f)
	}
}

func attested(op scrubber.PatchOp) *scrubber.Fix {
	return &scrubber.Fix{Summary: "add 25, if the note shows a significant, separately identifiable visit", Patch: []scrubber.PatchOp{op}}
}
