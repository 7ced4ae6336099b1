package modifiers

import (
	"fmt"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var localCodes = scrubber.Param{
	Name: "local_codes", Kind: scrubber.BoolParam,
	Doc: "whether the payer's fee schedule has codes and modifiers of its own, so that one outside the national sets warns and does not reject",
}

// ModifierUnknown is MOD009.
var ModifierUnknown = scrubber.Rule{
	ID: "MOD009", Name: "modifier-unknown",
	Title: "Modifier that is not valid on the date of service",
	Why: "A modifier is a published code of two characters with days on which it is valid. One that is not published then is refused by every payer " +
		"whose schedule has none of its own, often at the front door, before a line is read.",
	Fix:    "correct the modifier, or remove it",
	Source: scrubber.Source{Authority: "CMS", Title: "HCPCS level II modifiers", Section: "and the numbers of the CPT modifiers"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "182", RARC: "N823"}, SNIP: 5,
	Needs: scrubber.ModifierTable, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{localCodes},
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			l := &c.Lines[i]
			for j, m := range l.Modifiers {
				if f, found := c.Tables.Modifier(m); found == refdata.Absent {
					unknown(c, r, l, j, f.Inferred)
				}
			}
		}
	},
}

func unknown(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line, j int, inferred bool) {
	f := scrubber.Finding{
		Pointer: l.Pointer("modifiers", j), Lines: []int{l.Number},
		Message: fmt.Sprintf("a modifier of %s is not published: two capitals or digits were expected", l.Named()),
	}
	if m := l.Modifiers[j]; len(m) == 2 && printable(m) {
		f.Billed = m
		f.Message = m + " on " + l.Named() + " is not a published modifier" + c.Carried(refdata.Modifiers)
	}
	if inferred {
		f.Certainty = scrubber.Inferred
	}
	if f.Billed != "" && c.Bool(&localCodes) {
		f.Severity = scrubber.Warn
		f.Message += "; the payer's own schedule may have it"
	}
	r.Add(f)
}

// printable tells whether the two characters may be echoed: letters and digits alone.
func printable(m string) bool {
	for _, r := range m {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}
