package needling

import (
	"strconv"

	"claimscrub/scrubber"
)

// InjectionMuscleCount is NDL005.
var InjectionMuscleCount = scrubber.Rule{
	ID: "NDL005", Name: "injection-muscle-count",
	Title: "Trigger point injection code does not match the muscles injected",
	Why: "20552 is 1 or 2 muscles injected, 20553 is 3 or more, whatever the number of injections. A code above the muscles documented is not supported by the note, " +
		"and one below gives money away.",
	Fix: "count the distinct muscles and bill the one code for them",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits and MUE of 20552 and 20553: one of them, once a day",
		Section: "CPT: by muscles (KarenZupko & Associates)",
		URL:     "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "150", RARC: "N188"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Needles,
	Check: injectionMuscleCount,
}

func injectionMuscleCount(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !injection(l.Code) {
			continue
		}
		n, complete := injected(c, l)
		switch {
		case !c.Documented || !complete && n < 3:
			r.NotEvaluated(scrubber.DocumentationNotSent, "send the muscles injected")
		case l.Code == "20553" && n > 0 && n < 3:
			f := injectionFinding(l, n, "20552")
			if billsToo(c, l, "20552") { // a second line of it would be the same injection billed twice
				f.Fix = nil
			}
			r.Add(f)
		case l.Code == "20552" && n > 2 && !billsToo(c, l, "20553"): // else the pair of the two is at fault, and 20553 stands already
			f := injectionFinding(l, n, "20553")
			f.Severity, f.Fix.Safe = scrubber.Warn, false // it raises the fee
			r.Add(f)
		}
	}
}

// billsToo tells whether the line's provider bills code on another line.
func billsToo(c *scrubber.Case, l *scrubber.Line, code string) bool {
	for i := range c.Lines {
		if o := &c.Lines[i]; o.Code == code && c.RenderedBy(o).NPI == c.RenderedBy(l).NPI {
			return true
		}
	}
	return false
}

// injected is the distinct muscles of the injections that the line bills; complete is false where one names none.
func injected(c *scrubber.Case, l *scrubber.Line) (distinct int, complete bool) {
	complete = true
	for k, i := range l.Services {
		s := &c.Services[i]
		if s.Kind != scrubber.TriggerPointInjection {
			continue
		}
		complete = complete && len(s.Muscles) > 0
		for m, name := range s.Muscles {
			if !names(s.Muscles[:m], name) && !injectedBy(c, l.Services[:k], name) {
				distinct++
			}
		}
	}
	return distinct, complete
}

// injectedBy tells whether one of the services injected the muscle.
func injectedBy(c *scrubber.Case, services []int, muscle string) bool {
	for _, i := range services {
		if s := &c.Services[i]; s.Kind == scrubber.TriggerPointInjection && names(s.Muscles, muscle) {
			return true
		}
	}
	return false
}

func injectionFinding(l *scrubber.Line, n int, code string) scrubber.Finding {
	muscles, covers := "1 muscle", "3 or more"
	if n > 1 {
		muscles = strconv.Itoa(n) + " muscles"
	}
	if l.Code == "20552" {
		covers = "1-2"
	}
	return scrubber.Finding{
		Message: l.Code + " billed for " + muscles + " injected; " + l.Code + " covers " + covers,
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: code,
		Fix: &scrubber.Fix{Summary: "bill " + code + " instead of " + l.Code + "; the fee must follow", Safe: true, Patch: scrubber.Replace(l.Pointer("code"), code)},
	}
}
