package documented

import "claimscrub/scrubber"

// TechniquesNotRecorded is DOC005.
var TechniquesNotRecorded = scrubber.Rule{
	ID: "DOC005", Name: "techniques-not-recorded",
	Title: "Manual treatment without the technique used",
	Why: "Manual therapy and osteopathic manipulation name many techniques, some of which are billed by other codes. A note that names the technique shows that the code is right; " +
		"reviewers ask for it.",
	Fix:    "record the techniques that were used",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Info, Certainty: scrubber.Inferred,
	Predicts: scrubber.NoCARC, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.MissingFacts,
	Check: techniquesNotRecorded,
}

func techniquesNotRecorded(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Services {
		s := &c.Services[i]
		if s.Kind != scrubber.ManualTherapy && s.Kind != scrubber.OsteopathicManipulation || len(s.Techniques) > 0 || !s.Charged {
			continue
		}
		r.Add(scrubber.Finding{Message: words(s.Kind) + " documented without a technique", Pointer: s.Pointer("techniques"), Lines: taking(c, i)})
	}
}
