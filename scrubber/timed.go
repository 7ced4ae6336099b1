package scrubber

import (
	"cmp"
	"slices"

	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/units"
)

// TimedPool is the timed services whose minutes are judged together: those of one discipline where
// several treated and every timed service and line says whose it is, else all of the claim.
type TimedPool struct {
	Discipline string // PT, OT, SLP, or empty for the only pool
	// Mixed tells that several disciplines treated and a service or a line does not say whose it is, so
	// that nothing of the pool can be judged.
	Mixed bool
	Codes []TimedCode // the pooled ones first, each part by code
	// Total is the minutes of the pooled codes together, or NotSent. Where the minutes of a service were
	// not sent it is the encounter's total_timed_minutes.
	Total int
	// PerCode tells whether Total is the sum of the codes' minutes, so that units can be held against
	// minutes code by code.
	PerCode bool
	// Concurrent is minutes in which therapist and assistant worked on different codes. They count once
	// in Total, and no source says to which code.
	Concurrent int

	pooled     int // how many of Codes
	allocation units.Allocation
	counts     []int // minutes, then billed units, of the pooled codes
}

// TimedCode is one timed code: what is documented and what is billed. An add-on code counts with its primary.
type TimedCode struct {
	Code        string
	First, Then int    // minutes of the first unit and of each further one; 15 and 15 for the pooled codes
	Whole       bool   // a unit takes all its minutes, not just more than half (Pub 100-04 ch. 5 §20.4)
	Further     string // the add-on code of further units, or empty
	Minutes     int    // documented, split episodes summed; 0 when nothing is documented
	Assistant   int    // the part of Minutes the assistant furnished alone
	Missing     bool   // a service that feeds the code was sent without minutes
	Documented  bool   // a service feeds the code
	Billed      int    // units of all lines
	Alone       bool   // the lines bill the add-on without its primary
	Elsewhere   bool   // Alone, and another encounter of the day bills the primary: the minutes are all of further units

	facts  *refdata.Code
	pooled bool
}

// Pooled is the codes whose minutes pool under the CMS 8-minute rule.
func (p *TimedPool) Pooled() []TimedCode { return p.Codes[:p.pooled] }

// Minutes is the documented minutes of the pooled codes, parallel to Pooled.
func (p *TimedPool) Minutes() []int { return p.counts[:p.pooled:p.pooled] }

// Billed is the billed units of the pooled codes, parallel to Pooled.
func (p *TimedPool) Billed() []int { return p.counts[p.pooled:] }

// BilledUnits is the billed units of the pooled codes together.
func (p *TimedPool) BilledUnits() (total int) {
	for _, n := range p.Billed() {
		total += n
	}
	return total
}

// Allocation is the right ways to spread the units that the pooled minutes earn, parallel to Pooled.
func (p *TimedPool) Allocation() units.Allocation { return p.allocation }

// Pooled tells whether the code's minutes pool under the CMS 8-minute rule.
func (t *TimedCode) Pooled() bool { return t.pooled }

// Earns is the units that the code's minutes earn counted alone: by the CPT midpoint, or by whole periods.
func (t *TimedCode) Earns() int {
	if !t.Whole {
		return t.EarnsAtMidpoint()
	}
	if t.Minutes < t.First {
		return 0
	}
	return 1 + (t.Minutes-t.First)/t.Then
}

// EarnsAtMidpoint is the units that the code's minutes earn counted alone by the CPT midpoint; a further
// unit counts beyond the full first one.
func (t *TimedCode) EarnsAtMidpoint() int {
	if t.Minutes < t.First {
		return units.Midpoint(t.Minutes, t.First)
	}
	return 1 + units.Midpoint(t.Minutes-t.First, t.Then)
}

// timedCodeOf is the code under which units of f are counted by minutes: an add-on's primary, else its
// own. It is nil for an untimed code, for acupuncture, whose add-on asks for more than time, and for
// remote monitoring, whose minutes are a month's.
func (c *Case) timedCodeOf(f *refdata.Code) *refdata.Code {
	switch {
	case !f.Timed() || f.Is(refdata.Acupuncture|refdata.Electroacupuncture|refdata.RTM):
		return nil
	case f.AddOn():
		f, _ = c.Tables.Code(f.Primaries[0])
	}
	return f
}

