package needling

import "claimscrub/scrubber"

// AcupunctureWithNeedling is NDL002.
var AcupunctureWithNeedling = scrubber.Rule{
	ID: "NDL002", Name: "acupuncture-with-needling",
	Title: "Acupuncture beside needle insertion without injection",
	Why:   "Acupuncture and needle insertion without injection are never paid together to one provider on a day: the edits have indicator 0, and acupuncture is the code that is denied.",
	Fix:   "bill the one that was done",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits of 20560 and 20561 with 97810, 97811, 97813, 97814, indicator 0",
		URL: "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Needles,
	Check: acupunctureWithNeedling,
}

func acupunctureWithNeedling(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !acupuncture(l.Code) {
			continue
		}
		needled := first(c, needling, c.RenderedBy(l).NPI)
		if needled == nil {
			continue
		}
		r.Add(scrubber.Finding{
			Message: l.Code + " beside " + needled.Code + " of the same provider; no modifier separates them",
			Pointer: l.Pointer("code"), Lines: ascending(l.Number, needled.Number), Billed: l.Code + ", " + needled.Code,
		})
	}
}
