package schema

import "claimscrub/scrubber"

// MissingField rejects an input that lacks a required field.
var MissingField = scrubber.Rule{
	ID: "SCH004", Name: "missing-field",
	Title:  "A required field is missing",
	Why:    "Without its required fields an encounter can neither be judged nor billed.",
	Fix:    "send the field",
	Source: contract("required fields"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("missing_field"),
}
