package manipulation

import "claimscrub/scrubber"

// ManipulationRegionsMissing is REG005.
var ManipulationRegionsMissing = scrubber.Rule{
	ID: "REG005", Name: "manipulation-regions-missing",
	Title: "Manipulation billed and no body region documented",
	Why: "Every manipulation code is chosen by the regions treated, and the record must name them. Documentation that names none " +
		"supports no level of the service, so the charge is denied as undocumented.",
	Fix: "have the clinician name the regions treated in the note and send the encounter again",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Billing and coding article A56954, osteopathic manipulative treatment; Pub 100-02 chapter 15",
		Section: "documentation requirements; section 240.1.2",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M122"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.MissingFacts, Subject: scrubber.Manipulation,
	Check: manipulationRegionsMissing,
}

func manipulationRegionsMissing(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		f, ok := familyOf(l.Code)
		if !ok {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services with regions")
			return
		}
		if f.evidence(c, l).regions != 0 {
			continue
		}
		finding := scrubber.Finding{
			Message: l.Code + " billed, no body region documented",
			Pointer: l.Pointer("code"), Lines: []int{l.Number},
		}
		if f == osteopathic { // the remark predicted for the rule is on the level of a subluxation
			finding.Denial = &scrubber.CARC{Code: "112"}
		}
		r.Add(finding)
	}
}
