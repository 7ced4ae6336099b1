// Package timed holds units that are counted by minutes against the minutes documented.
package timed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/units"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		TimedUnitsExceedMinutes, TimedUnitsAllocation, TimedUnitsUnderBilled, TimedMinutesMissing,
		UntimedUnits, TimeRecordConflict, FullBlockNotBilled, TimedCodeOnSeveralLines,
	}
}

// manual is Medicare's manual on outpatient therapy; its section 20.2 is the 8-minute rule.
func manual(section string) scrubber.Source {
	return scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: section,
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	}
}

// wholePeriods is the source of a finding on work hardening, a unit of which takes all its time.
var wholePeriods = manual("20.4, 97545 and 97546")

// midpoint is the source of a finding under the other method.
var midpoint = scrubber.Source{Authority: "AMA", Title: "CPT", Section: "introduction: time; a unit is attained when its midpoint is passed"}

const (
	concurrentDetail = "therapist and assistant worked on different codes in the same minutes, and no source says whose minutes they are"
	sharedDetail     = "several disciplines treated in the same minutes, which count once, and no source says whose they are"
	mixedDetail      = "several disciplines treated, and a timed service or line does not say which: send discipline with each service and GP, GO or GN with each line"
	minutesDetail    = "timed units need minutes: send services with minutes, or total_timed_minutes"
	servicesDetail   = "timed units need minutes, and the visit's total does not say whose they are: send services with minutes"
	perCodeDetail    = "the split needs the minutes of each timed service: send services with minutes"
)

// amount is units of one code.
type amount struct {
	code  string
	units int
}

// billed is what the lines of t bill, or for nil those of all pooled codes, as in "97110 x2, 97140 x1".
func billed(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode) string {
	var of []amount
	for _, l := range c.TimedLines(p, t) {
		if n := len(of); n > 0 && of[n-1].code == l.Code {
			of[n-1].units += max(0, l.Units)
		} else {
			of = append(of, amount{l.Code, max(0, l.Units)})
		}
	}
	return list(of)
}

// unitsOf is the billed units of t as their lines have them, as in "2 units of 97110" and "3 units of 97545 and 97546".
func unitsOf(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode) string {
	var codes []string
	for _, l := range c.TimedLines(p, t) {
		if !slices.Contains(codes, l.Code) {
			codes = append(codes, l.Code)
		}
	}
	if codes == nil {
		codes = []string{t.Code}
	}
	return plural(t.Billed, "unit") + " of " + strings.Join(codes, " and ")
}

// wanted is units of the pooled codes as lines would bill them.
func wanted(p *scrubber.TimedPool, units []int) string {
	var of []amount
	for i, n := range units {
		of = append(of, lines(&p.Pooled()[i], n)...)
	}
	return list(of)
}

// lines is n units of t: further ones on the add-on code, where it has one.
func lines(t *scrubber.TimedCode, n int) []amount {
	switch {
	case t.Further == "":
		return []amount{{t.Code, n}}
	case t.Elsewhere:
		return []amount{{t.Further, n}}
	}
	return []amount{{t.Code, min(n, 1)}, {t.Further, max(0, n-1)}}
}

