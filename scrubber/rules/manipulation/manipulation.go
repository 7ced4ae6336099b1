// Package manipulation holds billed osteopathic and chiropractic manipulation against the body regions
// documented.
package manipulation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{OMTRegionBand, CMTSpinalRegionBand, CMTExtraspinalRegion, OneManipulationCode, ManipulationRegionsMissing}
}

// family is a group of codes of which a session takes one.
type family uint8

const (
	osteopathic family = iota // 98925 to 98929
	spinal                    // 98940 to 98942
	extraspinal               // 98943
	families
)

// has tells whether code is of the family.
func (f family) has(code string) bool {
	_, _, ok := f.band(code)
	return ok
}

// band is the fewest and the most regions that code covers; it is not ok for a code of another family.
func (f family) band(code string) (lo, hi int, ok bool) {
	switch {
	case f == osteopathic:
		return anatomy.OMTBand(code)
	case f == spinal:
		return anatomy.CMTBand(code)
	}
	return 1, 5, code == "98943"
}

// code is the family's code for n regions; empty for none.
func (f family) code(n int) string {
	switch {
	case f == osteopathic:
		return anatomy.OMTCode(n)
	case f == spinal:
		return anatomy.CMTCode(n)
	case n > 0:
		return "98943"
	}
	return ""
}

// counted is the part of the regions that the family's codes count.
func (f family) counted(regions anatomy.Set) anatomy.Set {
	switch f {
	case spinal:
		return regions.Spinal()
	case extraspinal:
		return regions.Extraspinal()
	}
	return regions
}

// documents tells whether the service is what the family's codes bill.
func (f family) documents(s *scrubber.Service) bool {
	if f == osteopathic {
		return s.Kind == scrubber.OsteopathicManipulation || f.has(s.Code)
	}
	return s.Kind == scrubber.ChiropracticManipulation || f.has(s.Code)
}

// familyOf is the family of the code; it is not ok for a code that is no manipulation.
func familyOf(code string) (f family, ok bool) {
	if !strings.HasPrefix(code, "989") {
		return 0, false
	}
	for f := range families {
		if f.has(code) {
			return f, true
		}
	}
	return 0, false
}

// evidence is what is documented for one line.
type evidence struct {
	regions anatomy.Set // of the session that the line is held against, its services united
	visit   anatomy.Set // the same; of all sessions united where they are more than the lines that bill them
	surplus bool        // more lines of the family than sessions: the line has none of its own
}

// evidence holds a line against a session: a linked line against the fullest session it links, the
// unlinked ones, highest code first, against the sessions no line links, fullest first.
func (f family) evidence(c *scrubber.Case, l *scrubber.Line) evidence {
	rank, lines, sessions := 0, 1, make([]anatomy.Set, 0, 8)
	if len(l.ServiceIDs) > 0 {
		sessions = f.sessions(c, sessions, func(session int) bool { return f.links(c, l, session) })
	} else {
		rank, lines = f.rank(c, l)
		sessions = f.sessions(c, sessions, func(session int) bool { return !f.linkedByAny(c, session) })
	}
	own := len(sessions)
	if own == 0 && len(l.ServiceIDs) == 0 {
		sessions = f.sessions(c, sessions, func(int) bool { return true })
	}
	if len(sessions) == 0 {
		return evidence{}
	}
	slices.SortFunc(sessions, func(a, b anatomy.Set) int {
		return cmp.Or(f.counted(b).Count()-f.counted(a).Count(), cmp.Compare(a, b))
	})
	e := evidence{regions: sessions[min(rank, len(sessions)-1)], surplus: rank >= own}
	e.visit = e.regions
	for _, s := range sessions {
		if lines < len(sessions) {
			e.visit |= s
		}
	}
	return e
}

// sessions appends the regions of each session of the family that keep wants.
func (f family) sessions(c *scrubber.Case, to []anatomy.Set, keep func(session int) bool) []anatomy.Set {
	for i := range c.Services {
		if s := &c.Services[i]; f.first(c, i) && keep(s.Session) {
			to = append(to, f.regions(c, s.Session))
		}
	}
	return to
}

// first tells whether service i is the first of its session that documents the family.
func (f family) first(c *scrubber.Case, i int) bool {
	if !f.documents(&c.Services[i]) {
		return false
	}
	for j := range i {
		if c.Services[j].Session == c.Services[i].Session && f.documents(&c.Services[j]) {
			return false
		}
	}
	return true
}

// regions is the regions of the family's services of a session, united as the event contract says.
func (f family) regions(c *scrubber.Case, session int) (regions anatomy.Set) {
	for i := range c.Services {
		if s := &c.Services[i]; s.Session == session && f.documents(s) {
			regions |= s.Regions
		}
	}
	return regions
}

// links tells whether the line names a service of the session by its id.
func (f family) links(c *scrubber.Case, l *scrubber.Line, session int) bool {
	if len(l.ServiceIDs) == 0 {
		return false
	}
	for _, i := range l.Services {
		if s := &c.Services[i]; s.Session == session && f.documents(s) {
			return true
		}
	}
	return false
}

func (f family) linkedByAny(c *scrubber.Case, session int) bool {
	for i := range c.Lines {
		if l := &c.Lines[i]; f.has(l.Code) && f.links(c, l, session) {
			return true
		}
	}
	return false
}

// rank is how many unlinked lines of the family stand before l, those with a higher code first, then by line
// number; and how many there are.
func (f family) rank(c *scrubber.Case, l *scrubber.Line) (before, lines int) {
	for i := range c.Lines {
		o := &c.Lines[i]
		if len(o.ServiceIDs) > 0 || !f.has(o.Code) {
			continue
		}
		lines++
		if cmp.Or(cmp.Compare(l.Code, o.Code), cmp.Compare(o.Number, l.Number), cmp.Compare(o.Index, l.Index)) < 0 {
			before++
		}
	}
	return before, lines
}

// recode is the fix that bills what is documented. A lower code is safe to apply unless the day bills it
// already; a higher one claims more money and is for a human.
func recode(c *scrubber.Case, l *scrubber.Line, code string) *scrubber.Fix {
	safe := code < l.Code
	for i := range c.Lines {
		safe = safe && c.Lines[i].Code != code
	}
	for i := range c.SameDay {
		safe = safe && c.SameDay[i].Code != code
	}
	return &scrubber.Fix{
		Summary: "bill " + code + " instead of " + l.Code + "; the fee must follow",
		Safe:    safe,
		Patch:   scrubber.Replace(l.Pointer("code"), code),
	}
}

// plural is n and a noun, as in "2 body regions".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// span is the regions a code covers, as in "3-4" or "5".
func span(lo, hi int) string {
	if lo == hi {
		return strconv.Itoa(lo)
	}
	return strconv.Itoa(lo) + "-" + strconv.Itoa(hi)
}
