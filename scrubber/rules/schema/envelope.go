package schema

import "claimscrub/scrubber"

// Envelope rejects an input whose CloudEvents envelope is at fault although its data names an encounter.
var Envelope = scrubber.Rule{
	ID: "SCH007", Name: "envelope",
	Title: "An attribute of the event's envelope is at fault",
	Why: "The envelope says which event this is, where it came from and when. With a wrong one an outcome cannot be traced to its input, " +
		"and the day that rules call today is not known.",
	Fix: "send the attribute as CloudEvents 1.0 has it",
	Source: scrubber.Source{Authority: "CNCF", Title: "CloudEvents 1.0.2", Section: "context attributes",
		URL: "https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: envelope,
}

func envelope(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Violations {
		if v := &c.Violations[i]; v.Attribute != "" {
			r.Add(scrubber.Finding{Message: "event attribute " + v.Attribute + ": " + message(v), Pointer: v.Pointer})
		}
	}
}
