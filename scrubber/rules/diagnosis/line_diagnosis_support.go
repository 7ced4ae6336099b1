package diagnosis

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
)

var supportingDiagnoses = scrubber.Param{
	Name: "supporting_diagnoses", Kind: scrubber.ListParam,
	Doc: "The diagnoses by which the payer supports a code, one entry for a code or a range of codes: \"20560-20561 M54.5 M54.4\" wants a line of these codes to point to a diagnosis that begins with one of those.",
}

// LineDiagnosisSupport judges lines of codes for which the profile lists supporting diagnoses.
var LineDiagnosisSupport = scrubber.Rule{
	ID: "DX006", Name: "line-diagnosis-support",
	Title:  "No diagnosis of the line supports its code",
	Why:    "A payer's coverage policy lists the diagnoses for which it pays a code. A line that points to none of them is denied as not necessary, whatever the record says.",
	Fix:    "point the line to the diagnosis that was the reason for it, if the record has one of the list",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's coverage policy", Section: "as the profile names it"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N115"}, SNIP: 7, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{supportingDiagnoses},
	Check:  lineDiagnosisSupport,
}

func lineDiagnosisSupport(c *scrubber.Case, r *scrubber.Report) {
	entries := c.List(&supportingDiagnoses)
	if len(entries) == 0 {
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		var listed []string
		for _, entry := range entries {
			if names(entry, l.Code) {
				listed = append(listed, strings.Fields(entry)[1:]...)
			}
		}
		if len(listed) == 0 || slices.ContainsFunc(l.Pointers, func(p int) bool { return supports(c, p, listed) }) {
			continue
		}
		r.Add(scrubber.Finding{
			Message: l.Code + " points to no diagnosis by which the payer supports it: " + strings.Join(listed, ", "),
			Pointer: l.Pointer("diagnosis_pointers"), Lines: []int{l.Number},
		})
	}
}

// names tells whether the entry is of the code: it begins with it, or with a range FIRST-LAST that holds it.
func names(entry, code string) bool {
	const n = 5
	if len(code) != n || len(entry) <= n {
		return false
	}
	switch first, rest := entry[:n], entry[n:]; {
	case rest[0] == ' ':
		return code == first
	case rest[0] == '-' && len(rest) > n:
		return first <= code && code <= rest[1:n+1]
	}
	return false
}

// supports tells whether diagnosis p, counted from 1, begins with one of the listed codes.
func supports(c *scrubber.Case, p int, listed []string) bool {
	return p >= 1 && p <= len(c.Diagnoses) && slices.ContainsFunc(listed, func(prefix string) bool {
		return strings.HasPrefix(c.Diagnoses[p-1], strings.Replace(prefix, ".", "", 1))
	})
}
