package timed

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/units"
)

// TimeRecordConflict is TIM006.
var TimeRecordConflict = scrubber.Rule{
	ID: "TIM006", Name: "time-record-conflict",
	Title: "The record of time contradicts itself",
	Why: "The note's timed minutes are held against its total treatment minutes and its clock times. One clinician treats one on one, so that " +
		"a minute belongs to one service, and a patient's minute counts once. A record that contradicts itself supports no units: payers deny for invalid time.",
	Fix: "correct the minutes or clock times from the clinician's note",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: "20.2 and 20.3; Pub. 100-02, chapter 15, 220.3 E",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N443"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: timeRecord,
}

func timeRecord(c *scrubber.Case, r *scrubber.Report) {
	if !c.Documented {
		if slices.ContainsFunc(c.Timed, func(p scrubber.TimedPool) bool { return len(p.Codes) > 0 }) {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services with minutes, and total_treatment_minutes")
		}
		return
	}
	sum, timed, clocks := 0, false, false
	for i := range c.Services {
		s := &c.Services[i]
		ownClock(c, r, s)
		clocks = clocks || len(s.Intervals) > 0
		if c.TimedCode(s) == "" {
			continue
		}
		timed = true
		sum += max(0, s.ServiceMinutes())
		if len(s.Intervals) == 0 {
			continue
		}
		for j := range c.Services {
			if o := &c.Services[j]; j < i || j > i && c.TimedCode(o) == "" {
				sum -= sharedClock(c, r, s, o)
			}
		}
	}
	totals(c, r, sum)
	if timed && !clocks && c.TotalTreatmentMinutes == scrubber.NotSent {
		r.NotEvaluated(scrubber.FactNotSent, "send total_treatment_minutes, or intervals with the timed services")
	}
}

// totals holds the timed minutes against the visit's totals.
func totals(c *scrubber.Case, r *scrubber.Report, sum int) {
	treatment, timed := c.TotalTreatmentMinutes, c.TotalTimedMinutes
	conflict := func(f scrubber.Finding) {
		for i := range c.Timed {
			f.Lines = append(f.Lines, numbers(c.TimedLines(&c.Timed[i], nil))...)
		}
		slices.Sort(f.Lines)
		r.Add(f)
	}
	if treatment != scrubber.NotSent && sum > treatment {
		conflict(scrubber.Finding{
			Message: fmt.Sprintf("%d minutes of timed services documented in a visit of %d", sum, treatment),
			Pointer: "/total_treatment_minutes", Expected: fmt.Sprintf("at least %d total treatment minutes", sum),
		})
	}
	if treatment != scrubber.NotSent && timed != scrubber.NotSent && timed > treatment {
		conflict(scrubber.Finding{
			Message: fmt.Sprintf("%d total timed minutes in a visit of %d", timed, treatment),
			Pointer: "/total_timed_minutes", Expected: fmt.Sprintf("at most %d total timed minutes", treatment),
		})
	}
	if timed == scrubber.NotSent || sum <= timed {
		return
	}
	// The total is what an auditor holds the units against. Where it supports them all the same, no money
	// rests on the difference.
	f := scrubber.Finding{
		Severity: scrubber.Warn,
		Message:  fmt.Sprintf("%d minutes of timed services documented, and %d total timed minutes", sum, timed),
		Pointer:  "/total_timed_minutes", Expected: fmt.Sprintf("%d total timed minutes", sum),
	}
	if billedBeyond(c, timed) {
		f.Severity = scrubber.Reject
	}
	conflict(f)
}

// billedBeyond tells whether more pooled units are billed than the minutes can earn over all, by both
// methods where the profile is not certain of one.
func billedBeyond(c *scrubber.Case, minutes int) bool {
	total, least := 0, 0
	for i := range c.Timed {
		total += c.Timed[i].BilledUnits()
		least += leastMinutes(&c.Timed[i])
	}
	pooled, alone := len(c.Timed) == 1 && total > units.Aggregate(minutes), least > minutes
	switch method, certain := c.Method(); {
	case !certain:
		return pooled && alone
	case method == scrubber.CMSEightMinute:
		return pooled || len(c.Timed) > 1 && alone
	}
	return alone
}

