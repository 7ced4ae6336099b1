// Package osteopathic judges osteopathic manipulation by who may bill it, the somatic dysfunction that
// supports it, and what may stand beside it.
package osteopathic

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{OMTRenderingCredential, SomaticDysfunctionDiagnosis, VisitWithManipulation, ManualTherapyWithOMT, OMTLaterality}
}

// manipulation tells whether code is osteopathic manipulation, 98925 to 98929.
func manipulation(code string) bool {
	_, _, ok := anatomy.OMTBand(code)
	return ok
}

// sameProvider is the first manipulation line that the provider of l rendered; nil when there is none.
func sameProvider(c *scrubber.Case, l *scrubber.Line) (found *scrubber.Line) {
	npi := c.RenderedBy(l).NPI
	for i := range c.Lines {
		o := &c.Lines[i]
		if manipulation(o.Code) && c.RenderedBy(o).NPI == npi && (found == nil || o.Number < found.Number) {
			found = o
		}
	}
	return found
}

func pair(a, b *scrubber.Line) []int { return []int{min(a.Number, b.Number), max(a.Number, b.Number)} }
