package timed

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/units"
)

// TimedUnitsExceedMinutes is TIM001.
var TimedUnitsExceedMinutes = scrubber.Rule{
	ID: "TIM001", Name: "timed-units-exceed-minutes",
	Title: "More timed units billed than the documented minutes allow",
	Why: "Under the CMS 8-minute rule the minutes of all 15-minute codes of a day together set the most units of all of them: 8 to 22 minutes one, " +
		"23 to 37 two, and so on by 15. Under the CPT midpoint each code stands alone: a unit is attained when more than half of it is done. " +
		"The payer's method binds, even where the other one would allow more. Units above it are denied, or taken back on review of the note.",
	Fix:    "bill the units that the minutes earn, or complete the note if time was spent and not recorded",
	Source: manual("20.2 C"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Timed {
			exceed(c, r, &c.Timed[i])
		}
		exceedOverall(c, r)
	},
}

// exceedOverall holds the units of several disciplines together against their minutes where that says more than each discipline alone: where they
// shared minutes, which count once, where the visit's total is all that is known of them, and where it is not said whose a unit is. However the
// minutes are divided, each discipline's part earns a unit for each 15 minutes, and one more from 8 on.
func exceedOverall(c *scrubber.Case, r *scrubber.Report) {
	bills := func(p *scrubber.TimedPool) bool { return p.BilledUnits() > 0 }
	total, minutes, parts, perCode := 0, 0, 0, true
	var lines []*scrubber.Line
	for i := range c.Timed {
		if p := &c.Timed[i]; bills(p) {
			total, minutes, parts, perCode = total+p.BilledUnits(), minutes+p.Total, parts+1, perCode && p.PerCode
			lines = append(lines, c.TimedLines(p, nil)...)
		}
	}
	shared := 0
	switch method, _ := c.Method(); {
	case total == 0 || method != scrubber.CMSEightMinute:
		return
	case c.Timed[0].Mixed:
		parts = 3 // PT, OT and SLP
	case parts < 2:
		return
	case !perCode:
		minutes = c.TotalTimedMinutes
	default:
		if shared = sharedMinutes(c, bills); shared == 0 {
			return
		}
		minutes -= shared
	}
	most := (minutes + 7*parts) / 15
	if minutes < 0 || total <= most {
		return
	}
	_, certain := c.Method()
	source := manual("20.2 C and 20.3")
	f := scrubber.Finding{
		Certainty: certainty(certain && !otherEncounter(c, "")),
		Message:   fmt.Sprintf("%s billed by several disciplines for %s, which earn at most %d", plural(total, "timed unit"), plural(minutes, "minute"), most),
		Pointer:   lines[0].Pointer("units"), Lines: numbers(lines), Billed: plural(total, "unit"), Expected: "at most " + plural(most, "unit") + " in all",
		Source: &source,
	}
	if shared > 0 {
		f.Message += fmt.Sprintf("; %d more were shared, and a minute counts once", shared)
	}
	r.Add(f)
}

func exceed(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool) {
	if p.Mixed {
		r.NotEvaluated(scrubber.Undecided, mixedDetail)
		return
	}
	method, certain := c.Method()
	cms, alone := method == scrubber.CMSEightMinute, false
	for i := range p.Codes {
		switch t := &p.Codes[i]; {
		case t.Billed == 0 || t.Pooled() && cms:
		case !known(c, t) && !t.Pooled():
			r.NotEvaluated(scrubber.DocumentationNotSent, lacking(c))
		case known(c, t) && t.Billed > t.Earns():
			shared := t.Pooled() && t.Billed <= (t.Minutes+14)/15 && otherEncounter(c, t.Code)
			exceedsAlone(c, r, p, t, cms, (certain || !t.Pooled() || exceedsPooled(p, t)) && !shared)
			alone = true
		}
	}
	total := p.BilledUnits()
	shared := total <= (p.Total+14)/15 && otherEncounter(c, "")
	switch {
	case total == 0 || alone || !cms && p.PerCode:
	case p.Total == scrubber.NotSent:
		r.NotEvaluated(scrubber.DocumentationNotSent, lacking(c))
	case cms && total > units.Aggregate(p.Total):
		exceedsTogether(c, r, p, units.Aggregate(p.Total), (certain || leastMinutes(p) > p.Total || exceedsAnyAlone(p)) && !shared)
	case !cms && leastMinutes(p) > p.Total:
		exceedsTogether(c, r, p, mostUnits(p), (certain || total > units.Aggregate(p.Total)) && !shared)
	}
}

