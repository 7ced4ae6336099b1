package schema

import "claimscrub/scrubber"

// UnknownEnum rejects a word outside a closed list.
var UnknownEnum = scrubber.Rule{
	ID: "SCH003", Name: "unknown-enum",
	Title:  "A word outside a closed list",
	Why:    "Programs, kinds of service, regions and credentials decide which rules apply. A word that is not on the list would be read as none of them.",
	Fix:    "send one of the listed words",
	Source: contract("closed lists"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("unknown_enum"),
}
