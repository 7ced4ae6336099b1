package ncci

import (
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var localCodes = scrubber.Param{
	Name: "local_codes", Kind: scrubber.BoolParam,
	Doc: "whether the payer's fee schedule has codes and modifiers of its own, so that one outside the national sets warns and does not reject",
}

// CodeNotValid rejects a procedure code that does not exist on the date of service.
var CodeNotValid = scrubber.Rule{
	ID: "COD001", Name: "code-not-valid",
	Title:  "The procedure code is not valid on the date of service",
	Why:    "Codes are added and deleted by date. A code is billed for a service on a day on which it was in force; there is no grace period.",
	Fix:    "bill the code that was in force on the date of service",
	Source: scrubber.Source{Authority: "HHS", Title: "45 CFR 162.1002 Medical data code sets; 162.1000 valid at the time the service is furnished", URL: "https://www.ecfr.gov/current/title-45/part-162/subpart-J"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "181", RARC: "M51"}, SNIP: 5, Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{localCodes},
	Check:  codeNotValid,
}

func codeNotValid(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		var f scrubber.Finding
		switch {
		case l.Known == refdata.Present:
			continue
		case !scrubber.ProcedureCode(l.Code):
			f.Message = "a procedure code is five characters: digits, or a capital letter first or last"
			if localForm(l.Code) && c.Bool(&localCodes) {
				f.Severity = scrubber.Warn
				f.Message += "; the payer's own schedule may have others"
			}
			if up := strings.ToUpper(strings.TrimSpace(l.Code)); scrubber.ProcedureCode(up) {
				f.Fix = &scrubber.Fix{Summary: "write the code as " + up + ", if that is the code", Patch: scrubber.Replace(l.Pointer("code"), up)}
			}
		case l.Known == refdata.Absent:
			f.Message = l.Code + " is not a valid code" + validity(l.Facts)
			if l.Facts.Inferred {
				f.Certainty = scrubber.Inferred
			}
		default:
			if _, found := c.Tables.PFS(l.Code); found != refdata.Present {
				r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.PFS, l.Code))
			}
			continue
		}
		f.Pointer, f.Lines = l.Pointer("code"), []int{l.Number}
		r.Add(f)
	}
}

// validity says when a code was or will be valid, as far as the table knows.
func validity(f *refdata.Code) string {
	switch {
	case f.From != 0 && f.To != 0:
		return " on this date; it is valid from " + f.From.String() + " to " + f.To.String()
	case f.To != 0:
		return " on this date; it was valid until " + f.To.String()
	case f.From != 0:
		return " on this date; it is valid from " + f.From.String()
	}
	return ""
}

// localForm tells whether a payer's own schedule may have the code: five capitals and digits, as in WC002.
func localForm(code string) bool {
	return len(code) == 5 && !strings.ContainsFunc(code, func(ch rune) bool { return (ch < '0' || ch > '9') && (ch < 'A' || ch > 'Z') })
}
