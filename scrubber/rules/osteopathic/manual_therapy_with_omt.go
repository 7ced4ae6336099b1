package osteopathic

import "claimscrub/scrubber"

// ManualTherapyWithOMT is OMT004.
var ManualTherapyWithOMT = scrubber.Rule{
	ID: "OMT004", Name: "manual-therapy-with-omt",
	Title: "Manual therapy beside osteopathic manipulation",
	Why:   "Manual therapy is part of osteopathic manipulation on the day it is given by the same provider: the edit has indicator 0, so that no modifier separates them, whatever the region.",
	Fix:   "take 97140 out, or bill it alone if no osteopathic manipulation was done",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits of 98925-98929 with 97140, indicator 0",
		URL: "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation,
	Check: manualTherapyWithOMT,
}

func manualTherapyWithOMT(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Code != "97140" {
			continue
		}
		omt := sameProvider(c, l)
		if omt == nil {
			continue
		}
		r.Add(scrubber.Finding{
			Message: "97140 beside " + omt.Code + " of the same provider; no modifier separates them",
			Pointer: l.Pointer("code"), Lines: pair(l, omt), Billed: "97140, " + omt.Code, Expected: omt.Code,
			Fix: &scrubber.Fix{Summary: "take 97140 out", Patch: l.RemoveLine()},
		})
	}
}
