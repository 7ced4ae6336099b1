package scrubber

import (
	"math/bits"

	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/units"
)

// ServiceMinutes is the minutes of the service: as sent, else the union of its intervals, else NotSent.
func (s *Service) ServiceMinutes() int {
	if s.Minutes != NotSent || len(s.Intervals) == 0 {
		return s.Minutes
	}
	return s.IntervalMinutes(nil)
}

// IntervalMinutes is the union of the service's intervals in minutes; keep chooses among them, nil keeps all.
func (s *Service) IntervalMinutes(keep func(Interval) bool) int {
	var day units.Timeline
	for _, v := range s.Intervals {
		if keep == nil || keep(v) {
			day.Add(units.Interval{Start: v.Start, End: v.End})
		}
	}
	return day.Minutes()
}

// AssistantAlone is the minutes the assistant furnished without the therapist: as sent, else by the
// intervals, else NotSent. Minutes of both together are the therapist's.
func (s *Service) AssistantAlone() int {
	if s.AssistantMinutes != NotSent || len(s.Intervals) == 0 {
		return s.AssistantMinutes
	}
	return s.IntervalMinutes(nil) - s.IntervalMinutes(func(v Interval) bool { return !v.Assistant })
}

// Overlap is the minutes that an interval of s and one of o share, where by chooses the pairs of
// intervals, nil all.
func (s *Service) Overlap(o *Service, by func(a, b Interval) bool) (minutes int) {
	for _, a := range s.Intervals {
		for _, b := range o.Intervals {
			if by == nil || by(a, b) {
				minutes += max(0, int(min(a.End, b.End))-int(max(a.Start, b.Start)))
			}
		}
	}
	return minutes
}

// twoClinicians tells whether one interval is the therapist's and the other the assistant's.
func twoClinicians(a, b Interval) bool { return a.Assistant != b.Assistant }

// countOnce takes out minutes in which therapist and assistant worked on two services of a pool: a
// patient's minute counts once (Pub 100-04 ch. 5 §20.3). One clinician twice in a minute is an error of
// the record that a rule reports.
func (c *Case) countOnce(pool func(discipline string) string) {
	for i := range c.Services {
		s := &c.Services[i]
		if len(s.Intervals) == 0 {
			continue
		}
		for j := 0; j < i && s.timed != nil; j++ {
			o := &c.Services[j]
			shared := s.Overlap(o, twoClinicians)
			if shared == 0 || pool(s.Discipline) != pool(o.Discipline) {
				continue
			}
			switch c.TimedCode(o) {
			case "":
			case s.timed.Code:
				t := c.timedCode(pool(s.Discipline), s.timed)
				t.Minutes = max(0, t.Minutes-shared)
				t.Assistant = max(0, t.Assistant-shared)
			default:
				c.timedPool(pool(s.Discipline)).Concurrent += shared
			}
		}
	}
}

// disciplines tells whether several disciplines treated and every timed service and line says whose it
// is (split), or several treated and one does not say so (mixed).
func (c *Case) disciplines() (split, mixed bool) {
	var services, lines uint8
	for i := range c.Services {
		if s := &c.Services[i]; c.TimedCode(s) != "" {
			services |= disciplineBit(s.Discipline)
		}
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.TimedCode() != "" {
			lines |= disciplineBit(c.lineDiscipline(l))
		}
	}
	several := func(set uint8) bool { return bits.OnesCount8(set&^unsaid) > 1 }
	switch {
	case several(services):
		split = services&unsaid == 0 && lines&^services == 0
		return split, !split
	case services == 0 || services&unsaid != 0:
		return false, several(lines)
	}
	return false, false
}

// unsaid is the bit of a service or line that does not say its discipline.
const unsaid = 8

func disciplineBit(discipline string) uint8 {
	switch discipline {
	case "PT":
		return 1
	case "OT":
		return 2
	case "SLP":
		return 4
	}
	return unsaid
}

// LineDiscipline is PT, OT or SLP by the line's only discipline modifier GP, GO or GN; empty when it has none or several.
func (l *Line) LineDiscipline() string { return l.said }

// sayDiscipline is what LineDiscipline says, found once.
func (l *Line) sayDiscipline() string {
	found := ""
	for _, m := range l.Modifiers {
		d := ModifierDiscipline(m)
		if d != "" && found != "" && d != found {
			return ""
		}
		if d != "" {
			found = d
		}
	}
	return found
}

// ModifierDiscipline is the discipline that GP, GO or GN says; empty for another modifier.
func ModifierDiscipline(modifier string) string {
	switch modifier {
	case "GP":
		return "PT"
	case "GO":
		return "OT"
	case "GN":
		return "SLP"
	}
	return ""
}

// DisciplineModifier is the modifier that says the discipline: GP, GO or GN; empty for none.
func DisciplineModifier(discipline string) string {
	switch discipline {
	case "PT":
		return "GP"
	case "OT":
		return "GO"
	case "SLP":
		return "GN"
	}
	return ""
}

// CredentialDiscipline is the discipline of a therapist's or an assistant's credential; empty for any other.
func CredentialDiscipline(credential string) string {
	switch credential {
	case "PT", "PTA":
		return "PT"
	case "OT", "OTA":
		return "OT"
	case "SLP":
		return "SLP"
	}
	return ""
}

// Discipline is whose therapy the line is: by its modifier, else by what its code, its services or its
// rendering provider's credential say; empty when nothing says it.
func (c *Case) Discipline(l *Line) string {
	if d := c.lineDiscipline(l); d != "" {
		return d
	}
	return c.DisciplineOnRecord(l)
}

// DisciplineOnRecord is what Discipline says where the line has no modifier.
func (c *Case) DisciplineOnRecord(l *Line) string {
	if l.Known == refdata.Present && l.Facts.Discipline != refdata.NoDiscipline {
		return l.Facts.Discipline.String()
	}
	if d := c.servicesDiscipline(l); d != "" {
		return d
	}
	return CredentialDiscipline(c.RenderedBy(l).Credential)
}

// lineDiscipline is the line's discipline by its modifier, else by its services where all say the same one.
func (c *Case) lineDiscipline(l *Line) string { return l.discipline }

// servicesDiscipline is the one discipline that all services of the line say.
func (c *Case) servicesDiscipline(l *Line) string {
	if len(l.Services) == 0 {
		return ""
	}
	d := c.Services[l.Services[0]].Discipline
	for _, s := range l.Services[1:] {
		if c.Services[s].Discipline != d {
			return ""
		}
	}
	return d
}
