package schema

import "claimscrub/scrubber"

// WrongType rejects a value of another JSON type than the schema's.
var WrongType = scrubber.Rule{
	ID: "SCH002", Name: "wrong-type",
	Title:  "A field has another type than the schema's",
	Why:    "A number sent as text, a list sent as one value or a null is a guess for whoever reads it. A field without a value is left out.",
	Fix:    "send the field in the type the schema gives it",
	Source: contract("types of fields"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("wrong_type"),
}
