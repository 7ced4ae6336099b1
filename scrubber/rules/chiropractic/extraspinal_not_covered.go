package chiropractic

import "claimscrub/scrubber"

var extraspinalCovered = scrubber.Param{
	Name: "cmt_extraspinal_covered", Kind: scrubber.BoolParam, Bool: true,
	Doc: "whether extraspinal chiropractic manipulation, 98943, is a covered service",
}

// ExtraspinalNotCovered is CMT008.
var ExtraspinalNotCovered = scrubber.Rule{
	ID: "CMT008", Name: "extraspinal-not-covered",
	Title: "Extraspinal manipulation billed to a payer that never covers it",
	Why: "Medicare covers chiropractic manipulation of the spine alone: 98943 has status N and a unit limit of 0. It is billed only for a denial, with GY, and with GX beside " +
		"it where the patient was given the voluntary notice.",
	Fix: "take the line out, or add GY (and GX for a voluntary notice) to bill it for the denial",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Physician Fee Schedule, July 2026, status N of 98943",
		Section: "NGS: GX and GY",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "96", RARC: "N425"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{extraspinalCovered},
	Check: extraspinalNotCovered,
}

func extraspinalNotCovered(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Code != "98943" || l.Has("GY") || c.Bool(&extraspinalCovered) {
			continue
		}
		f := scrubber.Finding{
			Message: "98943 is not covered and stands without GY",
			Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: "98943", Expected: "98943-GY",
			Fix: add(l, "GY", "add GY to bill it for the denial"),
		}
		if l.Has("GX") {
			f.Message = "98943 is not covered and stands with GX but without GY"
			f.Expected = "98943-GX-GY"
		}
		r.Add(f)
	}
}
