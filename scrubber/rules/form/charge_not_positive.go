package form

import "claimscrub/scrubber"

var zeroChargeLines = scrubber.Param{
	Name: "zero_charge_lines", Kind: scrubber.BoolParam,
	Doc: "Whether the payer takes a line that bills 0.00, such as a line for information only.",
}

// ChargeNotPositive rejects a line with a negative charge, and one of zero unless the profile says the payer takes it.
var ChargeNotPositive = scrubber.Rule{
	ID: "FRM012", Name: "charge-not-positive",
	Title:  "Charge is zero or negative",
	Why:    "Each line bills an amount above zero; only some payers take a line of 0.00 for information. A negative charge is no correction: that is a replacement claim.",
	Fix:    "enter the fee of the line, or take the line out",
	Source: guide("2400 SV102 Line Item Charge Amount"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M79"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{zeroChargeLines},
	Check:  chargeNotPositive,
}

func chargeNotPositive(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.ChargeCents > 0 || l.ChargeCents == 0 && c.Bool(&zeroChargeLines) {
			continue
		}
		how := "at zero"
		if l.ChargeCents < 0 {
			how = "with a negative charge"
		}
		r.Add(scrubber.Finding{Message: l.Named() + " billed " + how, Pointer: l.Pointer("charge_cents"), Lines: []int{l.Number}})
	}
}
