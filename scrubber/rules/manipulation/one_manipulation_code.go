package manipulation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// OneManipulationCode is REG004.
var OneManipulationCode = scrubber.Rule{
	ID: "REG004", Name: "one-manipulation-code",
	Title: "More than one manipulation code of a family, or more than one unit, for one session",
	Why: "The codes of osteopathic manipulation, and those of spinal chiropractic manipulation, are levels of one service: the regions of a session " +
		"are added up and billed once, as one unit. Five spinal regions are 98942 alone, not 98940 and 98941. 98943 may stand beside a spinal code.",
	Fix: "keep the one code that covers all regions of the session, with one unit",
	Source: scrubber.Source{
		Authority: "CMS", Title: "NCCI procedure-to-procedure edits and medically unlikely edits",
		Section: "98925-98929 and 98940-98942 pairwise, indicator 0; unit limit 1, adjudication indicator 2",
		URL:     "https://www.cms.gov/national-correct-coding-initiative-ncci",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation,
	Check: oneManipulationCode,
}

func oneManipulationCode(c *scrubber.Case, r *scrubber.Report) {
	var billed [families]int
	for i := range c.Lines {
		l := &c.Lines[i]
		f, ok := familyOf(l.Code)
		if !ok {
			continue
		}
		billed[f]++
		if l.Units > 1 {
			r.Add(scrubber.Finding{
				Message: l.Code + " billed with " + strconv.Itoa(l.Units) + " units; a session is 1 unit",
				Pointer: l.Pointer("units"), Lines: []int{l.Number}, Billed: strconv.Itoa(l.Units), Expected: "1",
				Fix: &scrubber.Fix{Summary: "bill 1 unit; the charge must follow", Safe: true, Patch: scrubber.Replace(l.Pointer("units"), 1)},
			})
		}
	}
	for f, n := range billed {
		if n < 2 {
			continue
		}
		if !c.Documented {
			r.NotEvaluated(scrubber.DocumentationNotSent, "two manipulation codes are right only for two sessions: send services with session")
			return
		}
		checkSessions(c, r, family(f))
	}
}

// checkSessions counts the family's lines by session: linked ones by their services, the others together
// against the sessions no line links.
func checkSessions(c *scrubber.Case, r *scrubber.Report, f family) {
	free, sessions, regions := 0, 0, anatomy.Set(0)
	for i := range c.Services {
		if !f.first(c, i) {
			continue
		}
		session := c.Services[i].Session
		sessions++
		regions |= f.regions(c, session)
		if !f.linkedByAny(c, session) {
			free++
		}
		if lines := f.lines(c, func(l *scrubber.Line) bool { return f.links(c, l, session) }); len(lines) > 1 {
			r.Add(surplus(f, lines, "1 session", f.regions(c, session)))
		}
	}
	all := f.lines(c, func(*scrubber.Line) bool { return true })
	unlinked := f.lines(c, func(l *scrubber.Line) bool { return len(l.ServiceIDs) == 0 })
	if sessions == 0 {
		free = max(0, 1-len(all)+len(unlinked)) // undocumented, and one session at most
	}
	if len(unlinked) <= free {
		return
	}
	finding := surplus(f, all, plural(max(1, sessions), "session"), regions)
	if sessions > 1 {
		finding.Fix, finding.Expected = nil, "" // which line is too many is not to be told
	}
	r.Add(finding)
}

// lines are the family's lines that keep wants, by line number.
func (f family) lines(c *scrubber.Case, keep func(*scrubber.Line) bool) (lines []*scrubber.Line) {
	for i := range c.Lines {
		if l := &c.Lines[i]; f.has(l.Code) && keep(l) {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b *scrubber.Line) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Index, b.Index))
	})
	return lines
}

// surplus is the finding of lines of which one alone is right: the one with the code that the regions support. Where none has it the highest
// one takes it; where no region is documented and the codes differ, which is right is not to be told.
func surplus(f family, lines []*scrubber.Line, sessions string, regions anatomy.Set) scrubber.Finding {
	expected := f.code(f.counted(regions).Count())
	codes, numbers := make([]string, 0, len(lines)), make([]int, 0, len(lines))
	for _, l := range lines {
		codes, numbers = append(codes, l.Code), append(numbers, l.Number)
	}
	finding := scrubber.Finding{Pointer: lines[len(lines)-1].Pointer("code"), Lines: numbers, Expected: expected}
	slices.Sort(codes)
	finding.Billed = strings.Join(codes, ", ")
	finding.Message = finding.Billed + " billed for " + sessions + "; a session is billed with one code of the family"
	if expected != "" || codes[0] == codes[len(codes)-1] {
		finding.Fix = alone(lines, cmp.Or(expected, codes[0]))
	}
	return finding
}

// alone keeps one line, with the code.
func alone(lines []*scrubber.Line, code string) *scrubber.Fix {
	keep := slices.IndexFunc(lines, func(l *scrubber.Line) bool { return l.Code == code })
	fix := &scrubber.Fix{Summary: "keep " + code + " alone"}
	if keep < 0 {
		keep = 0
		for i, l := range lines {
			if l.Code > lines[keep].Code {
				keep = i
			}
		}
		fix.Summary = "bill " + code + " alone, on the line of " + lines[keep].Code + "; the fee must follow"
		fix.Patch = scrubber.Replace(lines[keep].Pointer("code"), code)
	}
	gone := make([]int, 0, len(lines))
	for i, l := range lines {
		if i != keep {
			gone = append(gone, l.Index)
		}
	}
	slices.Sort(gone)
	for _, index := range slices.Backward(gone) { // from the end, so that no index moves
		fix.Patch = append(fix.Patch, scrubber.Remove(scrubber.Pointer("charges", index))...)
	}
	return fix
}
