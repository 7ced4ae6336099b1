package exclusions

import (
	"slices"

	"claimscrub/scrubber"
)

// NeedlingMuscleCount is EXC002.
var NeedlingMuscleCount = scrubber.Rule{
	ID: "EXC002", Name: "needling-muscle-count",
	Title: "Needle insertion code does not match the muscles needled",
	Why: "20560 is one or two muscles and 20561 three or more: distinct muscles are counted, not needles, and left and right are two. " +
		"One of the two codes is paid on a day, never both.",
	Fix: "bill the one code for the distinct muscles documented",
	Source: scrubber.Source{
		Authority: "CPT / CMS", Title: "20560 and 20561; NCCI procedure-to-procedure edit 20561 with 20560, indicator 0",
		URL: "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "150", RARC: "N188"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Needles,
	Check: needlingMuscleCount,
}

func needlingMuscleCount(c *scrubber.Case, r *scrubber.Report) {
	lines := 0
	for i := range c.Lines {
		if isNeedlingCode(c.Lines[i].Code) {
			lines++
		}
	}
	few, many := billedTogether(c, lines)
	switch {
	case lines == 0:
	case len(few) > 0:
		r.Add(bothNeedlingCodes(c, few, many))
	case !c.Documented:
		r.NotEvaluated(scrubber.DocumentationNotSent, "send services with muscles")
	default:
		for i := range c.Lines {
			if l := &c.Lines[i]; isNeedlingCode(l.Code) {
				checkMuscles(c, r, l, lines == 1)
			}
		}
	}
}

// checkMuscles holds the line against its session, or the fullest of those it may stand for. Only a line
// that is alone can be too low: of several the other one may bill that session.
func checkMuscles(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line, alone bool) {
	best, complete := 0, true
	for _, i := range l.Services {
		session := c.Services[i].Session
		n, all := muscles(c, func(_ int, s *scrubber.Service) bool { return s.Needling && s.Session == session })
		best, complete = max(best, n), complete && all
	}
	over := l.Code == "20561" && best < 3
	switch {
	case best == 0 && complete: // no needling service: an undocumented charge, which is another rule's matter
	case over && !complete:
		r.NotEvaluated(scrubber.DocumentationNotSent, "a needling service names no muscle: send its muscles")
	case l.Code == "20560" && best < 3 && !complete:
		r.NotEvaluated(scrubber.DocumentationNotSent, "a needling service names no muscle: send its muscles")
	case over || l.Code == "20560" && best > 2 && alone:
		r.Add(muscleFinding(c, l, best))
	}
}

func muscleFinding(c *scrubber.Case, l *scrubber.Line, n int) scrubber.Finding {
	code, covers := needlingCode(n), map[string]string{"20560": "1-2", "20561": "3 or more"}[l.Code]
	finding := scrubber.Finding{
		Message: l.Code + " billed for " + plural(n, "muscle") + "; " + l.Code + " covers " + covers,
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: code,
		Fix: &scrubber.Fix{Summary: "bill " + code + " instead of " + l.Code + "; the fee must follow", Patch: scrubber.Replace(l.Pointer("code"), code)},
	}
	if code == "20561" {
		finding.Severity = scrubber.Warn
		return finding
	}
	finding.Fix.Safe = fits(c, l, code, l.Units)
	visit, _ := muscles(c, func(i int, s *scrubber.Service) bool { return s.Needling && takes(l, i) })
	if visit > 2 { // only the sessions together reach it, and no authority unites sessions
		finding.Certainty, finding.Fix.Safe = scrubber.Inferred, false
		finding.Message = l.Code + " billed for " + plural(n, "muscle") + " in the fullest session; " + l.Code + " covers " + covers
	}
	return finding
}

func isNeedlingCode(code string) bool { return code == "20560" || code == "20561" }

// billedTogether is the lines of providers who bill both needling codes, by line number.
func billedTogether(c *scrubber.Case, needling int) (few, many []*scrubber.Line) {
	for i := range c.Lines {
		l := &c.Lines[i]
		both := needling > 1 && slices.ContainsFunc(c.Lines, func(o scrubber.Line) bool {
			return isNeedlingCode(o.Code) && o.Code != l.Code && c.RenderedBy(&o).NPI == c.RenderedBy(l).NPI
		})
		switch {
		case both && l.Code == "20560":
			few = append(few, l)
		case both && l.Code == "20561":
			many = append(many, l)
		}
	}
	byNumber := func(a, b *scrubber.Line) int { return a.Number - b.Number }
	slices.SortFunc(few, byNumber)
	slices.SortFunc(many, byNumber)
	return few, many
}

func bothNeedlingCodes(c *scrubber.Case, few, many []*scrubber.Line) scrubber.Finding {
	finding := scrubber.Finding{
		Message: "20560 and 20561 billed together; one of them covers all muscles of the day",
		Pointer: many[0].Pointer("code"), Billed: "20560, 20561", Expected: "20560 or 20561",
	}
	for _, l := range slices.Concat(few, many) {
		finding.Lines = append(finding.Lines, l.Number)
	}
	n, complete := muscles(c, func(_ int, s *scrubber.Service) bool { return s.Needling })
	if n == 0 || !complete && n < 3 {
		return finding
	}
	finding.Expected = needlingCode(n)
	surplus := few
	if finding.Expected == "20560" {
		surplus = many
	}
	slices.SortFunc(surplus, func(a, b *scrubber.Line) int { return b.Index - a.Index }) // a removal moves the lines after it
	finding.Fix = &scrubber.Fix{Summary: "keep " + finding.Expected + ", which covers the " + plural(n, "muscle") + " documented"}
	for _, l := range surplus {
		finding.Fix.Patch = append(finding.Fix.Patch, l.RemoveLine()...)
	}
	return finding
}
