package schema

import "claimscrub/scrubber"

// TooMany rejects a list longer than its cap.
var TooMany = scrubber.Rule{
	ID: "SCH006", Name: "too-many",
	Title:  "A list is longer than its cap",
	Why:    "The caps are far above what a claim can carry. A longer list is a fault of the sender, and reading it would cost the other claims their time.",
	Fix:    "send the encounter in parts, or the list without its repetitions",
	Source: contract("caps of lists"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("too_many"),
}
