package chiropractic

import (
	"slices"
	"strconv"

	"claimscrub/scrubber"
)

// SubluxationEvidence is CMT007.
var SubluxationEvidence = scrubber.Rule{
	ID: "CMT007", Name: "subluxation-evidence",
	Title: "Subluxation shown neither by P.A.R.T. nor by x-ray",
	Why: "A subluxation is shown by x-ray or by physical examination: pain, asymmetry, range of motion abnormality, tissue tone changes. Two of the four are expected, " +
		"one of them asymmetry or range of motion. Without either the record does not support the claim.",
	Fix: "record the findings of the examination, or the date of the x-ray",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub 100-02 chapter 15", Section: "240.1.2; article A56273",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/bp102c15.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation, Params: []scrubber.Param{subluxationCoverage},
	Check: subluxationEvidence,
}

func subluxationEvidence(c *scrubber.Case, r *scrubber.Report) {
	if !c.LastXray.IsZero() || examined(c.Notes.PART) {
		return
	}
	first, lines := firstSpinal(c)
	if first == nil || !c.Bool(&subluxationCoverage) {
		return
	}
	if !c.Notes.PARTSent {
		r.NotEvaluated(scrubber.DocumentationNotSent, "send notes.part or dates.last_xray: how the subluxation is shown")
		return
	}
	f := scrubber.Finding{
		Message: first.Code + " with no finding of P.A.R.T. and no x-ray documented",
		Pointer: "/notes/part", Lines: ascending(lines), Expected: "two findings, one of them asymmetry or range_of_motion",
	}
	if n := findings(c.Notes.PART); n > 0 { // how many are enough is not stated by the source at hand
		f.Certainty = scrubber.Inferred
		f.Message = first.Code + " with " + strconv.Itoa(n) + " of the four findings of P.A.R.T., fewer than two or neither asymmetry nor range of motion, and no x-ray"
	}
	r.Add(f)
}

// examined tells whether two of the four findings are there, one of them asymmetry or range of motion.
func examined(part []string) bool {
	return findings(part) >= 2 && (slices.Contains(part, "asymmetry") || slices.Contains(part, "range_of_motion"))
}

// findings is the number of distinct findings.
func findings(part []string) (n int) {
	for i, p := range part {
		if !slices.Contains(part[:i], p) {
			n++
		}
	}
	return n
}

func ascending(lines []int) []int {
	slices.Sort(lines)
	return lines
}
