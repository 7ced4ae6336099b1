package modifiers

import "claimscrub/scrubber"

// ModifierContradiction is MOD012.
var ModifierContradiction = scrubber.Rule{
	ID: "MOD012", Name: "modifier-contradiction",
	Title: "Two modifiers of a line contradict each other",
	Why: "59 says that a service was distinct and XE, XP, XS and XU say why, so that one line takes one of them. GA says that a notice of noncoverage is on file and GZ that there is none. " +
		"76 says the same practitioner repeated a service and 77 another one. GX, a voluntary notice, goes with what is not covered. Payers return such lines, or read one of the two.",
	Fix:    "keep the modifier that says what was done",
	Source: manual("10.5; CMS article on modifiers 59 and X{EPSU}"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: contradiction,
}

// contradictions are pairs that no line carries together. KX or AT with GA are judged where thresholds and
// active treatment are.
var contradictions = [...]struct {
	a, b    string
	certain bool   // the two contradict by their definitions
	drop    string // the one that says less, so that dropping it attests nothing
}{
	{"GA", "GZ", true, ""},
	{"59", "XE", false, "59"}, {"59", "XP", false, "59"}, {"59", "XS", false, "59"}, {"59", "XU", false, "59"},
	{"76", "77", false, ""}, {"GA", "GX", false, ""}, {"GX", "GZ", false, ""}, {"93", "95", false, ""}, {"93", "GT", false, ""},
}

func contradiction(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if len(l.Modifiers) < 2 {
			continue
		}
		for _, p := range &contradictions {
			if !l.Has(p.a) || !l.Has(p.b) {
				continue
			}
			f := scrubber.Finding{
				Message: p.a + " and " + p.b + " on one line of " + l.Named(), Pointer: l.Pointer("modifiers"), Lines: []int{l.Number},
				Billed: p.a + " and " + p.b, Expected: "one of them",
			}
			if !p.certain {
				f.Certainty = scrubber.Inferred
			}
			if p.drop != "" {
				f.Fix = &scrubber.Fix{
					Summary: "remove " + p.drop + " from " + l.Named() + ", which " + p.b + " says more exactly", Safe: true,
					Patch: without(l, func(m string) bool { return m == p.drop }),
				}
			}
			r.Add(f)
		}
	}
}
