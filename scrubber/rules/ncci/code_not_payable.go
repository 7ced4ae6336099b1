package ncci

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// CodeNotPayable judges a code's status on the Medicare physician fee schedule, for programs that cover what Medicare covers.
var CodeNotPayable = scrubber.Rule{
	ID: "COD002", Name: "code-not-payable",
	Title: "The program does not pay the code",
	Why: "The fee schedule's status says that a code is bundled into other services, non-covered, or not valid for Medicare. Such a line is never paid; " +
		"a non-covered service is billed with GY when the patient wants the denial for another payer. What coverage restricts is paid as the contractor decides.",
	Fix:    "bill the code the program uses, take the line out, or add GY to bill a non-covered service for the denial",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare physician fee schedule relative value file", Section: "status code", URL: "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "96", RARC: "N425"}, SNIP: 6, Needs: scrubber.FeeScheduleTable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{medicareCoverage},
	Check:  codeNotPayable,
}

func codeNotPayable(c *scrubber.Case, r *scrubber.Report) {
	if c.Telehealth {
		r.NotEvaluated(scrubber.Telehealth, "whether the program pays these services by telehealth is in none of the tables")
	}
	if !c.Bool(&medicareCoverage) {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		fee, found := c.Tables.PFS(l.Code)
		if found == refdata.Outside && scrubber.ProcedureCode(l.Code) {
			r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.PFS, l.Code))
		}
		if found != refdata.Present {
			continue
		}
		f := unpaid(c, l, fee.Status)
		if f.Message == "" {
			continue
		}
		f.Pointer, f.Lines = l.Pointer("code"), []int{l.Number}
		if fee.Inferred {
			f.Certainty = scrubber.Inferred
			f.Message += c.Carried(refdata.PFS)
		}
		r.Add(f)
	}
}

// unpaid is what the fee schedule's status says of a line that it does not pay; without a message it pays, or the line asks for no payment.
func unpaid(c *scrubber.Case, l *scrubber.Line, status byte) (f scrubber.Finding) {
	switch status {
	case 'B':
		f.Message = l.Code + " is bundled into the other services of the day and never paid by itself (status B)"
		if len(c.Lines) > 1 {
			f.Fix = &scrubber.Fix{Summary: "take " + l.Code + " out: its work is paid with the other services", Patch: l.RemoveLine()}
		}
	case 'I':
		f.Message = l.Code + " is not valid for Medicare, which uses another code for the service (status I)"
	case 'N':
		if !l.Has("GY") {
			f.Message = l.Code + " is non-covered (status N) and billed without GY"
		}
	case 'R':
		f.Severity = scrubber.Info
		f.Message = l.Code + " has restricted coverage (status R): the contractor decides whether it pays"
	case 'E', 'X':
		f.Severity = scrubber.Warn
		f.Message = l.Code + " is not paid under the physician fee schedule, but in another way if at all (status " + string(rune(status)) + ")"
	}
	return f
}
