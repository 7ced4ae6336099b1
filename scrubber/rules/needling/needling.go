// Package needling judges needle insertion and trigger point injection by what may stand beside them and
// by what a payer covers.
package needling

import (
	"slices"

	"claimscrub/scrubber"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{InjectionAndNeedlingMuscles, AcupunctureWithNeedling, NeedlingCoverage, NeedlingNotice, InjectionMuscleCount}
}

func needling(code string) bool { return code == "20560" || code == "20561" }

func injection(code string) bool { return code == "20552" || code == "20553" }

func acupuncture(code string) bool {
	return code == "97810" || code == "97811" || code == "97813" || code == "97814"
}

// first is the line with the lowest number that has a code of the kind and the provider npi; nil when there is none.
func first(c *scrubber.Case, is func(code string) bool, npi string) (found *scrubber.Line) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if is(l.Code) && c.RenderedBy(l).NPI == npi && (found == nil || l.Number < found.Number) {
			found = l
		}
	}
	return found
}

func ascending(numbers ...int) []int {
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
