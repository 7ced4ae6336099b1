package ncci

import "claimscrub/scrubber"

// PairWithoutModifier rejects two codes whose edit a modifier may bypass and none does: one finding for each pair of codes,
// with the lines that no modifier separates.
var PairWithoutModifier = scrubber.Rule{
	ID: "PTP002", Name: "pair-without-modifier",
	Title: "Two codes are not paid together without a modifier",
	Why: "NCCI pairs codes that are one service unless they were done apart: in another region, in other minutes, in another encounter. With modifier " +
		"indicator 1 a modifier may say so; without one the column 2 code is denied.",
	Fix:    "add the modifier only if the documentation shows separate services; else bill the column 1 code alone",
	Source: pairs("modifier indicator 1; NCCI-associated modifiers"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6, Needs: scrubber.PTPTable, Facts: scrubber.ClaimAlone,
	Check: pairWithoutModifier,
}

func pairWithoutModifier(c *scrubber.Case, r *scrubber.Report) {
	clashes(c, 1, func(one, two *billed) bool {
		return !bypassed(one, two) && !one.has("GY") && !two.has("GY") // GY denies its line by itself: nothing is paid twice
	}, func(k *clash) {
		f := k.finding(c, k.Column2+" beside "+k.Column1+" without a modifier that says they were separate")
		f.Billed, f.Expected = k.Column2+" with "+k.Column1, "59, XE, XP, XS or XU on either, if they were separate"
		separating, lines := "59", k.two
		for _, code := range []struct {
			billed
			lines []*scrubber.Line
		}{{billed{code: k.Column1}, k.one}, {billed{code: k.Column2}, k.two}} {
			if code.evaluatesAndManages() {
				separating, lines = "25", code.lines
				f.Expected = "25 on " + code.code + ", if it was significant and separate"
			}
		}
		if separating == "59" && len(k.two) == 0 {
			lines = k.one
		}
		f.Fix = addModifier(lines, separating)
		r.Add(f)
	})
	unevaluated(c, r)
}

// addModifier puts the modifier on each line, for a human: it attests that the services were separate. There is no fix
// when a line has no place for it.
func addModifier(lines []*scrubber.Line, modifier string) *scrubber.Fix {
	if len(lines) == 0 {
		return nil
	}
	fix := &scrubber.Fix{Summary: "add " + modifier + " to " + lines[0].Code + ", if the documentation shows that it was separate"}
	for _, l := range lines {
		switch {
		case len(l.Modifiers) >= 4:
			return nil
		case len(l.Modifiers) == 0:
			fix.Patch = append(fix.Patch, scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers"), Value: []string{modifier}})
		default: // before the others: it decides payment, and some systems look at the first place alone
			fix.Patch = append(fix.Patch, scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers", 0), Value: modifier})
		}
	}
	return fix
}
