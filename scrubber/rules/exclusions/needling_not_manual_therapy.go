package exclusions

import "claimscrub/scrubber"

// NeedlingNotManualTherapy is EXC001.
var NeedlingNotManualTherapy = scrubber.Rule{
	ID: "EXC001", Name: "needling-not-manual-therapy",
	Title: "Needle insertion without injection billed as manual therapy",
	Why: "Dry needling and trigger-point acupuncture are the insertion of needles without injection, which has its own untimed codes by the number of " +
		"muscles: 20560 and 20561. Minutes of needling never count to 97140. Billed as 97140 the charge is denied, and taken back where it was paid.",
	Fix: "bill 20560 for one or two muscles, 20561 for three or more, and 97140 for the minutes of manual therapy alone",
	Source: scrubber.Source{
		Authority: "CPT", Title: "Needle insertion without injection, 20560 and 20561, in force since 2020-01-01",
		Section: "Medicare covers it for chronic low back pain only, NCD 30.3.3",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N657"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: needlingNotManualTherapy,
}

func needlingNotManualTherapy(c *scrubber.Case, r *scrubber.Report) {
	told(c, r, "needle insertion", isNeedling, unbilledNeedling(c), needlingFinding)
}

func isNeedling(s *scrubber.Service) bool { return s.Needling }

// unbilledNeedling tells whether a needling service is documented that no line bills as needling.
func unbilledNeedling(c *scrubber.Case) bool {
	for i := range c.Services {
		if c.Services[i].Needling && !c.BillsCode("20560") && !c.BillsCode("20561") {
			return true
		}
	}
	return false
}

// needlingFinding is for a line that stands for needling alone. What a payer pays for needling differs, so
// that its fix is for a human.
func needlingFinding(c *scrubber.Case, l *scrubber.Line) scrubber.Finding {
	n, complete := muscles(c, func(i int, s *scrubber.Service) bool { return s.Needling && takes(l, i) })
	finding := scrubber.Finding{
		Message: "97140 billed for needle insertion; that is 20560 for 1-2 muscles, 20561 for 3 or more",
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: manualTherapy, Expected: "20560 or 20561",
	}
	if complete && n > 0 || n > 2 {
		finding.Expected = needlingCode(n)
		finding.Message = "97140 billed for needle insertion of " + plural(n, "muscle") + "; that is " + finding.Expected
		finding.Fix = &scrubber.Fix{Summary: "bill 1 unit of " + finding.Expected + "; the fee must follow", Patch: recoded(l, finding.Expected)}
	}
	if c.BillsCode("20560") || c.BillsCode("20561") {
		finding.Fix = &scrubber.Fix{Summary: "remove 97140: the needling is billed already", Patch: l.RemoveLine()}
	}
	return finding
}

func takes(l *scrubber.Line, service int) bool {
	for _, i := range l.Services {
		if i == service {
			return true
		}
	}
	return false
}

// recoded bills one unit of an untimed code on the line.
func recoded(l *scrubber.Line, code string) []scrubber.PatchOp {
	patch := scrubber.Replace(l.Pointer("code"), code)
	if l.Units != 1 {
		patch = append(patch, scrubber.Replace(l.Pointer("units"), 1)...)
	}
	return patch
}
