package manipulation

import "claimscrub/scrubber"

// OMTRegionBand is REG001.
var OMTRegionBand = scrubber.Rule{
	ID: "REG001", Name: "omt-region-band",
	Title: "Osteopathic manipulation code does not match the body regions treated",
	Why: "98925 to 98929 are told apart by the number of body regions treated: 1-2, 3-4, 5-6, 7-8, 9-10. " +
		"A code above the documented regions is denied or taken back on review; one below them gives revenue away.",
	Fix: "bill the code for the regions documented, or complete the note if a region was treated and not recorded",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Physician Fee Schedule, July 2026, and CPT",
		Section: "98925-98929; both sides of a limb are one region (AAP, OMT coding fact sheet)",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "150", RARC: "N188"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation,
	Check: func(c *scrubber.Case, r *scrubber.Report) { checkBand(c, r, osteopathic, "body region") },
}

// checkBand holds each line of the family against the regions of its session. Without any region the
// line is undocumented, which is another rule's matter.
func checkBand(c *scrubber.Case, r *scrubber.Report, f family, noun string) {
	for i := range c.Lines {
		l := &c.Lines[i]
		lo, hi, ok := f.band(l.Code)
		if !ok {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "the regions treated decide the code: send services with regions")
			return
		}
		e := f.evidence(c, l)
		n := f.counted(e.regions).Count()
		if e.regions == 0 || n >= lo && n <= hi || n > hi && e.surplus {
			continue
		}
		finding := bandFinding(c, l, f, e, noun)
		switch {
		case n > hi:
			finding.Severity = scrubber.Warn
		case f.counted(e.visit).Count() >= lo: // only the sessions together reach it, and no authority unites sessions
			finding.Certainty = scrubber.Inferred
		}
		r.Add(finding)
	}
}

func bandFinding(c *scrubber.Case, l *scrubber.Line, f family, e evidence, noun string) scrubber.Finding {
	lo, hi, _ := f.band(l.Code)
	counted := f.counted(e.regions)
	n := counted.Count()
	named := counted
	if n == 0 {
		named = e.regions
	}
	finding := scrubber.Finding{
		Message: l.Code + " billed for " + plural(n, noun) + " (" + named.String() + "); " + l.Code + " covers " + span(lo, hi),
		Pointer: l.Pointer("code"), Lines: []int{l.Number},
		Billed: l.Code, Expected: f.code(n),
	}
	if n == 0 { // spinal manipulation billed, extraspinal regions alone documented
		finding.Expected = extraspinal.code(e.regions.Count())
		return finding
	}
	finding.Fix = recode(c, l, finding.Expected)
	return finding
}
