package providers

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
)

var authorizationRequired = scrubber.Param{
	Name: "authorization_required", Kind: scrubber.ListParam,
	Doc: "What the payer pays only with an authorization or referral number: procedure codes, therapy for all lines billed as therapy, or all.",
}

// AuthorizationMissing rejects lines that the payer pays only with an authorization, when the primary coverage has none.
var AuthorizationMissing = scrubber.Rule{
	ID: "PRV005", Name: "authorization-missing",
	Title:  "A service that needs authorization has none",
	Why:    "Where a payer wants prior authorization, a claim without its number is denied, and often cannot be authorized afterwards.",
	Fix:    "enter the authorization number, or obtain it before the claim is sent",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's authorization list", Section: "as the profile names it"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "197"}, SNIP: 7, Needs: scrubber.CodeTable, Facts: scrubber.MissingFacts,
	Params: []scrubber.Param{authorizationRequired},
	Check:  authorizationMissing,
}

func authorizationMissing(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Coverage) == 0 || strings.TrimSpace(c.Coverage[0].Authorization) != "" {
		return
	}
	wanted := c.List(&authorizationRequired)
	if len(wanted) == 0 {
		return
	}
	lines := numbers(c, func(l *scrubber.Line) bool {
		return slices.Contains(wanted, "all") || slices.Contains(wanted, l.Code) || slices.Contains(wanted, "therapy") && therapy(l)
	})
	if len(lines) > 0 {
		r.Add(scrubber.Finding{Message: "services that need an authorization are billed without its number", Pointer: "/coverage/0/authorization", Lines: lines})
	}
}
