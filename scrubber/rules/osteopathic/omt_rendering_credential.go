package osteopathic

import "claimscrub/scrubber"

var physicianOnly = scrubber.Param{
	Name: "omt_physician_only", Kind: scrubber.BoolParam,
	Doc: "whether osteopathic manipulation rendered by a therapist or chiropractor is rejected; else it is warned of",
}

var practitioners = scrubber.Param{
	Name: "omt_practitioners", Kind: scrubber.TextParam, Text: "allow", Allowed: []string{"allow", "warn", "reject"},
	Doc: "what is said of osteopathic manipulation rendered by a nurse practitioner or physician assistant",
}

// OMTRenderingCredential is OMT001.
var OMTRenderingCredential = scrubber.Rule{
	ID: "OMT001", Name: "omt-rendering-credential",
	Title: "Osteopathic manipulation rendered by someone who may not bill it",
	Why: "98925-98929 are a physician's service, of DO and MD alike: a qualified physician examines the patient, documents the somatic dysfunction and treats it. " +
		"A therapist bills manual therapy and a chiropractor chiropractic manipulation; under Medicare the charge is denied.",
	Fix: "bill what the clinician may bill, or correct the rendering provider",
	Source: scrubber.Source{
		Authority: "First Coast Service Options", Title: "LCD L29246, osteopathic manipulative treatment",
		Section: "performed by a qualified physician; CPT: physician or other qualified health care professional",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "170", RARC: "N95"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{physicianOnly, practitioners},
	Check: omtRenderingCredential,
}

func omtRenderingCredential(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !manipulation(l.Code) {
			continue
		}
		r.Apart() // each credential is judged by a value of its own
		severity := scrubber.Reject
		switch credential := c.RenderedBy(l).Credential; credential {
		case "DO", "MD":
			continue
		case "NP", "PA":
			if c.Text(&practitioners) == "allow" {
				continue
			}
			if c.Text(&practitioners) == "warn" {
				severity = scrubber.Warn
			}
		case "", "other":
			r.NotEvaluated(scrubber.FactNotSent, "send the credential of who rendered "+l.Code)
			continue
		default:
			if !c.Bool(&physicianOnly) {
				severity = scrubber.Warn
			}
		}
		r.Add(credentialFinding(c, l, severity))
	}
}

func credentialFinding(c *scrubber.Case, l *scrubber.Line, severity scrubber.Severity) scrubber.Finding {
	credential := c.RenderedBy(l).Credential
	return scrubber.Finding{
		Severity: severity,
		Message:  l.Code + " rendered with the credential " + credential + "; osteopathic manipulation is a physician's service",
		Pointer:  pointer(l), Lines: []int{l.Number}, Billed: credential, Expected: "DO or MD",
	}
}

// pointer is where the line's rendering provider stands.
func pointer(l *scrubber.Line) string {
	if l.Rendering != nil {
		return l.Pointer("rendering_provider", "credential")
	}
	return "/rendering_provider/credential"
}
