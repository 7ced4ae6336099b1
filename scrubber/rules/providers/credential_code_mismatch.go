package providers

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var medicarePractitioners = scrubber.Param{
	Name: "medicare_practitioners", Kind: scrubber.BoolParam,
	Doc: "Whether the program pays only those practitioners for a service whom Medicare pays. Elsewhere a doubtful credential warns.",
}

// CredentialCodeMismatch holds the rendering provider's credential against the code. Who may bill osteopathic manipulation is
// judged by the OMT family.
var CredentialCodeMismatch = scrubber.Rule{
	ID: "PRV001", Name: "credential-code-mismatch",
	Title: "The rendering provider's credential does not fit the code",
	Why: "An assistant does not evaluate, a therapist does not bill physicians' visits or chiropractic manipulation, and Medicare pays a chiropractor for " +
		"spinal manipulation alone and neither massage therapists nor acupuncturists. The line is denied because the provider is not eligible for the service.",
	Fix:    "name the provider who rendered the service, or bill the code that fits the credential",
	Source: benefitManual("230 practice of therapy; 240 chiropractic services; Pub. 100-04, chapter 12, 30.6.1 evaluation and management"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "185"}, SNIP: 6, Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{medicarePractitioners},
	Check:  credentialCodeMismatch,
}

func credentialCodeMismatch(c *scrubber.Case, r *scrubber.Report) {
	medicare := c.Bool(&medicarePractitioners)
	for i := range c.Lines {
		l := &c.Lines[i]
		by := c.RenderedBy(l)
		why := outOfScope(by.Credential, l)
		if why == "" && medicare && !l.Has("GY") {
			why = notPaid(by.Credential, l)
		}
		if why == "" {
			continue
		}
		f := scrubber.Finding{
			Message: l.Named() + " rendered by " + by.Credential + ": " + why, Pointer: "/rendering_provider/credential",
			Lines: []int{l.Number},
		}
		if l.Rendering != nil {
			f.Pointer = l.Pointer("rendering_provider", "credential")
		}
		if by.Credential == "DC" { // the credential is right: the line is not covered
			excluded(l, &f)
		}
		if !medicare {
			f.Severity = scrubber.Warn // state law and the payer's contract decide
		}
		r.Add(f)
	}
}

// outOfScope says why no payer is expected to pay the credential for the line; empty when one may.
func outOfScope(credential string, l *scrubber.Line) string {
	if l.Known != refdata.Present {
		return ""
	}
	switch credential {
	case "PTA", "OTA":
		if evaluates(l) {
			return "an assistant does not evaluate"
		}
	case "PT", "OT", "SLP", "LMT", "LAC":
		if credential == "LMT" && evaluates(l) {
			return "a therapy evaluation is a therapist's"
		}
	default:
		return ""
	}
	switch {
	case l.Facts.Is(refdata.EM) && credential != "LAC":
		return "evaluation and management is billed by physicians and non-physician practitioners"
	case l.Facts.Is(refdata.CMTSpinal | refdata.CMTExtraspinal):
		return "chiropractic manipulation is billed by chiropractors and physicians"
	case l.Facts.Is(refdata.TriggerPoint) && credential != "LAC":
		return "an injection is given by a physician or non-physician practitioner"
	}
	return ""
}

// notPaid says why Medicare does not pay the credential for the line; empty when it may.
func notPaid(credential string, l *scrubber.Line) string {
	switch credential {
	case "DC":
		if !l.Facts.Is(refdata.CMTSpinal | refdata.CMTExtraspinal | refdata.OMT) { // 98943 is judged by the chiropractic family, 98925-98929 by OMT
			return "a chiropractor is paid for spinal manipulation alone; other services are billed with GY for the denial"
		}
	case "LMT":
		return "a massage therapist is not a practitioner the program pays"
	case "LAC":
		return "an acupuncturist is not a practitioner the program pays; the supervising physician bills"
	}
	return ""
}

// excluded says of a chiropractor's line how it is billed for its denial.
func excluded(l *scrubber.Line, f *scrubber.Finding) {
	f.Pointer = l.Pointer("code")
	if scrubber.ProcedureCode(l.Code) { // else it may be an identifier sent in the wrong place
		f.Billed, f.Expected = l.Code, l.Code+"-GY"
	}
	f.Denial = &scrubber.CARC{Group: "PR", Code: "170", RARC: "N95"}
	switch {
	case len(l.Modifiers) == 0:
		f.Fix = &scrubber.Fix{Summary: "add GY to bill it for the denial", Patch: []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers"), Value: []string{"GY"}}}}
	case len(l.Modifiers) < 4:
		f.Fix = &scrubber.Fix{Summary: "add GY to bill it for the denial", Patch: []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers", "-"), Value: "GY"}}}
	}
}
