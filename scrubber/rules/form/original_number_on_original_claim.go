package form

import (
	"strings"

	"claimscrub/scrubber"
)

// OriginalNumberOnOriginalClaim warns of a payer's claim number on a claim that replaces nothing.
var OriginalNumberOnOriginalClaim = scrubber.Rule{
	ID: "FRM016", Name: "original-number-on-original-claim",
	Title: "An original claim carries the payer's number of another claim",
	Why: "Frequency 1 says that the claim was never sent. With the payer's number of an earlier claim on it the two contradict: it was meant as a replacement, and as an " +
		"original it is denied as a duplicate.",
	Fix:    "send it as a replacement (7) or void (8), or take the number out",
	Source: guide("2300 CLM05-3 Claim Frequency Code; REF*F8 Payer Claim Control Number"),
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Group: "OA", Code: "18"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: originalNumberOnOriginalClaim,
}

func originalNumberOnOriginalClaim(c *scrubber.Case, r *scrubber.Report) {
	if c.Frequency == "1" && strings.TrimSpace(c.OriginalClaimNumber) != "" {
		r.Add(scrubber.Finding{Message: "original claim (frequency 1) with the payer's number of another claim", Pointer: "/original_claim_number"})
	}
}
