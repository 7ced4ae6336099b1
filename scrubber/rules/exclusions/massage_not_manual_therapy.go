package exclusions

import "claimscrub/scrubber"

// MassageNotManualTherapy is EXC005.
var MassageNotManualTherapy = scrubber.Rule{
	ID: "EXC005", Name: "massage-not-manual-therapy",
	Title: "Massage billed as manual therapy",
	Why: "Massage (effleurage, petrissage, tapotement) is 97124. 97140 is mobilisation, manipulation and the like; payers reprice or deny massage that is billed as it, " +
		"and the two are never paid together by Medicare.",
	Fix: "bill 97124 for the minutes of massage",
	Source: scrubber.Source{
		Authority: "CPT / CMS", Title: "97124 and 97140; NCCI procedure-to-procedure edit 97140 with 97124, indicator 0",
		URL: "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N657"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: massageNotManualTherapy,
}

func massageNotManualTherapy(c *scrubber.Case, r *scrubber.Report) {
	told(c, r, "massage", isMassage, false, massageFinding)
}

// isMassage goes by the kind alone: massage words inside a manual therapy service are manual therapy.
func isMassage(s *scrubber.Service) bool { return s.Kind == scrubber.Massage }

// massageFinding is for a line that stands for massage alone.
func massageFinding(c *scrubber.Case, l *scrubber.Line) scrubber.Finding {
	return scrubber.Finding{
		Message: "97140 billed for massage; that is 97124",
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: manualTherapy, Expected: "97124",
		Fix: &scrubber.Fix{
			Summary: "bill 97124 instead of 97140; the fee must follow",
			Safe:    fits(c, l, "97124", l.Units), Patch: scrubber.Replace(l.Pointer("code"), "97124"),
		},
	}
}
