package documented

import "claimscrub/scrubber"

// RegionsNotRecorded is DOC004. Manipulation without regions is REG005's.
var RegionsNotRecorded = scrubber.Rule{
	ID: "DOC004", Name: "regions-not-recorded",
	Title: "Hands-on treatment without the region treated",
	Why: "Manual therapy and massage are paid for a part of the body that the evaluation found impaired. A note that does not say where they were done supports neither their necessity nor, beside " +
		"manipulation, that they were done elsewhere.",
	Fix:    "record the region that was treated",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.MissingFacts,
	Check: regionsNotRecorded,
}

func regionsNotRecorded(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Services {
		s := &c.Services[i]
		if s.Kind != scrubber.ManualTherapy && s.Kind != scrubber.Massage || s.Needling || s.Regions.Count() > 0 || !s.Charged {
			continue
		}
		r.Add(scrubber.Finding{Message: words(s.Kind) + " documented without the region treated", Pointer: s.Pointer("regions"), Lines: taking(c, i)})
	}
}
