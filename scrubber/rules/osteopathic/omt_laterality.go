package osteopathic

import (
	"slices"

	"claimscrub/scrubber"
)

// OMTLaterality is OMT005.
var OMTLaterality = scrubber.Rule{
	ID: "OMT005", Name: "omt-laterality",
	Title: "Osteopathic manipulation billed by side",
	Why: "Both sides of a limb are one body region, so the codes have no bilateral or left and right form. 50 asks for a second payment of the same regions; " +
		"RT and LT say nothing that the code counts.",
	Fix: "take the modifier off; count both sides of a limb as one region",
	Source: scrubber.Source{
		Authority: "AAP", Title: "Osteopathic manipulative treatment coding fact sheet", Section: "bilateral is one region",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation,
	Check: omtLaterality,
}

func omtLaterality(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !manipulation(l.Code) {
			continue
		}
		for _, side := range []string{"50", "LT", "RT"} {
			at := slices.Index(l.Modifiers, side)
			if at < 0 {
				continue
			}
			f := scrubber.Finding{
				Message: l.Code + " with " + side + "; both sides of a limb are one region",
				Pointer: l.Pointer("modifiers", at), Lines: []int{l.Number}, Billed: l.Code + "-" + side, Expected: l.Code,
				Fix: &scrubber.Fix{Summary: "remove " + side, Safe: side == "50", Patch: l.RemoveModifier(at)},
			}
			if side != "50" {
				f.Certainty = scrubber.Inferred
			}
			r.Add(f)
		}
	}
}
