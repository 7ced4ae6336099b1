package providers

import "claimscrub/scrubber"

var referringProvider = scrubber.Param{
	Name: "referring_provider", Kind: scrubber.TextParam, Text: "optional", Allowed: []string{"optional", "expected", "required"},
	Doc: "What a therapy claim without a referring provider is: optional says nothing, expected warns, required rejects.",
}

// ReferringProviderMissing judges therapy lines of a claim that names no referring provider, where the payer wants one.
var ReferringProviderMissing = scrubber.Rule{
	ID: "PRV003", Name: "referring-provider-missing",
	Title: "Therapy without a referring provider",
	Why: "Medicare wants the NPI of the physician or practitioner who certifies the plan of care on a therapy claim, and many plans that of who referred the patient. " +
		"Without it the claim is returned or denied.",
	Fix:    "enter the NPI of who referred the patient or certifies the plan",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: "10.3 and 20, ordering or referring practitioner of therapy claims"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N286"}, SNIP: 4, Needs: scrubber.CodeTable, Facts: scrubber.MissingFacts,
	Params: []scrubber.Param{referringProvider, medicarePractitioners},
	Check:  referringProviderMissing,
}

func referringProviderMissing(c *scrubber.Case, r *scrubber.Report) {
	if c.Referring != nil {
		return
	}
	wanted := c.Text(&referringProvider)
	if wanted == "optional" {
		return
	}
	lines := numbers(c, func(l *scrubber.Line) bool { // no referral makes a chiropractor's therapy payable
		return therapy(l) && (c.RenderedBy(l).Credential != "DC" || !c.Bool(&medicarePractitioners))
	})
	if len(lines) == 0 {
		return
	}
	f := scrubber.Finding{Message: "therapy billed without a referring provider", Pointer: "/referring_provider", Lines: lines}
	if wanted == "expected" {
		f.Severity = scrubber.Warn
	}
	r.Add(f)
}
