package modifiers

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/units"
)

// AssistantModifierSplit is MOD007.
var AssistantModifierSplit = scrubber.Rule{
	ID: "MOD007", Name: "assistant-modifier-split",
	Title: "CQ or CO does not match what the assistant furnished",
	Why: "A unit that a therapy assistant furnished in whole or in part carries CQ or CO and is paid at 85 percent. Full 15 minutes belong to who furnished them; the last unit is the therapist's " +
		"if the therapist furnished 8 minutes of it, else the assistant's if those are over a tenth. Two last units of 9 to 14 minutes each are one and one. Where both worked on a code it takes two lines. " +
		"Minutes of both together are the therapist's. A missing modifier is an overpayment, a surplus one gives money away.",
	Fix:    "bill the assistant's units on a line with CQ or CO and the therapist's on one without",
	Source: manual("20.1; CY2022 Physician Fee Schedule final rule; 42 CFR 410.59(a)(4), 410.60(a)(4)"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N822"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation, Params: []scrubber.Param{assistantModifiers},
	Check: assistantSplit,
}

const assistantDetail = "who furnished the service decides CQ and CO: send services with minutes and assistant_minutes"

func assistantSplit(c *scrubber.Case, r *scrubber.Report) {
	if !c.Bool(&assistantModifiers) || c.Documented && !assistantTookPart(c) {
		return
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.TimedCode() == "" && takesAssistant(c, l) && !deviceSupply(l.Code) {
			untimedSplit(c, r, l)
		}
	}
	for i := range c.Timed {
		p := &c.Timed[i]
		for j := range p.Codes {
			if t := &p.Codes[j]; t.Billed > 0 {
				timedSplit(c, r, p, t)
			}
		}
	}
}

// assistantTookPart tells whether anything says that an assistant did: minutes, a modifier, or who rendered a line.
func assistantTookPart(c *scrubber.Case) bool {
	for i := range c.Services {
		if c.Services[i].AssistantAlone() > 0 {
			return true
		}
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; byAssistant(c, l) || l.Has("CQ", "CO") {
			return true
		}
	}
	return false
}

// takesAssistant tells whether the line may be an assistant's: a therapy line that a therapist in private
// practice renders, of physical or occupational therapy.
func takesAssistant(c *scrubber.Case, l *scrubber.Line) bool {
	switch c.RenderedBy(l).Credential {
	case "PT", "PTA", "OT", "OTA":
		return c.Discipline(l) != "SLP" && (says(l) > 0 || alwaysTherapy(l))
	}
	return false
}

// deviceSupply tells whether the code is the device of remote therapeutic monitoring: nobody furnishes it, so that nothing of it is an
// assistant's. The set-up and the management are services.
func deviceSupply(code string) bool {
	return code == "98976" || code == "98977" || code == "98984" || code == "98985"
}

// byAssistant tells whether the line's rendering provider is an assistant.
func byAssistant(c *scrubber.Case, l *scrubber.Line) bool {
	by := c.RenderedBy(l).Credential
	return by == "PTA" || by == "OTA"
}

// modifierOf is the assistant modifier of the line's discipline.
func modifierOf(c *scrubber.Case, l *scrubber.Line) string {
	if c.Discipline(l) == "OT" {
		return "CO"
	}
	return "CQ"
}

// untimedSplit judges one line of an untimed code: more than a tenth of the service by the assistant alone.
func untimedSplit(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	total, alone, known := 0, 0, saysWho(c) && len(l.Services) > 0
	for _, s := range l.Services {
		m, a := c.Services[s].ServiceMinutes(), max(0, c.Services[s].AssistantAlone())
		known = known && (m != scrubber.NotSent || a == 0)
		total, alone = total+max(0, m), alone+a
	}
	has, want := l.Has("CQ", "CO"), units.AssistantUntimed(total-alone, alone)
	switch {
	case !known && byAssistant(c, l):
		if l.Known == refdata.Present && l.Facts.Is(refdata.Evaluation|refdata.Reevaluation) {
			return // no assistant evaluates, which is said of who rendered it: CQ would attest that one did
		}
		want = true
	case !known:
		unknownSplit(c, r, has)
		return
	}
	if has == want {
		return
	}
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed without %s, and the assistant furnished more than a tenth of it", l.Named(), modifierOf(c, l)),
		Pointer: place(l), Lines: []int{l.Number}, Expected: modifierOf(c, l), Billed: "none",
	}
	if want {
		f.Fix = addAssistant(c, l)
	} else {
		f.Message = fmt.Sprintf("%s billed with %s, and the assistant furnished %d of %d minutes", l.Named(), assistant(l), alone, total)
		f.Billed, f.Expected, f.Fix = assistant(l), "none", dropAssistant(l)
	}
	r.Add(f)
}

// unknownSplit is for documentation that does not say who furnished the service: not judged where an assistant
// modifier says that one took part, or where nothing at all was sent.
func unknownSplit(c *scrubber.Case, r *scrubber.Report, has bool) {
	if has || !c.Documented {
		r.NotEvaluated(scrubber.DocumentationNotSent, assistantDetail)
	}
}

