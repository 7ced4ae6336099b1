package diagnosis

import (
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// IncompleteDiagnosis says what a header, or a code padded with X, lacks where the table shows it: the side of the body, or the
// seventh character. It names the part that is missing; that the code is not billable is DX002 or DX001.
var IncompleteDiagnosis = scrubber.Rule{
	ID: "DX005", Name: "incomplete-diagnosis",
	Title: "The diagnosis lacks its side or its seventh character",
	Why: "Where every code below names a side, or the encounter by a seventh character (initial, subsequent, sequela), the code without it is incomplete: " +
		"payers deny it as not coded to the highest specificity.",
	Fix:    "add the side or the seventh character that the record supports",
	Source: orderFile("laterality; seventh characters"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M81"}, SNIP: 5, Needs: scrubber.ICD10CMTable, Facts: scrubber.ClaimAlone,
	Check: incompleteDiagnosis,
}

func incompleteDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	each(c, r, func(d looked) {
		if d.Billable || d.found == refdata.Absent && len(d.code) < 6 {
			return
		}
		side, seventh := lacks(c, d.code)
		what := ""
		switch {
		case side && seventh:
			what = "its side and its seventh character"
		case side:
			what = "its side"
		case seventh:
			what = "its seventh character"
		default:
			return
		}
		f := d.finding(c, dotted(d.code)+" lacks "+what)
		f.Billed, f.Expected = dotted(d.code), "the code with "+what
		r.Add(f)
	})
}

// lacks tells what the codes below a header say beyond it. The side is missing where the next character alone tells right from
// left; the seventh character where every code has seven and what stands between is the side or the placeholder X.
func lacks(c *scrubber.Case, header string) (side, seventh bool) {
	right, left := false, false
	seventh, short, some := true, true, false
	for child := range c.Tables.Children(header) {
		rest := child[len(header):]
		some = true
		title := strings.ToLower(c.Tables.DiagnosisTitle(child))
		right = right || strings.Contains(title, "right")
		left = left || strings.Contains(title, "left")
		between := strings.TrimRight(strings.TrimSuffix(rest, rest[len(rest)-1:]), "X")
		seventh = seventh && len(child) == 7 && len(between) <= 1
		short = short && len(between) == 0
	}
	side = right && left && sided(c, header)
	return side, some && seventh && (short || side)
}

// sided tells whether the character after the header is all that tells the billable codes below apart, but for a seventh.
func sided(c *scrubber.Case, header string) bool {
	for child := range c.Tables.Children(header) {
		if rest := child[len(header):]; len(rest) > 1 && (len(child) < 7 || strings.Trim(rest[1:len(rest)-1], "X") != "") {
			return false
		}
	}
	return true
}