// exceedsPooled tells whether t, billed above its own minutes, is above the pooled ones too.
func exceedsPooled(p *scrubber.TimedPool, t *scrubber.TimedCode) bool {
	if p.Total == scrubber.NotSent || !p.PerCode {
		return false
	}
	a := p.Allocation()
	for i := range p.Pooled() {
		if p.Pooled()[i].Code == t.Code && t.Billed > a.Most(i) {
			return true
		}
	}
	return p.BilledUnits() > a.Units
}

// exceedsAnyAlone tells whether some pooled code is billed above its own minutes.
func exceedsAnyAlone(p *scrubber.TimedPool) bool {
	return p.PerCode && slices.ContainsFunc(p.Pooled(), func(t scrubber.TimedCode) bool { return t.Billed > t.Earns() })
}

// leastMinutes is the fewest minutes in which the billed units can have been attained by the midpoint.
func leastMinutes(p *scrubber.TimedPool) (minutes int) {
	for _, n := range p.Billed() {
		if n > 0 {
			minutes += 15*n - 7
		}
	}
	return minutes
}

// mostUnits is the most units that the total minutes can earn by the midpoint, over the codes billed.
func mostUnits(p *scrubber.TimedPool) (most int) {
	left := p.Total
	for _, n := range p.Billed() {
		if n > 0 && left >= 8 {
			most++
			left -= 8
		}
	}
	return most + left/15
}

// exceedsTogether reports units of several codes against their minutes together.
func exceedsTogether(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, earned int, sure bool) {
	f := scrubber.Finding{
		Certainty: certainty(sure),
		Message: fmt.Sprintf("%s billed (%s) for %s of timed services, which earn %d",
			plural(p.BilledUnits(), "timed unit"), billed(c, p, nil), plural(p.Total, "minute"), earned),
		Lines: numbers(c.TimedLines(p, nil)), Billed: billed(c, p, nil), Expected: plural(earned, "unit") + " in all",
	}
	if m, _ := c.Method(); m != scrubber.CMSEightMinute {
		f.Source = &midpoint
	}
	want := p.Billed()
	switch {
	case p.PerCode:
		want = nearest(p)
		f.Expected = wanted(p, want)
	case oneCode(p):
		want = make([]int, len(p.Billed()))
		for i, n := range p.Billed() {
			want[i] = min(n, earned)
		}
	}
	var ch change
	for i := range p.Pooled() {
		t := &p.Pooled()[i]
		if want[i] < t.Billed {
			ch.bring(c, p, t, want[i])
		}
	}
	if ch.first != nil {
		f.Pointer = ch.first.Pointer("units")
		f.Fix = ch.fix(c, atMost(f.Expected))
	} else {
		f.Pointer = c.TimedLines(p, nil)[0].Pointer("units")
	}
	r.Add(f)
}

// oneCode tells whether one pooled code alone is billed.
func oneCode(p *scrubber.TimedPool) bool {
	n := 0
	for _, b := range p.Billed() {
		n += min(b, 1)
	}
	return n == 1
}

// exceedsAlone reports the units of one code against its own minutes.
func exceedsAlone(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, t *scrubber.TimedCode, cms, sure bool) {
	earned := t.Earns()
	f := scrubber.Finding{
		Certainty: certainty(sure),
		Message:   fmt.Sprintf("%s billed for %s, which earn %d", unitsOf(c, p, t), plural(t.Minutes, "minute"), earned),
		Pointer:   place(c, p, t), Lines: numbers(c.TimedLines(p, t)),
		Billed: billed(c, p, t), Expected: list(lines(t, earned)),
	}
	switch {
	case t.Whole && (cms || t.Billed <= t.EarnsAtMidpoint()):
		f.Source = &wholePeriods
	case !cms || !t.Pooled():
		f.Source = &midpoint
	}
	if !cms {
		if t.Whole && t.Billed <= t.EarnsAtMidpoint() { // Medicare's manual asks for whole periods; CPT's general rule does not
			f.Certainty = scrubber.Inferred
		}
	}
	var ch change
	if ch.bring(c, p, t, earned) {
		f.Pointer, f.Fix = ch.first.Pointer("units"), ch.fix(c, atMost(f.Expected))
	}
	r.Add(f)
}
