package chiropractic

import "claimscrub/scrubber"

// ActiveTreatmentModifierMissing is CMT001.
var ActiveTreatmentModifierMissing = scrubber.Rule{
	ID: "CMT001", Name: "active-treatment-modifier-missing",
	Title: "Spinal manipulation without AT, GA or GZ",
	Why: "Medicare takes 98940-98942 without AT for maintenance and denies them. AT says that the treatment is active; GA says that a denial is expected " +
		"and the required notice is on file; GZ that it is expected and there is none.",
	Fix: "add AT if the record shows active treatment, else GA with a signed notice or GZ without",
	Source: scrubber.Source{
		Authority: "CMS MACs", Title: "First Coast and NGS: chiropractic services, AT modifier",
		Section: "CMS Pub 100-02 chapter 15 section 240.1.3",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N822"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{activeTreatmentModifier},
	Check: activeTreatmentModifierMissing,
}

func activeTreatmentModifierMissing(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) || l.Has("AT", "GA", "GZ") || !c.Bool(&activeTreatmentModifier) {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " without AT, GA or GZ",
			Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: l.Code, Expected: l.Code + "-AT",
			Fix: add(l, "AT", "add AT, if the record shows active treatment"),
		}
		switch {
		case c.Notes.Maintenance == scrubber.Yes && c.Notes.ABNOnFile == scrubber.Yes:
			f.Expected, f.Fix = l.Code+"-GA", add(l, "GA", "add GA: maintenance care, with the signed notice on file")
		case c.Notes.Maintenance == scrubber.Yes:
			f.Expected, f.Fix = l.Code+"-GZ", add(l, "GZ", "add GZ: maintenance care without a signed notice, which the patient then owes nothing for")
		}
		if l.Has("GX", "GY") { // beside it the added modifier would contradict it
			f.Fix = nil
		}
		r.Add(f)
	}
}