// named is the code, empty for none.
func named(f *refdata.Code) string {
	if f == nil {
		return ""
	}
	return f.Code
}

// TimedCode is the code under which the line's units are counted by minutes; empty for an untimed line.
func (l *Line) TimedCode() string { return named(l.timed) }

// TimedCode is the timed code that the service's minutes feed: what its kind maps to, whatever was billed.
// It is empty for untimed services; needling never feeds 97140. Unattended stimulation is untimed.
func (c *Case) TimedCode(s *Service) string { return named(s.timed) }

// feeds is what TimedCode says, found once.
func (c *Case) feeds(s *Service) *refdata.Code {
	code := s.Code
	switch codes := s.Kind.Codes(); {
	case s.Needling:
		return nil
	case s.Kind == ElectricalStimulation || s.Kind == TENS:
		if s.Attended == No || s.Attended == FactUnknown && !c.BillsCode("97032") {
			return nil
		}
		code = "97032"
	case (s.Kind == OrthoticManagement || s.Kind == ProstheticTraining) && code == "97763": // a later encounter of either
	case s.Kind == Biofeedback && c.pelvicFloor(s):
		code = "90912"
	case len(codes) == 1:
		code = codes[0]
	case len(codes) > 1:
		return nil // manipulation, evaluation, needling, injection, acupuncture: none is timed
	}
	if code == "" {
		return nil
	}
	f, known := c.Tables.Code(code)
	if known != refdata.Present {
		return nil
	}
	return c.timedCodeOf(f)
}

// pelvicFloor tells whether a biofeedback service trained the pelvic floor, which is timed: by its code, else
// where the claim bills that and no other biofeedback.
func (c *Case) pelvicFloor(s *Service) bool {
	if s.Code != "" {
		return s.Code == "90912" || s.Code == "90913"
	}
	return c.BillsCode("90912") && !c.BillsCode("90901")
}

// BillsCode tells whether any line bills code.
func (c *Case) BillsCode(code string) bool {
	for i := range c.Lines {
		if c.Lines[i].Code == code {
			return true
		}
	}
	return false
}

// CountsTo tells whether the line bills t, or any pooled code for nil, in the pool.
func (c *Case) CountsTo(p *TimedPool, t *TimedCode, l *Line) bool {
	code := l.TimedCode()
	switch {
	case code == "" || p.Discipline != "" && c.lineDiscipline(l) != p.Discipline:
		return false
	case t != nil:
		return t.Code == code
	}
	for i := range p.Pooled() {
		if p.Codes[i].Code == code {
			return true
		}
	}
	return false
}

// TimedLines are the lines that bill t, or any pooled code for nil, in the pool: by code, an add-on after
// its primary, then by line number.
func (c *Case) TimedLines(p *TimedPool, t *TimedCode) (lines []*Line) {
	for i := range c.Lines {
		if l := &c.Lines[i]; c.CountsTo(p, t, l) {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b *Line) int {
		return cmp.Or(cmp.Compare(a.TimedCode(), b.TimedCode()), cmp.Compare(len(a.Facts.Primaries), len(b.Facts.Primaries)),
			cmp.Compare(a.Number, b.Number), cmp.Compare(a.Index, b.Index))
	})
	return lines
}

// Method is the claim's unit method, and whether the profile is certain of it. A rule that asks here says
// itself which of its findings hold under the other method too; UnitMethod makes them all inferred.
func (c *Case) Method() (m UnitMethod, certain bool) {
	return c.unitMethod, !c.Policy.methodGuess
}

