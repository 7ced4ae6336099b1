package coverage

import "claimscrub/scrubber"

// KXWithNoticeOfNoncoverage is COV002.
var KXWithNoticeOfNoncoverage = scrubber.Rule{
	ID: "COV002", Name: "kx-with-notice-of-noncoverage",
	Title: "KX and GA on one therapy line",
	Why: "KX attests that therapy above the threshold is medically necessary; GA says that the patient was warned it is not, and GZ that a denial is expected. " +
		"One line cannot say both: it is denied, and the attestation is worthless on review.",
	Fix:    "keep KX if the service is medically necessary, GA or GZ if it is not",
	Source: manual("10.3 and 10.5"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			if !l.Has("KX") || !l.Has("GA", "GZ", "GY", "GX") {
				continue
			}
			other := "GX"
			for _, m := range [...]string{"GY", "GZ", "GA"} {
				if l.Has(m) {
					other = m
				}
			}
			f := scrubber.Finding{
				Message: "KX and " + other + " on " + l.Named(), Pointer: l.Pointer("modifiers"), Lines: []int{l.Number},
				Billed: "KX and " + other, Expected: "one of them",
			}
			if other == "GY" || other == "GX" || !therapy(l) { // KX has other meanings off the therapy list
				f.Certainty = scrubber.Inferred
			}
			r.Add(f)
		}
	},
}
