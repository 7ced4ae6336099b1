package coverage

import (
	"fmt"

	"claimscrub/scrubber"
)

// KXBelowThreshold is COV003.
var KXBelowThreshold = scrubber.Rule{
	ID: "COV003", Name: "kx-below-threshold",
	Title: "KX before the year's threshold is reached",
	Why: "KX is for lines that are above the year's threshold, or may reasonably be. On every line from January on it attests what nobody has looked at, " +
		"which Medicare's manual calls abusive and which invites review.",
	Fix:    "remove KX until the threshold is near",
	Source: manual("10.3.3"),
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation, Params: []scrubber.Param{therapyThresholds},
	Check: kxBelow,
}

func anyKX(c *scrubber.Case) bool {
	for i := range c.Lines {
		if c.Lines[i].Has("KX") {
			return true
		}
	}
	return false
}

func kxBelow(c *scrubber.Case, r *scrubber.Report) {
	if !c.Bool(&therapyThresholds) || !anyKX(c) {
		return
	}
	year, _, _ := c.ServiceDate.Civil()
	limit, known := threshold(year)
	for _, b := range buckets(c) {
		with := b.lines(c, func(l *scrubber.Line) bool { return l.Has("KX") })
		switch {
		case len(with) == 0 || !known:
			continue
		case b.used == scrubber.NotSent:
			r.NotEvaluated(scrubber.FactNotSent, usedDetail)
			continue
		case b.used+b.charged > limit:
			continue
		}
		f := scrubber.Finding{
			Pointer: place(with[0]), Lines: numbers(with), Billed: "KX", Expected: "no KX",
			Message: fmt.Sprintf("%s of %s used in %d, and charges of %s do not reach the threshold of %s", dollars(b.used), b.name, year, dollars(b.charged), dollars(limit)),
			Fix:     &scrubber.Fix{Summary: "remove KX, if nothing else of the year is still to be counted"},
		}
		for _, l := range with {
			for j := len(l.Modifiers) - 1; j >= 0; j-- {
				if l.Modifiers[j] == "KX" {
					f.Fix.Patch = append(f.Fix.Patch, l.RemoveModifier(j)...)
				}
			}
		}
		r.Add(f)
	}
}
