package form

import "claimscrub/scrubber"

// NoCharge rejects a claim that bills nothing: no line at all, or lines that come to nothing together.
var NoCharge = scrubber.Rule{
	ID: "FRM010", Name: "no-charge",
	Title:  "The claim bills nothing",
	Why:    "A claim needs at least one line and a total above zero. One that bills nothing is refused, and the visit is never paid.",
	Fix:    "enter the charges of the visit, or do not send it as a claim",
	Source: guide("2300 CLM02 Total Claim Charge Amount; 2400 LX"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M79"}, SNIP: 3, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: noCharge,
}

func noCharge(c *scrubber.Case, r *scrubber.Report) {
	total := int64(0)
	for i := range c.Lines {
		total += c.Lines[i].ChargeCents
	}
	switch {
	case len(c.Lines) == 0:
		r.Add(scrubber.Finding{Message: "the encounter has no charge", Pointer: "/charges"})
	case total <= 0:
		r.Add(scrubber.Finding{Message: "the charges come to no amount above zero", Pointer: "/charges"})
	}
}
