package documented

import (
	"fmt"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// ServiceNotCharged is DOC002.
var ServiceNotCharged = scrubber.Rule{
	ID: "DOC002", Name: "service-not-charged",
	Title: "Documented service without a charge",
	Why: "A service was furnished and documented, its time or work earns a line, and the claim has none: the revenue is lost unless it is left out on purpose. " +
		"A timed service whose minutes earn no unit of their own is not lost, nor is a service that the fee schedule bundles into others, such as hot or cold packs.",
	Fix:    "add the charge, or leave it out on purpose",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Published,
	Predicts: scrubber.NoCARC, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: serviceNotCharged,
}

func serviceNotCharged(c *scrubber.Case, r *scrubber.Report) {
	if !c.Documented {
		if len(c.Lines) > 0 {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services: what was done")
		}
		return
	}
	for i := range c.Timed {
		p := &c.Timed[i]
		for j := range p.Codes {
			if t := &p.Codes[j]; t.Documented && t.Billed == 0 && !charged(c, p, t) {
				timedNotCharged(c, r, p, j)
			}
		}
	}
	for i := range c.Services {
		s := &c.Services[i]
		if s.Charged || c.TimedCode(s) != "" || s.Kind == scrubber.KindOther && s.Code == "" || billed(c, s) || before(c, i) {
			continue
		}
		untimedNotCharged(c, r, s)
	}
}

// charged tells whether a line takes a service that feeds t, perhaps under another code.
func charged(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode) bool {
	for i := range c.Services {
		if s := &c.Services[i]; s.Charged && feeds(c, p, t, s) {
			return true
		}
	}
	return false
}

func feeds(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode, s *scrubber.Service) bool {
	return c.TimedCode(s) == t.Code && (p.Discipline == "" || s.Discipline == p.Discipline)
}

// timedNotCharged warns of a timed code without a line whose minutes earn a unit that nothing else bills.
func timedNotCharged(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, j int) {
	t := &p.Codes[j]
	earned := 0
	switch {
	case p.Mixed:
		r.NotEvaluated(scrubber.Undecided, "several disciplines treated, and a timed service or line does not say which")
		return
	case t.Missing:
		r.NotEvaluated(scrubber.DocumentationNotSent, "a timed service earns a line by its minutes: send them")
		return
	case c.UnitMethod() != scrubber.CMSEightMinute || !t.Pooled():
		earned = t.Earns()
	case !p.PerCode:
		if earned = max(0, t.Minutes-p.Concurrent) / 15; earned == 0 && p.Concurrent > 0 {
			r.NotEvaluated(scrubber.Undecided, "therapist and assistant worked on different codes in the same minutes, and no source says whose minutes they are")
		} else if earned == 0 {
			r.NotEvaluated(scrubber.DocumentationNotSent, "a timed service of less than 15 minutes earns a line together with the others: send the minutes of each")
		}
	default:
		earned = earnedTogether(p, j)
	}
	if earned == 0 {
		return
	}
	f := scrubber.Finding{
		Message: fmt.Sprintf("%d minutes of %s documented, which earn a line, and none bills it", t.Minutes, t.Code),
		Billed:  "none", Expected: fmt.Sprintf("%s x%d", t.Code, earned),
	}
	for i := range c.Services {
		if s := &c.Services[i]; feeds(c, p, t, s) {
			f.Pointer = s.Pointer()
			break
		}
	}
	r.Add(f)
}

// earnedTogether is the units of pooled code j in the right allocation nearest to the claim; none where
// the claim bills all that the pool earns.
func earnedTogether(p *scrubber.TimedPool, j int) int {
	a := p.Allocation()
	if p.BilledUnits() >= a.Units {
		return 0
	}
	codes := make([]string, len(p.Pooled()))
	for i, t := range p.Pooled() {
		codes[i] = t.Code
	}
	return a.Nearest(codes, p.Billed())[j]
}

// billed tells whether a line bills a code that the service may be billed with: an untimed service is one
// unit a day, whichever of its documentation the line is linked to.
func billed(c *scrubber.Case, s *scrubber.Service) bool {
	for i := range c.Lines {
		if code := c.Lines[i].Code; s.Supports(code) && (!s.Needling || scrubber.DryNeedling.Maps(code)) {
			return true
		}
	}
	return false
}

// before tells whether an earlier service of the same kind and code is reported already.
func before(c *scrubber.Case, i int) bool {
	for j := range i {
		if s, o := &c.Services[i], &c.Services[j]; s.Kind == o.Kind && s.Code == o.Code && s.Needling == o.Needling && s.Attended == o.Attended && !o.Charged {
			return true
		}
	}
	return false
}

func untimedNotCharged(c *scrubber.Case, r *scrubber.Report, s *scrubber.Service) {
	codes := s.Kind.Codes()
	switch {
	case s.Kind == scrubber.KindOther:
		codes = []string{s.Code}
		if _, known := c.Tables.Code(s.Code); known == refdata.Outside {
			what := "the code of a service"
			if scrubber.ProcedureCode(s.Code) {
				what = s.Code
			}
			r.NotEvaluated(scrubber.OutsideTables, what+" is outside the code table, which says what earns a line")
			return
		}
	case s.Needling:
		codes = scrubber.DryNeedling.Codes()
	case s.Kind == scrubber.ElectricalStimulation || s.Kind == scrubber.TENS:
		codes = []string{"97014", "G0283"}
	}
	for _, code := range codes {
		if f, known := c.Tables.PFS(code); known == refdata.Present && f.Status == 'B' {
			return
		}
	}
	name := s.Kind.String()
	if s.Kind == scrubber.KindOther {
		name = s.Code
	}
	f := scrubber.Finding{Message: name + " documented, and no line bills it", Pointer: s.Pointer(), Billed: "none"}
	if len(codes) == 1 {
		f.Expected = codes[0] + " x1"
	}
	r.Add(f)
}
