// Package providers judges who furnished, supervised, referred and authorised what is billed, and under which plan of care.
package providers

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the rules of the family.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		CredentialCodeMismatch, AssistantWithoutSupervision, ReferringProviderMissing, PlanOfCareNotInForce,
		AuthorizationMissing, MemberIDFormat, TaxonomyFormat,
	}
}

// therapy tells whether the line is billed as outpatient therapy: an always-therapy code, or a line under a discipline's plan
// whose code may be therapy. A line with GY is billed for its denial, and no condition of payment holds it.
func therapy(l *scrubber.Line) bool {
	if l.Has("GY") {
		return false
	}
	if l.Known == refdata.Present && l.Facts.Therapy != refdata.SometimesTherapy {
		return l.Facts.Therapy == refdata.AlwaysTherapy
	}
	return l.Has("GP", "GO", "GN")
}

// evaluates tells whether the line is an evaluation or re-evaluation.
func evaluates(l *scrubber.Line) bool {
	return l.Known == refdata.Present && l.Facts.Is(refdata.Evaluation|refdata.Reevaluation)
}

// numbers are the line numbers for which keep is true, sorted, each once.
func numbers(c *scrubber.Case, keep func(*scrubber.Line) bool) []int {
	var out []int
	for i := range c.Lines {
		if keep(&c.Lines[i]) {
			out = append(out, c.Lines[i].Number)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func benefitManual(section string) scrubber.Source {
	return scrubber.Source{Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub. 100-02, chapter 15", Section: section}
}
