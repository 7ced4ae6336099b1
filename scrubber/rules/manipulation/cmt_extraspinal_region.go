package manipulation

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// extraspinalCovered is CMT008's: a service that the payer never covers is not proposed.
var extraspinalCovered = scrubber.Param{
	Name: "cmt_extraspinal_covered", Kind: scrubber.BoolParam, Bool: true,
	Doc: "whether extraspinal chiropractic manipulation, 98943, is a covered service",
}

// CMTExtraspinalRegion is REG003.
var CMTExtraspinalRegion = scrubber.Rule{
	ID: "REG003", Name: "cmt-extraspinal-region",
	Title: "Extraspinal chiropractic manipulation and the regions documented do not agree",
	Why: "98943 is manipulation of one or more extraspinal regions: head, limbs, rib cage, abdomen. Billed without one it is not what was done; " +
		"an extraspinal region documented beside spinal manipulation may be billed with 98943 too, where the payer covers it.",
	Fix: "bill 98943 where an extraspinal region is documented, and only there",
	Source: scrubber.Source{
		Authority: "CPT", Title: "Chiropractic manipulative treatment, 98943",
		Section: "extraspinal regions as listed by the Kansas workers compensation fee schedule",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "150", RARC: "N188"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation,
	Params: []scrubber.Param{extraspinalCovered},
	Check:  cmtExtraspinalRegion,
}

func cmtExtraspinalRegion(c *scrubber.Case, r *scrubber.Report) {
	chiropractic := false
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal.has(l.Code) && !extraspinal.has(l.Code) {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "the regions treated decide the code: send services with regions")
			return
		}
		chiropractic = true
		if !extraspinal.has(l.Code) {
			continue
		}
		e := extraspinal.evidence(c, l)
		if e.regions == 0 || e.regions.Extraspinal() != 0 {
			continue
		}
		r.Add(scrubber.Finding{
			Message: "98943 billed for spinal regions alone (" + e.regions.String() + "); 98943 covers head, limbs, rib cage and abdomen",
			Pointer: l.Pointer("code"), Lines: []int{l.Number},
			Billed: "98943", Expected: spinal.code(e.regions.Count()),
			Fix: insteadOfExtraspinal(c, l, e),
		})
	}
	if chiropractic && !c.BillsCode("98943") && c.Bool(&extraspinalCovered) {
		unbilledExtraspinal(c, r)
	}
}

// insteadOfExtraspinal bills the spinal code, or nothing more where the claim has one.
func insteadOfExtraspinal(c *scrubber.Case, l *scrubber.Line, e evidence) *scrubber.Fix {
	for i := range c.Lines {
		if spinal.has(c.Lines[i].Code) {
			return &scrubber.Fix{Summary: "remove 98943: no extraspinal region is documented", Patch: l.RemoveLine()}
		}
	}
	code := spinal.code(e.regions.Count())
	return &scrubber.Fix{Summary: "bill " + code + " instead of 98943; the fee must follow", Patch: scrubber.Replace(l.Pointer("code"), code)}
}

func unbilledExtraspinal(c *scrubber.Case, r *scrubber.Report) {
	var regions anatomy.Set
	pointer := ""
	for i := range c.Services {
		s := &c.Services[i]
		if found := s.Regions.Extraspinal(); found != 0 && extraspinal.documents(s) {
			regions, pointer = regions|found, s.Pointer("regions")
		}
	}
	if regions == 0 {
		return
	}
	finding := scrubber.Finding{
		Severity: scrubber.Warn,
		Message:  "extraspinal manipulation documented (" + regions.String() + "), 98943 not billed",
		Pointer:  pointer, Expected: "98943",
	}
	for _, l := range spinal.lines(c, func(*scrubber.Line) bool { return true }) {
		finding.Lines = append(finding.Lines, l.Number)
	}
	r.Add(finding)
}
