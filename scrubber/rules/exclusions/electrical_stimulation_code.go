package exclusions

import "claimscrub/scrubber"

// unattendedCode is what a payer takes for stimulation without constant attendance.
var unattendedCode = scrubber.Param{
	Name: "unattended_stimulation_code", Doc: "code for electrical stimulation without constant attendance",
	Kind: scrubber.TextParam, Text: "97014", Allowed: []string{"97014", "G0283"},
}

const attendedCode = "97032"

// ElectricalStimulationCode is EXC004.
var ElectricalStimulationCode = scrubber.Rule{
	ID: "EXC004", Name: "electrical-stimulation-code",
	Title: "Electrical stimulation code does not match attendance, or the payer's code for it",
	Why: "Stimulation with a clinician in constant attendance is 97032, counted in 15-minute units; without, it is 97014 once a visit, TENS likewise. " +
		"Medicare does not take 97014 at all and has G0283 in its place.",
	Fix: "bill 97032 only for constant attendance, and the payer's own code for the rest",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Physician Fee Schedule, July 2026",
		Section: "97014 has status I, not valid for Medicare; G0283 and 97032 are active",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N657"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Params: []scrubber.Param{unattendedCode},
	Check: electricalStimulationCode,
}

func electricalStimulationCode(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Code != attendedCode && l.Code != "97014" && l.Code != "G0283" {
			continue
		}
		r.Apart() // only some lines are judged by the payer's code
		attended, unattended, unknown := attendance(c, l)
		switch {
		case l.Code == attendedCode && unattended && !attended && !unknown:
			r.Add(unattendedFinding(c, l))
			continue
		case l.Code != attendedCode && attended && !unattended && !unknown:
			r.Add(scrubber.Finding{
				Message: l.Code + " billed for stimulation in constant attendance; that is 97032, a timed code",
				Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: attendedCode,
				Fix: &scrubber.Fix{Summary: "bill 97032 with the units its minutes earn; the fee must follow", Patch: scrubber.Replace(l.Pointer("code"), attendedCode)},
			})
			continue
		case !c.Documented, unknown && !(attended && l.Code == attendedCode) && !(unattended && l.Code != attendedCode):
			r.NotEvaluated(scrubber.DocumentationNotSent, "constant attendance decides the code: send the service with attended")
		}
		if l.Code != attendedCode && l.Code != c.Text(&unattendedCode) {
			r.Add(payerCodeFinding(c, l))
		}
	}
}

// attendance is what the line's stimulation services say of constant attendance.
func attendance(c *scrubber.Case, l *scrubber.Line) (attended, unattended, unknown bool) {
	for _, i := range l.Services {
		s := &c.Services[i]
		if s.Kind != scrubber.ElectricalStimulation && s.Kind != scrubber.TENS {
			continue
		}
		attended = attended || s.Attended == scrubber.Yes
		unattended = unattended || s.Attended == scrubber.No
		unknown = unknown || s.Attended == scrubber.FactUnknown
	}
	return attended, unattended, unknown
}

func unattendedFinding(c *scrubber.Case, l *scrubber.Line) scrubber.Finding {
	code := c.Text(&unattendedCode)
	return scrubber.Finding{
		Message: "97032 billed for stimulation without constant attendance; that is " + code + ", once",
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: attendedCode, Expected: code,
		Fix: &scrubber.Fix{Summary: "bill 1 unit of " + code + "; the fee must follow", Safe: fits(c, l, code, 1), Patch: recoded(l, code)},
	}
}

// payerCodeFinding is for an unattended code that is not the payer's. 97014 where the payer says G0283 is
// refused; some payers that say 97014 take G0283 as well.
func payerCodeFinding(c *scrubber.Case, l *scrubber.Line) scrubber.Finding {
	code := c.Text(&unattendedCode)
	finding := scrubber.Finding{
		Message: l.Code + " billed for unattended stimulation; this payer's code is " + code,
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: code,
		Fix: &scrubber.Fix{
			Summary: "bill " + code + " instead of " + l.Code + "; the fee must follow",
			Safe:    fits(c, l, code, l.Units), Patch: scrubber.Replace(l.Pointer("code"), code),
		},
	}
	if l.Code == "G0283" {
		finding.Certainty = scrubber.Inferred
	}
	return finding
}
