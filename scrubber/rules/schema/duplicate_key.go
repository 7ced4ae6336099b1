package schema

import "claimscrub/scrubber"

// DuplicateKey rejects an object that has two members of one name.
var DuplicateKey = scrubber.Rule{
	ID: "SCH001", Name: "duplicate-key",
	Title:  "A field is sent twice in one object",
	Why:    "JSON readers differ in which of two fields of one name they keep: one system would read the first, another the last. What was meant cannot be known.",
	Fix:    "send each field once",
	Source: scrubber.Source{Authority: "IETF", Title: "The JavaScript Object Notation (JSON) Data Interchange Format, RFC 8259", Section: "section 4: names should be unique", URL: "https://www.rfc-editor.org/rfc/rfc8259"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 1, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: report("duplicate_key"),
}
