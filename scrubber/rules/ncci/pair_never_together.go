package ncci

import (
	"slices"

	"claimscrub/scrubber"
)

// PairNeverTogether rejects two codes whose edit no modifier bypasses: one finding for each pair of codes, with all their lines.
var PairNeverTogether = scrubber.Rule{
	ID: "PTP001", Name: "pair-never-together",
	Title: "Two codes are never paid together",
	Why: "NCCI pairs codes that one provider cannot report for one patient on one day. With modifier indicator 0 the column 2 code is denied " +
		"whatever modifier it carries, also for another region of the body.",
	Fix:    "keep the code that says what was done; do not bill the column 2 code beside it",
	Source: pairs("modifier indicator 0"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6, Needs: scrubber.PTPTable, Facts: scrubber.ClaimAlone,
	Check: pairNeverTogether,
}

func pairNeverTogether(c *scrubber.Case, r *scrubber.Report) {
	clashes(c, 0, func(_, _ *billed) bool { return true }, func(k *clash) {
		f := k.finding(c, k.Column2+" is not paid beside "+k.Column1+" on one day, whatever the modifier")
		f.Billed, f.Expected = k.Column2+" with "+k.Column1, k.Column1+" alone"
		if len(k.two) > 0 {
			f.Fix = &scrubber.Fix{Summary: "take " + k.Column2 + " out, if " + k.Column1 + " is what was done", Patch: removeLines(k.two)}
		}
		r.Add(f)
	})
	unevaluated(c, r)
}

// removeLines takes lines out, the last of the claim first, so that the places of the others hold.
func removeLines(lines []*scrubber.Line) (patch []scrubber.PatchOp) {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b *scrubber.Line) int { return b.Index - a.Index })
	for _, l := range sorted {
		patch = append(patch, l.RemoveLine()...)
	}
	return patch
}

func pairs(section string) scrubber.Source {
	return scrubber.Source{Authority: "CMS", Title: "National Correct Coding Initiative, procedure-to-procedure edits, practitioner services", Section: section,
		URL: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"}
}
