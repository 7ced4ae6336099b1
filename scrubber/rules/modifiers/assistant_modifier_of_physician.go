package modifiers

import "claimscrub/scrubber"

// AssistantModifierOfPhysician is MOD008.
var AssistantModifierOfPhysician = scrubber.Rule{
	ID: "MOD008", Name: "assistant-modifier-of-physician",
	Title: "CQ or CO on a service that a physician bills",
	Why: "The assistant modifiers are for therapists in private practice. A service that a physician, nurse practitioner or physician assistant furnishes, " +
		"or bills as incident to their own, takes none: an assistant's work cannot be incident to a physician's, and the line would be paid less than it should.",
	Fix:    "remove CQ or CO, or name the therapist who rendered the service",
	Source: manual("20.1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{assistantModifiers},
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			by := c.RenderedBy(l).Credential
			if !l.Has("CQ", "CO") || !physician(by) || !c.Bool(&assistantModifiers) {
				continue
			}
			r.Add(scrubber.Finding{
				Message: assistant(l) + " on " + l.Named() + ", rendered by credential " + by,
				Pointer: at(l, assistant(l)), Lines: []int{l.Number}, Billed: assistant(l), Expected: "none",
				Fix: &scrubber.Fix{
					Summary: "remove " + assistant(l) + " from " + l.Named(),
					Patch:   without(l, func(m string) bool { return m == "CQ" || m == "CO" }),
				},
			})
		}
	},
}

// physician tells whether the credential is a physician's or another practitioner's who bills therapy as
// their own service.
func physician(credential string) bool {
	switch credential {
	case "MD", "DO", "NP", "PA", "DC":
		return true
	}
	return false
}