// ownClock holds one service's minutes against its own clock times.
func ownClock(c *scrubber.Case, r *scrubber.Report, s *scrubber.Service) {
	say := func(severity scrubber.Severity, field, format string, args ...any) {
		if c.TimedCode(s) == "" {
			severity = scrubber.Warn // no units rest on it
		}
		r.Add(scrubber.Finding{
			Severity: severity, Message: s.Kind.String() + ": " + fmt.Sprintf(format, args...),
			Pointer: s.Pointer(field), Lines: linesOf(c, s),
		})
	}
	if s.Minutes != scrubber.NotSent && s.AssistantMinutes > s.Minutes {
		say(scrubber.Reject, "assistant_minutes", "%d assistant minutes within %d minutes", s.AssistantMinutes, s.Minutes)
	}
	if len(s.Intervals) == 0 {
		return
	}
	for i, v := range s.Intervals {
		if v.End <= v.Start {
			say(scrubber.Reject, "intervals", "clock time %s to %s does not end after it begins", v.Start, v.End)
		}
		for _, w := range s.Intervals[:i] {
			if v.Assistant == w.Assistant && max(v.Start, w.Start) < min(v.End, w.End) {
				first, second := v, w
				if w.Start < v.Start || w.Start == v.Start && w.End < v.End {
					first, second = w, v
				}
				say(scrubber.Reject, "intervals", "one clinician's clock times %s to %s and %s to %s overlap",
					first.Start, first.End, second.Start, second.End)
			}
		}
	}
	all := s.IntervalMinutes(nil)
	if s.Minutes != scrubber.NotSent && s.Minutes != all {
		say(scrubber.Reject, "minutes", "%d minutes, and clock times of %d", s.Minutes, all)
	}
	assisted := s.IntervalMinutes(func(v scrubber.Interval) bool { return v.Assistant })
	alone := all - s.IntervalMinutes(func(v scrubber.Interval) bool { return !v.Assistant })
	if a := s.AssistantMinutes; a != scrubber.NotSent && (a < alone || a > assisted) {
		say(scrubber.Reject, "assistant_minutes", "%d assistant minutes, and assistant's clock times of %d", a, assisted)
	}
}

// sharedClock reports clock times that a timed service s shares with another service o, and returns the
// timed minutes that the two have in common by different clinicians.
func sharedClock(c *scrubber.Case, r *scrubber.Report, s, o *scrubber.Service) (shared int) {
	minutes := s.Overlap(o, nil)
	if minutes == 0 || !handsOn(c, o) {
		return 0
	}
	apart := differentClinicians(c, s, o)
	same := s.Overlap(o, func(a, b scrubber.Interval) bool { return a.Assistant == b.Assistant })
	timed := c.TimedCode(o) != ""
	first, second := s.Kind.String(), o.Kind.String()
	if second < first {
		first, second = second, first
	}
	f := scrubber.Finding{
		Pointer: s.Pointer("intervals"), Lines: append(linesOf(c, s), linesOf(c, o)...),
		Message: fmt.Sprintf("one clinician's clock times of %s and %s overlap by %d minutes", first, second, same),
	}
	slices.Sort(f.Lines)
	f.Lines = slices.Compact(f.Lines)
	switch {
	case same == 0:
	case apart:
		f.Severity = scrubber.Warn
		f.Message = fmt.Sprintf("two clinicians' clock times of %s and %s overlap by %d minutes, which count once", first, second, same)
		r.Add(f)
	case timed:
		r.Add(f)
	default: // hands-on work without a time in its definition: no source counts its minutes
		f.Severity = scrubber.Warn
		r.Add(f)
	}
	switch {
	case !timed:
		return 0
	case apart:
		return minutes
	}
	return minutes - same
}

// handsOn tells whether the service takes a clinician's whole attention: timed work, and manipulation,
// needling and evaluation. Group therapy, modalities that run unattended and what we cannot tell do not.
func handsOn(c *scrubber.Case, s *scrubber.Service) bool {
	switch s.Kind {
	case scrubber.OsteopathicManipulation, scrubber.ChiropracticManipulation, scrubber.DryNeedling, scrubber.TriggerPointInjection,
		scrubber.Evaluation, scrubber.Reevaluation, scrubber.EvaluationManagement:
		return true
	}
	return s.Needling || c.TimedCode(s) != ""
}

// differentClinicians tells whether the two services are known to be two clinicians': of two disciplines,
// or on lines of two rendering providers.
func differentClinicians(c *scrubber.Case, s, o *scrubber.Service) bool {
	if s.Discipline != "" && o.Discipline != "" && s.Discipline != o.Discipline {
		return true
	}
	a, b := renderedBy(c, s), renderedBy(c, o)
	return a != "" && b != "" && a != b
}

// renderedBy is who rendered the lines that take the service; empty when there is no line or several providers.
func renderedBy(c *scrubber.Case, s *scrubber.Service) (npi string) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !slices.Contains(l.Services, s.Index) {
			continue
		}
		if by := c.RenderedBy(l).NPI; npi == "" || npi == by {
			npi = by
		} else {
			return ""
		}
	}
	return npi
}

// linesOf is the numbers of the lines that take the service.
func linesOf(c *scrubber.Case, s *scrubber.Service) (out []int) {
	for i := range c.Lines {
		if slices.Contains(c.Lines[i].Services, s.Index) {
			out = append(out, c.Lines[i].Number)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
