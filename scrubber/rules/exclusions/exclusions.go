// Package exclusions keeps what is not manual therapy out of 97140: needle insertion, massage,
// biofeedback, and the same minutes a second time; and tells attended from unattended stimulation.
package exclusions

import (
	"slices"
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
	"claimscrub/scrubber/refdata"
)

const manualTherapy = "97140"

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{NeedlingNotManualTherapy, NeedlingMuscleCount, EMGBiofeedbackCode, ElectricalStimulationCode,
		MassageNotManualTherapy, ManualTherapyOncePerBlock}
}

// told tells manual therapy from what is none on each line of 97140: a line that stands for the excluded alone is what instead
// says, and one that stands for both, or for manual therapy where the excluded is documented and unbilled, is judged by its units.
func told(c *scrubber.Case, r *scrubber.Report, what string, excluded func(*scrubber.Service) bool, unbilled bool,
	instead func(*scrubber.Case, *scrubber.Line) scrubber.Finding) {
	var mixed []*scrubber.Line
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Code != manualTherapy {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services, so that "+what+" can be told from manual therapy")
			return
		}
		switch m := mix(c, l, excluded); {
		case m.excluded && !m.manual:
			r.Add(instead(c, l))
		case m.manual && (m.excluded || unbilled):
			mixed = append(mixed, l)
		}
	}
	if len(mixed) > 0 {
		surplusUnits(c, r, mixed, what)
	}
}

// mixture is what a 97140 line stands for: manual therapy, what is not, or both.
type mixture struct{ manual, excluded bool }

// mix sorts the line's services into manual therapy and what excluded says is none.
func mix(c *scrubber.Case, l *scrubber.Line, excluded func(*scrubber.Service) bool) (m mixture) {
	for _, i := range l.Services {
		switch s := &c.Services[i]; {
		case excluded(s):
			m.excluded = true
		case s.Supports(manualTherapy):
			m.manual = true
		}
	}
	return m
}

// manualTherapyEarns is the most units of 97140 that its documented minutes earn in any right allocation.
// It is not known where minutes were not sent.
func manualTherapyEarns(c *scrubber.Case) (earned int, known bool) {
	for i := range c.Timed {
		p := &c.Timed[i]
		for j := range p.Codes {
			t := &p.Codes[j]
			switch {
			case t.Code != manualTherapy:
			case t.Missing || p.Mixed:
				return 0, false
			case c.UnitMethod() == scrubber.CPTMidpoint:
				earned += t.Earns()
			case p.PerCode && t.Pooled():
				a := p.Allocation()
				earned += a.Most(j)
			default: // the minutes of another code were not sent: one unit more than the full blocks at most
				earned += (t.Minutes + 14) / 15
			}
		}
	}
	return earned, true
}

// surplusUnits judges the lines of 97140 that stand for manual therapy and for something excluded: the units
// that the minutes of manual therapy do not earn were billed for the other.
func surplusUnits(c *scrubber.Case, r *scrubber.Report, mixed []*scrubber.Line, what string) {
	earned, known := manualTherapyEarns(c)
	if !known {
		r.NotEvaluated(scrubber.DocumentationNotSent, "send the minutes of manual therapy and of "+what)
		return
	}
	billed := 0
	finding := scrubber.Finding{Expected: strconv.Itoa(earned)}
	for _, l := range mixed {
		billed += l.Units
		finding.Lines = append(finding.Lines, l.Number)
	}
	if billed <= earned {
		return
	}
	slices.Sort(finding.Lines)
	finding.Billed = strconv.Itoa(billed)
	finding.Message = manualTherapy + " billed with " + plural(billed, "unit") + "; manual therapy earns " + strconv.Itoa(earned) + ", and " + what + " earns none"
	finding.Pointer = mixed[0].Pointer("units")
	if len(mixed) == 1 && earned > 0 {
		finding.Fix = &scrubber.Fix{
			Summary: "bill " + plural(earned, "unit") + " of 97140, and " + what + " with its own code; the charge must follow",
			Safe:    true, Patch: scrubber.Replace(finding.Pointer, earned),
		}
	}
	r.Add(finding)
}

// muscles is the distinct muscles of the services that keep wants; complete is false where one names none.
func muscles(c *scrubber.Case, keep func(i int, s *scrubber.Service) bool) (distinct int, complete bool) {
	complete = true
	for i := range c.Services {
		s := &c.Services[i]
		if !keep(i, s) {
			continue
		}
		complete = complete && len(s.Muscles) > 0
		for m := range s.Muscles {
			if !namedBefore(c, keep, i, m) {
				distinct++
			}
		}
	}
	return distinct, complete
}

// namedBefore tells whether muscle m of service i is named before it in the services kept.
func namedBefore(c *scrubber.Case, keep func(int, *scrubber.Service) bool, i, m int) bool {
	name := c.Services[i].Muscles[m]
	for j := range i + 1 {
		s := &c.Services[j]
		if !keep(j, s) {
			continue
		}
		for n, other := range s.Muscles {
			if j == i && n == m {
				return false
			}
			if anatomy.SameMuscle(name, other) {
				return true
			}
		}
	}
	return false
}

// needlingCode is the code for n distinct muscles needled; empty for none.
func needlingCode(n int) string {
	switch {
	case n == 0:
		return ""
	case n <= 2:
		return "20560"
	}
	return "20561"
}

// fits tells whether the line may be billed with code instead without a new conflict on the day: neither
// code stands on another line, no pair edit joins it with another line, and its units are within its limit.
// The edits are read of the policy itself: an uncertain choice of table makes no finding uncertain here.
func fits(c *scrubber.Case, l *scrubber.Line, code string, billed int) bool {
	if limit, found := c.Tables.MUE(c.Policy.Edits, code); found == refdata.Present && billed > limit.Value {
		return false
	}
	conflict := func(other string) bool {
		_, found := c.Tables.Pair(c.Policy.Edits, code, other)
		return other == code || found == refdata.Present
	}
	for i := range c.Lines {
		if o := &c.Lines[i]; o != l && (o.Code == l.Code || conflict(o.Code)) {
			return false
		}
	}
	return !slices.ContainsFunc(c.SameDay, func(o scrubber.SameDayLine) bool { return conflict(o.Code) })
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
