package chiropractic

import "claimscrub/scrubber"

// MaintenanceCareAsActive is CMT003.
var MaintenanceCareAsActive = scrubber.Rule{
	ID: "CMT003", Name: "maintenance-care-as-active",
	Title: "AT on spinal manipulation that the record calls maintenance",
	Why:   "AT certifies active treatment. Maintenance care is not covered, and AT on it is a false statement on the claim: the charge is denied, and taken back where it was paid.",
	Fix:   "replace AT by GA if the patient signed the notice, by GZ if not",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub 100-02 chapter 15", Section: "240.1.3",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/bp102c15.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation, Params: []scrubber.Param{activeTreatmentModifier},
	Check: maintenanceCareAsActive,
}

func maintenanceCareAsActive(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) || !l.Has("AT") || c.Notes.Maintenance == scrubber.No || !c.Bool(&activeTreatmentModifier) {
			continue
		}
		if c.Notes.Maintenance == scrubber.FactUnknown {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send notes.maintenance: whether the record calls the care maintenance")
			return
		}
		notice := "GZ"
		if c.Notes.ABNOnFile == scrubber.Yes {
			notice = "GA"
		}
		f := scrubber.Finding{
			Message: l.Code + " with AT, and the record calls it maintenance care",
			Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: l.Code + "-AT", Expected: l.Code + "-" + notice,
		}
		if !l.Has("GA", "GZ") {
			f.Fix = &scrubber.Fix{Summary: "replace AT by " + notice, Patch: replaceModifier(l, "AT", notice)}
		}
		r.Add(f)
	}
}

func replaceModifier(l *scrubber.Line, old, now string) (patch []scrubber.PatchOp) {
	for i, m := range l.Modifiers {
		if m == old {
			patch = append(patch, scrubber.Replace(l.Pointer("modifiers", i), now)...)
		}
	}
	return patch
}
