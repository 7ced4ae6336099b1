package form

import "claimscrub/scrubber"

// NPICheckDigit judges every NPI of the claim: billing, rendering, referring, supervising, of the claim and of each line.
var NPICheckDigit = scrubber.Rule{
	ID: "FRM001", Name: "npi-check-digit",
	Title: "NPI is not ten digits or fails its check digit",
	Why: "An NPI is ten digits, the last of which checks the others. A number that fails the check belongs to no provider: " +
		"the clearinghouse or payer refuses the claim before adjudication.",
	Fix: "compare the number with the NPI registry and send its ten digits alone",
	Source: scrubber.Source{Authority: "HHS", Title: "45 CFR 162.406 Standard unique health identifier for health care providers", Section: "(a)",
		URL: "https://www.ecfr.gov/current/title-45/section-162.406"},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N290"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: npiCheckDigit,
}

func npiCheckDigit(c *scrubber.Case, r *scrubber.Report) {
	judgeNPI(r, c.Billing.NPI, "billing provider", "/billing_provider/npi", "N257", nil)
	judgeNPI(r, c.Rendering.NPI, "rendering provider", "/rendering_provider/npi", "", nil)
	if c.Referring != nil {
		judgeNPI(r, c.Referring.NPI, "referring provider", "/referring_provider/npi", "N286", nil)
	}
	if c.Supervising != nil {
		judgeNPI(r, c.Supervising.NPI, "supervising provider", "/supervising_provider/npi", "N297", nil)
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Rendering != nil {
			judgeNPI(r, l.Rendering.NPI, "the line's rendering provider", "rendering_provider", "", l)
		}
		if l.Supervising != nil {
			judgeNPI(r, l.Supervising.NPI, "the line's supervising provider", "supervising_provider", "N297", l)
		}
	}
}

// judgeNPI reports an NPI that is not in order; where is a pointer, or for a line the field that holds the provider. The remark
// code says whose number it is; it is empty for the rendering provider's, which the rule predicts.
func judgeNPI(r *scrubber.Report, npi, whose, where, remark string, l *scrubber.Line) {
	fault := npiFault(npi)
	if fault == "" {
		return
	}
	f := scrubber.Finding{Message: "npi of " + whose + " " + fault, Pointer: where}
	if remark != "" {
		f.Denial = &scrubber.CARC{Code: "16", RARC: remark}
	}
	if l != nil {
		f.Pointer, f.Lines = l.Pointer(where, "npi"), []int{l.Number}
	}
	r.Add(f)
}

// npiFault is what is wrong with an NPI: ten digits, the last of which makes them pass the Luhn check after the prefix 80840,
// whose own part of the sum is 24. It is empty for a right one.
func npiFault(npi string) string {
	const doubled = "\x00\x02\x04\x06\x08\x01\x03\x05\x07\x09" // the sum of the digits of twice a digit
	if len(npi) != 10 {
		return "is not ten digits"
	}
	sum := 24
	for i := 0; i < 10; i += 2 {
		a, b := npi[i]-'0', npi[i+1]-'0'
		if a > 9 || b > 9 {
			return "is not ten digits"
		}
		sum += int(doubled[a]) + int(b)
	}
	if sum%10 != 0 {
		return "fails the check digit"
	}
	return ""
}
