package diagnosis

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
)

// RepeatedDiagnosis rejects a diagnosis that stands more than once. Its fix keeps the first and moves the lines' pointers.
var RepeatedDiagnosis = scrubber.Rule{
	ID: "DX004", Name: "repeated-diagnosis",
	Title:  "A diagnosis stands more than once",
	Why:    "A claim lists each diagnosis once; clearinghouses refuse a list with duplicates. Lines point to the one that stays.",
	Fix:    "keep the diagnosis once and point the lines to it",
	Source: scrubber.Source{Authority: "ASC X12", Title: "005010X222A1 Health Care Claim: Professional (837)", Section: "2300 HI Health Care Diagnosis Code"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M76"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: repeatedDiagnosis,
}

func repeatedDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	for i, code := range c.Diagnoses {
		if first(c, code) != i || !slices.Contains(c.Diagnoses[i+1:], code) {
			continue
		}
		times := 1
		for _, other := range c.Diagnoses[i+1:] {
			if other == code {
				times++
			}
		}
		what := "a diagnosis"
		if wellFormed(code) {
			what = dotted(code)
		}
		r.Add(scrubber.Finding{
			Message: fmt.Sprintf("%s stands %d times", what, times), Pointer: scrubber.Pointer("diagnoses", i),
			Fix: &scrubber.Fix{Summary: "keep " + what + " once and point the lines to it", Safe: true, Patch: keepFirst(c, i)},
		})
	}
}

// keepFirst takes the later occurrences of diagnosis i out and moves every pointer to where its diagnosis then stands. A
// pointer that pointed to nothing keeps doing so.
func keepFirst(c *scrubber.Case, i int) (patch []scrubber.PatchOp) {
	repeats := func(j int) bool { return j > i && j < len(c.Diagnoses) && c.Diagnoses[j] == c.Diagnoses[i] }
	moved := func(p int) int { // 1-based, both
		if repeats(p - 1) {
			return i + 1
		}
		before := 0
		for j := range min(p-1, len(c.Diagnoses)) {
			if repeats(j) {
				before++
			}
		}
		return p - before
	}
	for n := range c.Lines {
		l := &c.Lines[n]
		var kept []int
		for k, p := range l.Pointers {
			q := moved(p)
			if !slices.ContainsFunc(l.Pointers[:k], func(other int) bool { return other != p && moved(other) == q }) {
				kept = append(kept, q)
			}
		}
		for k := len(l.Pointers) - 1; k >= len(kept); k-- {
			patch = append(patch, scrubber.Remove(l.Pointer("diagnosis_pointers", k))...)
		}
		for k, q := range kept {
			if q != l.Pointers[k] {
				patch = append(patch, scrubber.Replace(l.Pointer("diagnosis_pointers", k), q)...)
			}
		}
	}
	for j := len(c.Diagnoses) - 1; j > i; j-- {
		if repeats(j) {
			patch = append(patch, scrubber.Remove(scrubber.Pointer("diagnoses", j))...)
		}
	}
	return patch
}

func sorted(numbers []int) []int {
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
