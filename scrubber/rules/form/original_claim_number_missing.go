package form

import (
	"strings"

	"claimscrub/scrubber"
)

// OriginalClaimNumberMissing rejects a replacement or void that does not say which claim it replaces.
var OriginalClaimNumberMissing = scrubber.Rule{
	ID: "FRM013", Name: "original-claim-number-missing",
	Title:  "Replacement or void without the payer's claim number",
	Why:    "Frequency 7 replaces and 8 voids a claim the payer has already decided. Without the payer's own number of it the new one is refused, or paid twice.",
	Fix:    "enter the payer's claim number from the remittance, or send the claim as an original (frequency 1)",
	Source: guide("2300 CLM05-3 Claim Frequency Code; REF*F8 Payer Claim Control Number"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N152"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: originalClaimNumberMissing,
}

func originalClaimNumberMissing(c *scrubber.Case, r *scrubber.Report) {
	if c.Frequency == "1" || strings.TrimSpace(c.OriginalClaimNumber) != "" {
		return
	}
	what := "replacement (frequency 7)"
	if c.Frequency == "8" {
		what = "void (frequency 8)"
	}
	r.Add(scrubber.Finding{Message: what + " without the payer's number of the claim", Pointer: "/original_claim_number"})
}
