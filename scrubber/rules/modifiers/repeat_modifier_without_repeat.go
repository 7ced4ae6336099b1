package modifiers

import "claimscrub/scrubber"

// RepeatModifierWithoutRepeat is MOD014.
var RepeatModifierWithoutRepeat = scrubber.Rule{
	ID: "MOD014", Name: "repeat-modifier-without-repeat",
	Title: "76 or 77 without the service that it repeats",
	Why: "76 says that the same practitioner did the service again on the day, 77 that another one did. Without an earlier line of the code there is nothing repeated, and time of a timed code done in " +
		"several episodes is added up on one line instead. A payer denies the line as a duplicate or asks for the note.",
	Fix:    "bill the first service too, add the minutes up on one line, or remove the modifier",
	Source: scrubber.Source{Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04", Section: "chapter 1, 120 Detection of duplicate claims"},
	Since:  "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Group: "OA", Code: "18"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: repeatModifier,
}

func repeatModifier(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !l.Has("76", "77") {
			continue
		}
		m := "76"
		if !l.Has(m) {
			m = "77"
		}
		same, another := repeated(c, l)
		f := scrubber.Finding{Pointer: at(l, m), Lines: []int{l.Number}, Billed: m}
		switch {
		case l.TimedCode() != "" && same && m == "76":
			f.Message = "76 on " + l.Code + ", a timed code: minutes of the day are added up on one line"
		case !same && !another:
			f.Message = m + " on " + l.Named() + ", and no other line of the day bills it"
		case m == "76" && !same:
			f.Message, f.Expected = "76 on "+l.Named()+", which another practitioner did first", "77"
		case m == "77" && !another:
			f.Message, f.Expected = "77 on "+l.Named()+", which the same practitioner did first", "76"
		default:
			continue
		}
		if f.Expected != "" {
			f.Fix = &scrubber.Fix{Summary: "bill " + f.Expected + " instead of " + m, Patch: scrubber.Replace(f.Pointer, f.Expected)}
		}
		r.Add(f)
	}
}

// repeated tells whether another line of the day bills the code by the same practitioner, and whether one
// does by another; a line of another encounter that does not say by whom may be either.
func repeated(c *scrubber.Case, l *scrubber.Line) (same, another bool) {
	npi := c.RenderedBy(l).NPI
	for i := range c.Lines {
		if o := &c.Lines[i]; o != l && o.Code == l.Code {
			same = same || c.RenderedBy(o).NPI == npi
			another = another || c.RenderedBy(o).NPI != npi
		}
	}
	for _, o := range c.SameDay {
		if o.Code == l.Code {
			same = same || o.RenderingNPI == npi || o.RenderingNPI == ""
			another = another || o.RenderingNPI != npi
		}
	}
	return same, another
}
