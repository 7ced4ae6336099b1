package timed

import (
	"fmt"

	"claimscrub/scrubber"
)

// TimedMinutesMissing is TIM004.
var TimedMinutesMissing = scrubber.Rule{
	ID: "TIM004", Name: "timed-minutes-missing",
	Title: "Timed code billed without documented minutes",
	Why: "Units of a timed code rest on minutes. Medicare asks the treatment note for the total timed minutes and the total treatment minutes of the visit; " +
		"without either, units cannot be supported and the claim is denied for missing time, or the payment is taken back.",
	Fix: "record the minutes of the service, or the visit's total timed minutes, from the clinician's note",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub. 100-02, chapter 15", Section: "220.3 E, treatment note",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N443"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.MissingFacts,
	Check: minutesMissing,
}

func minutesMissing(c *scrubber.Case, r *scrubber.Report) {
	if c.TotalTimedMinutes != scrubber.NotSent {
		return
	}
	for i := range c.Timed {
		p := &c.Timed[i]
		for j := range p.Codes {
			t := &p.Codes[j]
			if t.Billed == 0 {
				continue
			}
			if !c.Documented {
				r.NotEvaluated(scrubber.DocumentationNotSent, minutesDetail)
				return
			}
			if !t.Missing || t.Billed <= t.Earns() {
				continue
			}
			r.Add(scrubber.Finding{
				Message: fmt.Sprintf("%s of %s billed; minutes of it are not documented, nor the visit's total timed minutes", plural(t.Billed, "unit"), t.Code),
				Pointer: missingPlace(c, p, t), Lines: numbers(c.TimedLines(p, t)), Billed: billed(c, p, t),
			})
		}
	}
}

// missingPlace is the first service that feeds t and has no minutes; its pointer names what to add.
func missingPlace(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode) string {
	for i := range c.Services {
		s := &c.Services[i]
		if s.ServiceMinutes() == scrubber.NotSent && c.TimedCode(s) == t.Code && (p.Discipline == "" || s.Discipline == p.Discipline) {
			return s.Pointer()
		}
	}
	return place(c, p, t)
}
