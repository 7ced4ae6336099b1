package chiropractic

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// SubluxationNotManipulated is CMT005.
var SubluxationNotManipulated = scrubber.Rule{
	ID: "CMT005", Name: "subluxation-not-manipulated",
	Title: "The first diagnosis is a subluxation of a region that was not manipulated",
	Why: "The manipulation is covered as the correction of the subluxation diagnosed, so the region of the first diagnosis must be one of the regions treated. " +
		"A record that treats another region does not support the claim.",
	Fix: "put the subluxation of a treated region first, or complete the note if the region was treated and not recorded",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub 100-02 chapter 15", Section: "240.1.2 and 240.1.3",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/bp102c15.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "11", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation, Params: []scrubber.Param{subluxationCoverage},
	Check: subluxationNotManipulated,
}

func subluxationNotManipulated(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Diagnoses) == 0 {
		return
	}
	region, ok := anatomy.DiagnosisRegion(c.Diagnoses[0])
	if !ok || region < anatomy.Cervical || region > anatomy.Pelvic {
		return // no subluxation of the spine: another rule's matter
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if !spinal(l) || !c.Bool(&subluxationCoverage) {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services with the regions manipulated")
			return
		}
		regions := manipulated(c)
		if regions == 0 || regions.Has(region) {
			return
		}
		f := scrubber.Finding{
			Message: "first diagnosis " + dotted(c.Diagnoses[0]) + " is of the " + region.String() + " region; manipulated: " + regions.String(),
			Pointer: "/diagnoses/0", Billed: dotted(c.Diagnoses[0]),
		}
		_, f.Lines = firstSpinal(c)
		f.Lines = ascending(f.Lines)
		r.Add(f)
		return
	}
}