// timedSplit judges the lines of one timed code together.
func timedSplit(c *scrubber.Case, r *scrubber.Report, p *scrubber.TimedPool, t *scrubber.TimedCode) {
	with, all := 0, true
	for i := range c.Lines {
		l := &c.Lines[i]
		switch {
		case !c.CountsTo(p, t, l):
			continue
		case !takesAssistant(c, l):
			return
		case l.Has("CQ", "CO"):
			with += max(0, l.Units)
		}
		all = all && byAssistant(c, l)
	}
	split, known := splitOf(c, t, all)
	switch {
	case !known || p.Mixed:
		unknownSplit(c, r, with > 0)
		return
	case split.Decided && with == split.Assistant:
		return
	case t.Billed < split.Plain+split.Assistant && with <= split.Assistant && t.Billed-with <= split.Plain:
		return // not all that was earned is billed, and what is may be either's
	}
	r.Add(splitFinding(c, c.TimedLines(p, t), t, split, with))
}

// splitOf is how the billed units divide, and whether that is known: by the documentation, else because an
// assistant rendered all lines.
func splitOf(c *scrubber.Case, t *scrubber.TimedCode, rendered bool) (s units.Split, known bool) {
	if !t.Documented || t.Missing || !saysWho(c) {
		return units.Split{Assistant: t.Billed, Decided: true}, rendered
	}
	s = units.SplitAssistant(t.Minutes-t.Assistant, t.Assistant, t.Billed)
	if !t.Pooled() && t.Assistant > 0 && t.Assistant < t.Minutes { // the published text is on units of 15 minutes
		s = units.Split{}
	}
	return s, true
}

// saysWho tells whether the documentation says of any service what an assistant furnished: then a service
// that does not say it had none.
func saysWho(c *scrubber.Case) bool {
	for i := range c.Services {
		if c.Services[i].AssistantAlone() != scrubber.NotSent {
			return true
		}
	}
	return false
}

func splitFinding(c *scrubber.Case, lines []*scrubber.Line, t *scrubber.TimedCode, split units.Split, with int) scrubber.Finding {
	m := modifierOf(c, lines[0])
	f := scrubber.Finding{
		Message: fmt.Sprintf("%s billed with %s on %d of %d units; the therapist's %d and the assistant's %d minutes put it on %d",
			t.Code, m, with, t.Billed, t.Minutes-t.Assistant, t.Assistant, split.Assistant),
		Pointer: place(lines[0]),
		Billed:  fmt.Sprintf("%d with %s, %d without", with, m, t.Billed-with), Expected: fmt.Sprintf("%d with %s, %d without", split.Assistant, m, split.Plain),
	}
	for _, l := range lines {
		f.Lines = append(f.Lines, l.Number)
	}
	slices.Sort(f.Lines)
	if split.Assistant == t.Billed && t.Assistant == 0 {
		f.Message = fmt.Sprintf("%s rendered by an assistant and billed with %s on %d of %d units", t.Code, m, with, t.Billed)
	}
	switch {
	case !split.Decided && (with >= split.Assistant && t.Billed-with >= split.Plain || t.Billed < split.Plain+split.Assistant):
		f.Severity, f.Expected = scrubber.Warn, ""
		f.Message = fmt.Sprintf("%s billed with %s on %d of %d units for the therapist's %d and the assistant's %d minutes, which no published rule settles",
			t.Code, m, with, t.Billed, t.Minutes-t.Assistant, t.Assistant)
		return f
	case !split.Decided:
		f.Message = fmt.Sprintf("%s billed with %s on %d of %d units; the assistant's %d full units take it, and the therapist's %d do not",
			t.Code, m, with, t.Billed, split.Assistant, split.Plain)
		f.Expected = fmt.Sprintf("at least %d with %s and %d without", split.Assistant, m, split.Plain)
		return f
	}
	f.Fix = resplit(c, lines, t, split)
	return f
}

// resplit is the fix where the lines that stand can carry it: all units one clinician's, or a line with and
// one without the modifier that only trade units.
func resplit(c *scrubber.Case, lines []*scrubber.Line, t *scrubber.TimedCode, split units.Split) *scrubber.Fix {
	switch {
	case split.Plain == 0 && len(lines) == 1:
		return addAssistant(c, lines[0])
	case split.Assistant == 0 && len(lines) == 1:
		return dropAssistant(lines[0])
	case len(lines) != 2 || split.Plain == 0 || split.Assistant == 0 || lines[0].Code != lines[1].Code:
		return nil
	}
	plain, assisted := lines[0], lines[1]
	if plain.Has("CQ", "CO") {
		plain, assisted = assisted, plain
	}
	if plain.Has("CQ", "CO") || !assisted.Has("CQ", "CO") || plain.Units+assisted.Units != t.Billed {
		return nil
	}
	return &scrubber.Fix{
		Summary: fmt.Sprintf("bill %d without and %d with %s; the charges must follow", split.Plain, split.Assistant, assistant(assisted)),
		Patch: append(scrubber.Replace(plain.Pointer("units"), split.Plain),
			scrubber.Replace(assisted.Pointer("units"), split.Assistant)...),
	}
}

// addAssistant is safe where the line has its discipline modifier and room: the minutes documented say it, and
// it claims less.
func addAssistant(c *scrubber.Case, l *scrubber.Line) *scrubber.Fix {
	m := modifierOf(c, l)
	paired := m == "CQ" && l.Has("GP") || m == "CO" && l.Has("GO")
	return &scrubber.Fix{Summary: "add " + m + " to " + l.Named(), Safe: paired && len(l.Modifiers) < maxModifiers, Patch: with(l, m)}
}

func dropAssistant(l *scrubber.Line) *scrubber.Fix {
	return &scrubber.Fix{
		Summary: "remove " + assistant(l) + " from " + l.Named(),
		Patch:   without(l, func(m string) bool { return m == "CQ" || m == "CO" }),
	}
}
