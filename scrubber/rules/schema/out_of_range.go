package schema

import "claimscrub/scrubber"

// OutOfRange rejects a value outside its bounds or not in its format.
var OutOfRange = scrubber.Rule{
	ID: "SCH005", Name: "out-of-range",
	Title:  "A value is outside its bounds or not in its format",
	Why:    "Dates, times, lengths and numbers outside their bounds are typing errors or fields sent in each other's place.",
	Fix:    "send a value within the bounds",
	Source: contract("formats and bounds"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("out_of_range"),
}
