package needling

import (
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// InjectionAndNeedlingMuscles is NDL001.
var InjectionAndNeedlingMuscles = scrubber.Rule{
	ID: "NDL001", Name: "injection-and-needling-muscles",
	Title: "A muscle both injected and needled",
	Why: "Trigger point injection (20552, 20553) and needle insertion without injection (20560, 20561) may stand on one claim for different muscles only. " +
		"For one muscle the injection includes the needle, and the second charge is denied.",
	Fix: "bill the injection for the muscles injected and needling for the other muscles alone",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits of 20552 and 20553 with 20560 and 20561, indicator 1",
		Section: "CPT: not for the same muscles (KarenZupko & Associates)",
		URL:     "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Needles,
	Check: injectionAndNeedlingMuscles,
}

func injectionAndNeedlingMuscles(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !needling(l.Code) {
			continue
		}
		injected := first(c, injection, c.RenderedBy(l).NPI)
		if injected == nil {
			continue
		}
		shared, known := sharedMuscles(c)
		if shared == 0 && !known {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send the muscles injected and the muscles needled")
			return
		}
		if shared == 0 {
			continue
		}
		what := "1 muscle"
		if shared > 1 {
			what = strconv.Itoa(shared) + " muscles"
		}
		r.Add(scrubber.Finding{
			Message: injected.Code + " and " + l.Code + " billed, and " + what + " both injected and needled",
			Pointer: l.Pointer("code"), Lines: ascending(l.Number, injected.Number), Billed: injected.Code + ", " + l.Code,
		})
	}
}

// sharedMuscles is how many muscles are documented both as injected and as needled, and whether all services
// of both kinds name their muscles.
func sharedMuscles(c *scrubber.Case) (shared int, known bool) {
	injections, needlings := false, false
	known = true
	for i := range c.Services {
		s := &c.Services[i]
		if s.Needling {
			needlings, known = true, known && len(s.Muscles) > 0
		}
		if s.Kind != scrubber.TriggerPointInjection {
			continue
		}
		injections, known = true, known && len(s.Muscles) > 0
		for m, name := range s.Muscles {
			if needled(c, name) && !injectedBefore(c, i, m) {
				shared++
			}
		}
	}
	return shared, known && injections && needlings
}

func needled(c *scrubber.Case, muscle string) bool {
	for i := range c.Services {
		if s := &c.Services[i]; s.Needling && names(s.Muscles, muscle) {
			return true
		}
	}
	return false
}

// injectedBefore tells whether muscle m of injection service i is named before it.
func injectedBefore(c *scrubber.Case, i, m int) bool {
	name := c.Services[i].Muscles[m]
	for j := range i {
		if s := &c.Services[j]; s.Kind == scrubber.TriggerPointInjection && names(s.Muscles, name) {
			return true
		}
	}
	return names(c.Services[i].Muscles[:m], name)
}

func names(muscles []string, muscle string) bool {
	for _, m := range muscles {
		if anatomy.SameMuscle(m, muscle) {
			return true
		}
	}
	return false
}
