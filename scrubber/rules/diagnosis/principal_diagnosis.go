package diagnosis

import "claimscrub/scrubber"

// PrincipalDiagnosis rejects a first diagnosis that ICD-10-CM's guidelines allow only after another.
var PrincipalDiagnosis = scrubber.Rule{
	ID: "DX007", Name: "principal-diagnosis",
	Title: "The first diagnosis may only stand after another",
	Why: "The first diagnosis is the reason for the visit. External causes, social circumstances, the body mass index and conditions in diseases classified elsewhere describe or " +
		"complete another diagnosis; as the first one they make the claim invalid.",
	Fix: "put the diagnosis that was treated first, and point the lines to it",
	Source: scrubber.Source{Authority: "CMS / NCHS", Title: "ICD-10-CM Official Guidelines for Coding and Reporting",
		Section: "I.C.20.a.6 external causes; I.B.14 social determinants and body mass index; I.A.13 manifestations"},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "MA63"}, SNIP: 5, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: principalDiagnosis,
}

func principalDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Diagnoses) == 0 {
		return
	}
	code := c.Diagnoses[0]
	if why := neverFirst(code); why != "" && wellFormed(code) {
		r.Add(scrubber.Finding{Message: dotted(code) + " stands first, but " + why, Pointer: "/diagnoses/0", Billed: dotted(code), Expected: "after the diagnosis treated"})
	}
}

// neverFirst says why a code may not be the principal diagnosis; empty when it may. Of the manifestations it knows those of
// nerves, spine and muscles, which a clinic of the family may enter.
func neverFirst(code string) string {
	if len(code) < 3 {
		return ""
	}
	category := code[:3]
	switch {
	case 'V' <= code[0] && code[0] <= 'Y':
		return "is an external cause, not a condition"
	case "Z55" <= category && category <= "Z65":
		return "is a social circumstance, not a condition"
	case category == "Z68":
		return "is the body mass index, not a condition"
	}
	switch category {
	case "G53", "G55", "G59", "G63", "M49", "M63":
		return "is a manifestation: its underlying disease comes first"
	}
	return ""
}