// pool sums documented minutes and billed units by timed code.
func (c *Case) pool() {
	for i := range c.Services {
		c.Services[i].timed = c.feeds(&c.Services[i])
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Known == refdata.Present {
			l.timed = c.timedCodeOf(l.Facts)
		}
	}
	split, mixed := c.disciplines()
	of := func(discipline string) string {
		if split {
			return discipline
		}
		return ""
	}
	for i := range c.Services {
		s := &c.Services[i]
		if s.timed == nil {
			continue
		}
		t := c.timedCode(of(s.Discipline), s.timed)
		t.Documented = true
		if m := s.ServiceMinutes(); m == NotSent {
			t.Missing = true
		} else {
			t.Minutes += m
			t.Assistant += max(0, s.AssistantAlone())
		}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.timed != nil {
			discipline := ""
			if split {
				discipline = c.lineDiscipline(l)
			}
			c.timedCode(discipline, l.timed).Billed += max(0, l.Units)
		}
	}
	c.countOnce(of)
	for i := range c.Timed {
		c.Timed[i].finish(c, mixed)
	}
}

// timedPool finds or adds the pool of the discipline.
func (c *Case) timedPool(discipline string) *TimedPool {
	for i := range c.Timed {
		if c.Timed[i].Discipline == discipline {
			return &c.Timed[i]
		}
	}
	if c.Timed == nil {
		c.Timed = append(c.room.timed[:0], TimedPool{Codes: c.room.timedCode[:0], counts: c.room.counts[:0]})
	} else {
		c.Timed = append(c.Timed, TimedPool{})
	}
	p := &c.Timed[len(c.Timed)-1]
	p.Discipline = discipline
	return p
}

// timedCode finds or adds the entry of the code in the pool of the discipline; it holds until the next one is added.
func (c *Case) timedCode(discipline string, f *refdata.Code) *TimedCode {
	p := c.timedPool(discipline)
	for i := range p.Codes {
		if p.Codes[i].facts == f {
			return &p.Codes[i]
		}
	}
	pooled := f.EightMinute()
	p.Codes = append(p.Codes, TimedCode{})
	at := len(p.Codes) - 1
	for at > 0 && p.Codes[at-1].after(f.Code, pooled) {
		p.Codes[at] = p.Codes[at-1]
		at--
	}
	t := &p.Codes[at]
	*t = TimedCode{facts: f, Code: f.Code, First: f.Minutes, Then: f.Minutes, Whole: f.Is(refdata.WorkHardening), pooled: pooled}
	switch f.Code { // further units are an add-on's, some of them shorter (Pub 100-04 ch. 5 §20.4; CPT)
	case "97545":
		t.Then, t.Further = 60, "97546"
	case "97550":
		t.Then, t.Further = 15, "97551"
	case "97129":
		t.Further = "97130"
	case "90912":
		t.Further = "90913"
	}
	return t
}

// after tells the order of a pool's codes: whether t stands after the given one.
func (t *TimedCode) after(code string, pooled bool) bool {
	if t.pooled != pooled {
		return pooled
	}
	return t.Code > code
}

// finish counts what the pool's codes have together.
func (p *TimedPool) finish(c *Case, mixed bool) {
	p.Mixed = mixed
	p.PerCode = c.Documented && p.Concurrent == 0
	for i := range p.Codes {
		t := &p.Codes[i]
		if t.Further != "" && t.Billed > 0 && !c.BillsCode(t.Code) {
			t.Alone = true
			if slices.ContainsFunc(c.SameDay, func(s SameDayLine) bool { return s.Code == t.Code }) {
				t.Elsewhere, t.First = true, t.Then
			}
		}
		if !t.pooled {
			continue
		}
		p.pooled++
		p.Total += t.Minutes
		// A code that no service feeds has no minutes, unless the visit's total says there were more.
		unseen := t.Missing || !t.Documented && (!c.Documented || c.TotalTimedMinutes != NotSent)
		p.PerCode = p.PerCode && !unseen
	}
	p.counts = slices.Grow(p.counts, 2*p.pooled)[:2*p.pooled]
	for i := range p.Pooled() {
		p.counts[i], p.counts[p.pooled+i] = p.Codes[i].Minutes, p.Codes[i].Billed
	}
	p.allocation = units.Allocate(p.Minutes())
	switch {
	case p.PerCode:
	case c.Documented && p.Concurrent > 0 && !slices.ContainsFunc(p.Pooled(), func(t TimedCode) bool { return t.Missing }):
		p.Total -= p.Concurrent
	case len(c.Timed) == 1:
		p.Total = c.TotalTimedMinutes
	default:
		p.Total = NotSent
	}
}
