package needling

import "claimscrub/scrubber"

// NeedlingNotice is NDL004.
var NeedlingNotice = scrubber.Rule{
	ID: "NDL004", Name: "needling-notice",
	Title: "Notice modifiers on needle insertion do not fit the notice",
	Why:   "GX says that the patient signed a voluntary notice of non-coverage, and stands beside GY. GX on a charge that the program covers is returned, and GX without a notice on file is not true.",
	Fix:   "report GX only with the signed notice and beside GY, on a service that is not covered",
	Source: scrubber.Source{
		Authority: "CMS MAC (NGS)", Title: "Advance beneficiary notice modifiers GA, GX, GY, GZ",
		Section: "APTA, February 2020: needling under Medicare, voluntary notice",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Needles, Params: []scrubber.Param{coverage},
	Check: needlingNotice,
}

func needlingNotice(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !needling(l.Code) || !l.Has("GX") || c.Text(&coverage) == "unknown" {
			continue
		}
		f := scrubber.Finding{Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}}
		low, _ := lowBackPain(c, l)
		switch {
		case c.Notes.ABNOnFile == scrubber.No:
			f.Message = l.Code + " with GX, and no notice is on file"
		case low && c.Text(&coverage) == "low_back_pain":
			f.Message = l.Code + " with GX on a diagnosis that is covered"
			f.Certainty = scrubber.Inferred // visits beyond the limits are not in the encounter
		case !l.Has("GY"):
			f.Message = l.Code + " with GX and without GY beside it"
			f.Certainty = scrubber.Inferred // a professional body names GX alone
		case c.Notes.ABNOnFile == scrubber.FactUnknown:
			r.NotEvaluated(scrubber.DocumentationNotSent, "send notes.abn_on_file: whether the patient signed the notice")
			continue
		default:
			continue
		}
		r.Add(f)
	}
}
