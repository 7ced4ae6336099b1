package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fatih/color"

	"claimscrub/events"
	"claimscrub/scrubber/rules"
)

// outcomeEvent is an outcome as it comes off the wire, as far as a person reads it.
type outcomeEvent struct {
	ID      string         `json:"id"`
	Type    string         `json:"type"`
	Subject string         `json:"subject"`
	Time    string         `json:"time"`
	Data    events.Outcome `json:"data"`
}

// printer writes outcomes for a person to read, without colour unless told.
type printer struct {
	out                     io.Writer
	why                     map[string]string // by rule id
	good, bad, mild, strong *color.Color
}

func newPrinter(out io.Writer) *printer {
	p := &printer{out, map[string]string{}, color.New(color.FgGreen), color.New(color.FgRed), color.New(color.FgYellow), color.New(color.Bold)}
	for _, r := range rules.All() {
		p.why[r.ID] = r.Why
	}
	for _, c := range []*color.Color{p.good, p.bad, p.mild, p.strong} {
		c.DisableColor()
	}
	return p
}

// colour switches colour on: the caller has seen that a terminal is at the other end.
func (p *printer) colour() {
	for _, c := range []*color.Color{p.good, p.bad, p.mild, p.strong} {
		c.EnableColor()
	}
}

// outcome prints one outcome event: its verdict, then each finding with line, code, what is wrong, why, source and fix.
func (p *printer) outcome(body []byte) error {
	var e outcomeEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("decode outcome event: %w", err)
	}
	if e.Type == events.TypeEncounterDeadLetter {
		var letter struct {
			Data struct{ Reason, Error string }
		}
		if err := json.Unmarshal(body, &letter); err != nil {
			return fmt.Errorf("decode dead letter: %w", err)
		}
		p.deadLetter(letter.Data.Reason, letter.Data.Error)
		return nil
	}
	verdict := p.good.Sprint("READY   ")
	if e.Type == events.TypeClaimRejected {
		verdict = p.bad.Sprint("REJECTED")
	}
	d := &e.Data
	fmt.Fprintf(p.out, "%s  %s revision %d", verdict, p.strong.Sprint(d.EncounterID), d.Revision)
	if d.ServiceDate != "" {
		fmt.Fprintf(p.out, ", date of service %s", d.ServiceDate)
	}
	if d.Claim != nil {
		lines := "lines"
		if len(d.Claim.Lines) == 1 {
			lines = "line"
		}
		fmt.Fprintf(p.out, ", %d %s, %s", len(d.Claim.Lines), lines, dollars(d.Claim.TotalCents))
	}
	fmt.Fprintf(p.out, ", profile %s\n", d.Profile.ID)
	for i := range d.Findings {
		p.finding(&d.Findings[i], d.Claim)
	}
	if d.FindingsOmitted > 0 {
		fmt.Fprintf(p.out, "  and %d findings more\n", d.FindingsOmitted)
	}
	p.notEvaluated(d.NotEvaluated)
	return nil
}

func (p *printer) finding(f *events.Finding, c *events.Claim) {
	paint := map[string]*color.Color{"reject": p.bad, "warn": p.mild}[f.Severity]
	if paint == nil {
		paint = p.strong
	}
	fmt.Fprintf(p.out, "  %s %s %s: %s\n", paint.Sprintf("%-6s", f.Severity), f.Rule, place(f, c), f.Message)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.out, "         %-7s %s\n", name, value)
		}
	}
	if f.Billed != "" && f.Expected != "" {
		row("billed", f.Billed+", expected "+f.Expected)
	}
	if f.Fix != nil {
		human := ""
		if !f.Fix.Safe {
			human = " (for a person to decide)"
		}
		row("fix", f.Fix.Summary+human)
	}
	source := f.Source.Authority + ", " + f.Source.Title
	if f.Source.Section != "" {
		source += ", " + f.Source.Section
	}
	if f.Certainty == "inferred" {
		source += " (inferred)"
	}
	if why := wrap(p.why[f.Rule], 100, "                 "); why != "" {
		row("why", strings.TrimLeft(why, " "))
	}
	row("source", source)
	if f.Predicted != nil {
		row("denial", strings.TrimRight(f.Predicted.Group+"-"+f.Predicted.CARC+" "+f.Predicted.RARC, " "))
	}
}

// dollars is an amount of cents, negative ones too.
func dollars(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s$%d.%02d", sign, cents/100, cents%100)
}

// place is the lines and codes a finding is about, else its JSON pointer.
func place(f *events.Finding, c *events.Claim) string {
	switch {
	case len(f.Lines) == 0 && f.Pointer == "":
		return "encounter"
	case len(f.Lines) == 0:
		return "at " + f.Pointer
	}
	var parts []string
	for _, n := range f.Lines {
		part := "line " + strconv.Itoa(n)
		if c != nil {
			for i := range c.Lines {
				if c.Lines[i].Line == n {
					part += " " + codeShown(c.Lines[i].Code)
					break
				}
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func (p *printer) notEvaluated(all []events.NotEvaluated) {
	rules := map[string][]string{}
	var order []string
	for _, n := range all {
		why := strings.ReplaceAll(n.Reason, "_", " ")
		if n.Detail != "" {
			why += ": " + n.Detail
		}
		if rules[why] == nil {
			order = append(order, why)
		}
		rules[why] = append(rules[why], n.Rule)
	}
	for _, why := range order {
		which := strings.Join(rules[why], " ")
		if n := len(rules[why]); n > 12 {
			which = strconv.Itoa(n) + " rules"
		}
		fmt.Fprintf(p.out, "  not evaluated %s (%s)\n", which, why)
	}
}

func (p *printer) deadLetter(reason, text string) {
	fmt.Fprintf(p.out, "%s  %s: %s\n", p.bad.Sprint("UNREADABLE"), reason, text)
}

// wrap breaks text into lines of at most width characters, each behind lead.
func wrap(text string, width int, lead string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			b.WriteString(lead)
		case column+1+len(word) > width:
			b.WriteString("\n" + lead)
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// codeShown is a code as it may be shown: what is longer than any code may say who the patient is.
func codeShown(code string) string {
	if len(code) > 5 {
		return "(no code)"
	}
	return code
}
