package documented

import "claimscrub/scrubber"

// ResponseNotRecorded is DOC006.
var ResponseNotRecorded = scrubber.Rule{
	ID: "DOC006", Name: "response-not-recorded",
	Title:  "The patient's response to treatment is not recorded",
	Why:    "Continued treatment is paid while it helps, or keeps what was gained. A note that does not say how the patient responded gives a review no ground to pay the next visits.",
	Fix:    "record the patient's response to the treatment",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.NoCARC, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: responseNotRecorded,
}

func responseNotRecorded(c *scrubber.Case, r *scrubber.Report) {
	switch {
	case len(c.Lines) == 0:
	case c.Notes.Response == scrubber.FactUnknown:
		r.NotEvaluated(scrubber.DocumentationNotSent, "notes.response")
	case c.Notes.Response == scrubber.No:
		r.Add(scrubber.Finding{Message: "the response to treatment is not recorded", Pointer: "/notes/response"})
	}
}
