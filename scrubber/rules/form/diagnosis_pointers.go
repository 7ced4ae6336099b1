package form

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
)

// maxPointers is how many diagnoses a line may point to: SV107-1 to SV107-4.
const maxPointers = 4

// DiagnosisPointers wants each line to point to one to four different diagnoses of the claim.
var DiagnosisPointers = scrubber.Rule{
	ID: "FRM004", Name: "diagnosis-pointers",
	Title: "Diagnosis pointers of a line are missing, repeated, too many, or point to nothing",
	Why: "A line says why it was done by pointing to one to four of the claim's diagnoses. " +
		"A pointer to a diagnosis that is not there makes the line unprocessable.",
	Fix:    "point the line to one to four of the diagnoses listed",
	Source: guide("2400 SV107 Composite Diagnosis Code Pointer"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M76"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: diagnosisPointers,
}

func diagnosisPointers(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		say := func(message string, fix *scrubber.Fix) {
			r.Add(scrubber.Finding{Message: message, Pointer: l.Pointer("diagnosis_pointers"), Lines: []int{l.Number}, Fix: fix})
		}
		if len(l.Pointers) == 0 {
			say("line points to no diagnosis", nil)
		}
		if len(l.Pointers) > maxPointers {
			say(fmt.Sprintf("line points to %d diagnoses; a line carries at most %d", len(l.Pointers), maxPointers), nil)
		}
		for at, p := range l.Pointers {
			if slices.Contains(l.Pointers[:at], p) {
				continue
			}
			if p < 1 || p > len(c.Diagnoses) {
				say(fmt.Sprintf("line points to diagnosis %d; the claim has %s", p, diagnosisCount(c)), nil)
			}
			if slices.Contains(l.Pointers[at+1:], p) {
				say(fmt.Sprintf("line points to diagnosis %d more than once", p), oncePointed(l, p))
			}
		}
	}
}

func diagnosisCount(c *scrubber.Case) string {
	switch n := len(c.Diagnoses); n {
	case 0:
		return "no diagnosis"
	case 1:
		return "1 diagnosis"
	default:
		return fmt.Sprintf("%d diagnoses", n)
	}
}

// oncePointed keeps the first of the line's pointers to diagnosis p.
func oncePointed(l *scrubber.Line, p int) *scrubber.Fix {
	fix := &scrubber.Fix{Summary: fmt.Sprintf("keep one pointer to diagnosis %d", p), Safe: true}
	first := slices.Index(l.Pointers, p)
	for at := len(l.Pointers) - 1; at > first; at-- {
		if l.Pointers[at] == p {
			fix.Patch = append(fix.Patch, scrubber.Remove(l.Pointer("diagnosis_pointers", at))...)
		}
	}
	return fix
}
