package form

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
)

// DuplicateLines rejects lines that say the same of the same service. Lines linked to different services are
// none, nor lines whose services were done in as many sessions as there are lines.
var DuplicateLines = scrubber.Rule{
	ID: "FRM006", Name: "duplicate-lines",
	Title: "The same line is billed twice",
	Why: "Lines that agree in code, modifiers, units, pointers and provider are one service to a payer: the second is denied as an exact duplicate. " +
		"A service that was truly repeated says so by 76, 77, 59 or an X modifier.",
	Fix:    "take the repeated line out, put all units on one line, or add the modifier that says what the second one was",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04", Section: "chapter 1, 120 Detection of duplicate claims"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Group: "OA", Code: "18"}, SNIP: 2, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: duplicateLines,
}

func duplicateLines(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		count := 1
		for j := i + 1; j < len(c.Lines); j++ {
			if sameLine(c, l, &c.Lines[j]) {
				count++
			}
		}
		if count == 1 || sameBefore(c, i) || saysRepeated(l) || sessions(c, l) >= count {
			continue
		}
		reportDuplicates(c, r, i, count)
	}
}

// sameBefore tells whether a line before line i says the same: then that one was judged for both.
func sameBefore(c *scrubber.Case, i int) bool {
	return slices.ContainsFunc(c.Lines[:i], func(l scrubber.Line) bool { return sameLine(c, &c.Lines[i], &l) })
}

func reportDuplicates(c *scrubber.Case, r *scrubber.Report, first, count int) {
	l := &c.Lines[first]
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed on %d lines that agree in modifiers, units, pointers and provider", l.Named(), count),
		Pointer: l.Pointer(),
		Fix:     &scrubber.Fix{Summary: "keep one of the lines, if the service was done once"},
	}
	for j := len(c.Lines) - 1; j >= first; j-- {
		if j == first || sameLine(c, l, &c.Lines[j]) {
			f.Lines = append(f.Lines, c.Lines[j].Number)
		}
		if j != first && sameLine(c, l, &c.Lines[j]) {
			f.Fix.Patch = append(f.Fix.Patch, c.Lines[j].RemoveLine()...)
		}
	}
	slices.Sort(f.Lines)
	f.Lines = slices.Compact(f.Lines)
	r.Add(f)
}

// saysRepeated tells whether a modifier says that the service is a repeated or a distinct one.
func saysRepeated(l *scrubber.Line) bool {
	return l.Has("76", "77", "59", "XE", "XP", "XS", "XU", "91")
}

// sameLine tells whether two lines say the same of the same services; the order of modifiers, pointers and
// service ids says nothing.
func sameLine(c *scrubber.Case, a, b *scrubber.Line) bool {
	return a.Code == b.Code && a.Units == b.Units && sameSet(a.Modifiers, b.Modifiers) && sameSet(a.Pointers, b.Pointers) &&
		c.RenderedBy(a).NPI == c.RenderedBy(b).NPI && sameSet(a.Services, b.Services) &&
		(len(a.ServiceIDs) == 0 || len(b.ServiceIDs) == 0 || sameSet(a.ServiceIDs, b.ServiceIDs))
}

// sameSet tells whether two short lists hold the same elements.
func sameSet[E comparable](a, b []E) bool {
	return !slices.ContainsFunc(a, func(e E) bool { return !slices.Contains(b, e) }) &&
		!slices.ContainsFunc(b, func(e E) bool { return !slices.Contains(a, e) })
}

// sessions counts the sessions of the services that document the line.
func sessions(c *scrubber.Case, l *scrubber.Line) int {
	n := 0
	for i, s := range l.Services {
		if !slices.ContainsFunc(l.Services[:i], func(t int) bool { return c.Services[t].Session == c.Services[s].Session }) {
			n++
		}
	}
	return n
}
