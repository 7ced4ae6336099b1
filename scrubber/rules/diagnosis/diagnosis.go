// Package diagnosis judges the diagnoses of a claim by ICD-10-CM as of the date of service.
package diagnosis

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the rules of the family.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{NotADiagnosis, HeaderNotBillable, NotYetOrNoLongerValid, RepeatedDiagnosis, IncompleteDiagnosis,
		LineDiagnosisSupport, PrincipalDiagnosis}
}

// looked is a diagnosis of the claim, as the table has it.
type looked struct {
	refdata.Diagnosis
	index int
	code  string
	found refdata.Found
}

// each calls judge for each diagnosis that the tables decide, and says of the others that the rule could not be judged. A
// repeated diagnosis is judged once, and one that is valid and billable not at all: no rule of these has anything to say of it.
func each(c *scrubber.Case, r *scrubber.Report, judge func(looked)) {
	for i, code := range c.Diagnoses {
		d, found := c.Diagnosis(i)
		if found == refdata.Present && d.Billable || first(c, code) != i {
			continue
		}
		switch {
		case found == refdata.Present || found == refdata.Absent || !wellFormed(code):
			judge(looked{d, i, code, found})
		case found == refdata.Outside:
			r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.ICD10CM, dotted(code)))
		default:
			r.NotEvaluated(scrubber.NoEdition, dotted(code)+" may be newer than the edition at hand: claimscrub refdata import --table icd10cm brings the current one")
		}
	}
}

func first(c *scrubber.Case, code string) int {
	for i := range c.Diagnoses {
		if c.Diagnoses[i] == code {
			return i
		}
	}
	return -1
}

// finding is what every rule says of one diagnosis: the place, the lines that point to it, and how sure the table is.
func (d looked) finding(c *scrubber.Case, message string) scrubber.Finding {
	f := scrubber.Finding{Message: message, Pointer: scrubber.Pointer("diagnoses", d.index)}
	for i := range c.Lines {
		for _, p := range c.Lines[i].Pointers {
			if p >= 1 && p <= len(c.Diagnoses) && c.Diagnoses[p-1] == d.code { // perhaps where it stands again
				f.Lines = append(f.Lines, c.Lines[i].Number)
			}
		}
	}
	f.Lines = sorted(f.Lines)
	if d.Inferred {
		f.Certainty = scrubber.Inferred
		f.Message += c.Carried(refdata.ICD10CM)
	}
	return f
}

// wellFormed tells whether a code without its dot has the form of an ICD-10-CM code: a letter, a digit, a digit or letter, and up
// to four digits or letters.
func wellFormed(code string) bool {
	if len(code) < 3 || len(code) > 7 || code[0] < 'A' || code[0] > 'Z' || code[1] < '0' || code[1] > '9' {
		return false
	}
	for i := 2; i < len(code); i++ {
		if ch := code[i]; !('0' <= ch && ch <= '9' || 'A' <= ch && ch <= 'Z') {
			return false
		}
	}
	return true
}

// dotted is the code as clinicians write it.
func dotted(code string) string {
	if len(code) <= 3 {
		return code
	}
	return code[:3] + "." + code[3:]
}

func orderFile(section string) scrubber.Source {
	return scrubber.Source{Authority: "CMS / NCHS", Title: "ICD-10-CM tabular order file of the fiscal year", Section: section,
		URL: "https://www.cms.gov/medicare/coding-billing/icd-10-codes"}
}
