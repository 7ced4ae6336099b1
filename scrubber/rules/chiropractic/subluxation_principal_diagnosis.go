package chiropractic

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// SubluxationPrincipalDiagnosis is CMT004.
var SubluxationPrincipalDiagnosis = scrubber.Rule{
	ID: "CMT004", Name: "subluxation-principal-diagnosis",
	Title: "The first diagnosis of spinal manipulation is no subluxation",
	Why: "Medicare covers manipulation of the spine to correct a subluxation, and wants it as the first diagnosis, M99.01 to M99.05. Some contractors take M99.00 too; " +
		"their lists start at M99.01. The condition treated follows as a further diagnosis.",
	Fix: "put the subluxation of the region treated first, the condition it causes after it",
	Source: scrubber.Source{
		Authority: "CMS MAC", Title: "LCD L37254, chiropractic services: M99.01-M99.05",
		Section: "Stedi claim edit, invalid primary diagnosis on Medicare chiropractic claims: M99.00-M99.05",
		URL:     "https://www.stedi.com/site/changelog/new-claim-edit-invalid-primary-diagnosis-on-medicare-chiropractic-claims",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M122"}, SNIP: 4,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{subluxationCoverage},
	Check: subluxationPrincipalDiagnosis,
}

func subluxationPrincipalDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Diagnoses) == 0 {
		return // no diagnosis at all is another rule's matter
	}
	region, ok := anatomy.DiagnosisRegion(c.Diagnoses[0])
	if ok && region >= anatomy.Cervical && region <= anatomy.Pelvic {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) || !c.Bool(&subluxationCoverage) {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " with " + dotted(c.Diagnoses[0]) + " as the first diagnosis; expected M99.01 to M99.05",
			Pointer: "/diagnoses/0", Lines: []int{l.Number}, Billed: dotted(c.Diagnoses[0]), Expected: "M99.01-M99.05",
		}
		if ok && region == anatomy.Head {
			f.Severity = scrubber.Warn
		}
		r.Add(f)
	}
}

// dotted is a diagnosis code as people write it.
func dotted(code string) string {
	if len(code) <= 3 {
		return code
	}
	return code[:3] + "." + code[3:]
}