// list is amounts as a biller writes them; codes without a unit are left out.
func list(of []amount) string {
	var b strings.Builder
	for _, a := range of {
		if a.units == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s x%d", a.code, a.units)
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// minutes is the documented minutes of the pooled codes, as in "97110 33 min, 97140 7 min".
func minutes(p *scrubber.TimedPool) string {
	var b strings.Builder
	for i, t := range p.Pooled() {
		if t.Minutes == 0 && t.Billed == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d min", t.Code, p.Minutes()[i])
	}
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// known tells whether the code's own minutes are. A code that no service feeds has none, unless the
// visit's total timed minutes say that there was more than the services show.
func known(c *scrubber.Case, t *scrubber.TimedCode) bool {
	return c.Documented && !t.Missing && (t.Documented || c.TotalTimedMinutes == scrubber.NotSent)
}

// sharedMinutes is the minutes that the pools of several disciplines, of those that keep wants, have in common by the clock: a patient's
// minute counts once, whoever treated in it (Pub. 100-04 ch. 5 §20.3).
func sharedMinutes(c *scrubber.Case, keep func(*scrubber.TimedPool) bool) int {
	if len(c.Timed) < 2 {
		return 0
	}
	var all units.Timeline
	sum := 0
	for i := range c.Timed {
		p := &c.Timed[i]
		var own units.Timeline
		for j := range c.Services {
			s := &c.Services[j]
			if s.Discipline != p.Discipline || !keep(p) ||
				!slices.ContainsFunc(p.Pooled(), func(t scrubber.TimedCode) bool { return t.Code == c.TimedCode(s) }) {
				continue
			}
			for _, v := range s.Intervals {
				own.Add(units.Interval{Start: v.Start, End: v.End})
				all.Add(units.Interval{Start: v.Start, End: v.End})
			}
		}
		sum += own.Minutes()
	}
	return sum - all.Minutes()
}

// lacking says which minutes to send where those of a pool or code are not known.
func lacking(c *scrubber.Case) string {
	if c.TotalTimedMinutes != scrubber.NotSent {
		return servicesDetail
	}
	return minutesDetail
}

// certainty is that of a finding where the profile may not be certain of the unit method: sure if it is, or
// if the other method says the same.
func certainty(sure bool) scrubber.Certainty {
	if sure {
		return scrubber.Published
	}
	return scrubber.Inferred
}

// otherEncounter tells whether another encounter of the day bills a pooled code, this one or, for the empty
// code, any: its minutes are not known here, and what is left of them may earn a unit together with these.
func otherEncounter(c *scrubber.Case, code string) bool {
	for i := range c.SameDay {
		f, known := c.Tables.Code(c.SameDay[i].Code)
		if known == refdata.Present && f.EightMinute() && (code == "" || code == f.Code) {
			return true
		}
	}
	return false
}

// nearest is the right allocation that changes the fewest billed units.
func nearest(p *scrubber.TimedPool) []int {
	codes := make([]string, len(p.Pooled()))
	for i, t := range p.Pooled() {
		codes[i] = t.Code
	}
	return p.Allocation().Nearest(codes, p.Billed())
}

func numbers(lines []*scrubber.Line) (out []int) {
	for _, l := range lines {
		out = append(out, l.Number)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// place is where to look: the units of the first line that bills a code, else its first service's minutes.
func place(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode) string {
	if lines := c.TimedLines(p, t); len(lines) > 0 {
		return lines[0].Pointer("units")
	}
	return servicePlace(c, p, t.Code)
}

// servicePlace is the minutes of the first service that feeds the code in the pool, or the clock times that say them.
func servicePlace(c *scrubber.Case, p *scrubber.TimedPool, code string) string {
	for i := range c.Services {
		s := &c.Services[i]
		if c.TimedCode(s) == code && (p.Discipline == "" || s.Discipline == p.Discipline) {
			if s.Minutes == scrubber.NotSent && len(s.Intervals) > 0 {
				return s.Pointer("intervals")
			}
			return s.Pointer("minutes")
		}
	}
	return "/charges"
}

// change is lines with the units they should have.
type change struct {
	units   map[*scrubber.Line]int
	several bool // a code with several lines was changed: whose units they are is for a human
	first   *scrubber.Line
}

// bring adds to the change what brings the lines of t from its billed units to want. It is not ok if that
// takes a line the claim does not have.
func (ch *change) bring(c *scrubber.Case, p *scrubber.TimedPool, t *scrubber.TimedCode, want int) (ok bool) {
	lines := c.TimedLines(p, t)
	if want == t.Billed {
		return true
	}
	if t.Alone && !t.Elsewhere { // the first unit is the primary's
		return false
	}
	if ch.units == nil {
		ch.units = map[*scrubber.Line]int{}
	}
	ch.several = ch.several || len(lines) > 1
	if more := want - t.Billed; more > 0 {
		last := len(lines) - 1
		if last < 0 || t.Further != "" && !lines[last].Facts.AddOn() {
			return false
		}
		ch.set(lines[last], max(0, lines[last].Units)+more)
		return true
	}
	for i, less := len(lines)-1, t.Billed-want; i >= 0 && less > 0; i-- {
		take := min(less, max(0, lines[i].Units))
		ch.set(lines[i], lines[i].Units-take)
		less -= take
	}
	return true
}

func (ch *change) set(l *scrubber.Line, units int) {
	if ch.first == nil {
		ch.first = l
	}
	ch.units[l] = units
}

// overLimit tells whether a line would have more units than its published limit, with those of the provider's other encounters of the day: another
// rule would take them off again.
func (ch *change) overLimit(c *scrubber.Case) bool {
	for l, units := range ch.units {
		if l.Limited != refdata.Present || units <= l.Units {
			continue
		}
		for i := range c.SameDay {
			if s := &c.SameDay[i]; s.Code == l.Code && (s.RenderingNPI == "" || s.RenderingNPI == c.RenderedBy(l).NPI) {
				units += max(0, s.Units)
			}
		}
		if units > l.Limit.Value {
			return true
		}
	}
	return false
}

// atMost is what to do where no more than the wanted units are earned.
func atMost(wanted string) string {
	if wanted == "none" {
		return "take the charge out"
	}
	return "bill no more than " + wanted + "; the charge must follow"
}

// fix is the change as a patch. It is safe if it only takes units off codes of one line each and leaves
// every line standing; nil if it would leave no line at all.
func (ch *change) fix(c *scrubber.Case, summary string) *scrubber.Fix {
	f := &scrubber.Fix{Summary: summary, Safe: !ch.several}
	var gone []*scrubber.Line
	for i := range c.Lines {
		l := &c.Lines[i]
		want, ok := ch.units[l]
		switch {
		case !ok || want == l.Units:
		case want == 0:
			gone = append(gone, l)
		default:
			f.Safe = f.Safe && want < l.Units
			f.Patch = append(f.Patch, scrubber.Replace(l.Pointer("units"), want)...)
		}
	}
	if len(gone) == len(c.Lines) {
		return nil
	}
	slices.SortFunc(gone, func(a, b *scrubber.Line) int { return cmp.Compare(b.Index, a.Index) })
	for _, l := range gone {
		f.Safe = false
		f.Patch = append(f.Patch, l.RemoveLine()...)
	}
	return f
}
