package evaluations

import (
	"slices"
	"strconv"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var oneVisitADay = scrubber.Param{
	Name: "one_visit_a_day", Kind: scrubber.BoolParam,
	Doc: "Whether the payer pays a provider one office visit of a patient and day, and a second one only for an unrelated problem.",
}

// OneVisit is EVL005.
var OneVisit = scrubber.Rule{
	ID: "EVL005", Name: "one-visit",
	Title: "More than one office visit by one provider in a day",
	Why: "A provider reports one office visit of a patient and day, at the level that covers all that was done, unless the second was for an unrelated problem that the first could not deal with. " +
		"Medicare denies the second one and pays it on review at best; that the unit limit of 99212 to 99214 is 2 does not make two visits payable.",
	Fix: "bill the one visit whose level covers the day, or keep the documentation of the unrelated problem ready",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 12", Section: "30.6.5 and 30.6.7 B",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "B14", RARC: "N20"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{oneVisitADay},
	Check:  oneVisit,
}

func oneVisit(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		if visits(&c.Lines[i]) > 0 && !visitedBefore(c, i) {
			visitsOf(c, r, c.RenderedBy(&c.Lines[i]).NPI)
		}
	}
}

// visitedBefore tells whether a line before line i bills a visit by the same provider: then that one was judged for both.
func visitedBefore(c *scrubber.Case, i int) bool {
	for j := range i {
		if o := &c.Lines[j]; visits(o) > 0 && c.RenderedBy(o).NPI == c.RenderedBy(&c.Lines[i]).NPI {
			return true
		}
	}
	return false
}

// visits is how many office visits the line bills. Of a code that takes one unit a day it is one: TIM005 says of more.
func visits(l *scrubber.Line) int {
	switch {
	case l.Known != refdata.Present || !l.Facts.Is(refdata.EM):
		return 0
	case l.Facts.UnitsByMUE:
		return max(0, l.Units)
	}
	return 1
}

func visitsOf(c *scrubber.Case, r *scrubber.Report, npi string) {
	var lines []*scrubber.Line
	var codes []string
	related := false
	for i := range c.Lines {
		l := &c.Lines[i]
		n := visits(l)
		if n == 0 || c.RenderedBy(l).NPI != npi {
			continue
		}
		related = related || n > 1 || slices.ContainsFunc(lines, func(o *scrubber.Line) bool {
			return len(o.Pointers) > 0 && len(l.Pointers) > 0 && o.Pointers[0] == l.Pointers[0]
		})
		lines = append(lines, l)
		codes = append(codes, slices.Repeat([]string{l.Code}, min(n, 3))...)
	}
	own := len(codes)
	for i := range c.SameDay {
		s := &c.SameDay[i]
		if f, known := c.Tables.Code(s.Code); known == refdata.Present && f.Is(refdata.EM) && s.RenderingNPI == npi {
			codes = append(codes, s.Code)
		}
	}
	if len(codes) < 2 {
		return
	}
	slices.Sort(codes)
	last := lines[len(lines)-1]
	f := scrubber.Finding{
		Message: strings.Join(codes, " and ") + " billed on one day by one provider",
		Pointer: last.Pointer("code"), Lines: numbers(lines), Billed: strconv.Itoa(len(codes)) + " visits", Expected: "one visit",
	}
	switch {
	case related:
		f.Message += " for one problem"
	case own < len(codes):
		f.Message += "; another encounter of the day bills one"
	}
	if !related {
		f.Severity = scrubber.Warn
	}
	if !c.Bool(&oneVisitADay) {
		f.Certainty = scrubber.Inferred
	}
	if len(lines) == 1 && visits(last) > 1 {
		f.Pointer = last.Pointer("units")
		f.Fix = &scrubber.Fix{Summary: "bill 1 unit of " + last.Code + ", if it was one visit; the charge must follow", Patch: scrubber.Replace(last.Pointer("units"), 1)}
	}
	r.Add(f)
}
