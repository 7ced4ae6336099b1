package modifiers

import "claimscrub/scrubber"

// AssistantModifierPairing is MOD006.
var AssistantModifierPairing = scrubber.Rule{
	ID: "MOD006", Name: "assistant-modifier-pairing",
	Title: "CQ without GP, or CO without GO",
	Why: "CQ says that a physical therapist assistant furnished the service and goes with GP; CO says the same of an occupational therapy assistant and goes with GO. " +
		"Unpaired, crossed or both together, the line is returned as unprocessable. Speech-language pathology has no assistant modifier.",
	Fix:    "pair CQ with GP or CO with GO, or remove it",
	Source: manual("20.1"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{assistantModifiers},
	Check: assistantPairing,
}

func assistantPairing(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		cq, co := l.Has("CQ"), l.Has("CO")
		message, expected := "", ""
		switch {
		case !cq && !co, cq != co && cq == l.Has("GP") && co == l.Has("GO") && !l.Has("GN"):
			continue
		case cq && co:
			message, expected = "CQ and CO on one line of "+l.Named(), "one of them"
		case l.Has("GN"):
			message = assistant(l) + " on " + l.Named() + " with GN, which has no assistant modifier"
			expected = "none"
		case cq && l.Has("GO"), co && l.Has("GP"):
			message = assistant(l) + " on " + l.Named() + " with the modifier of another discipline"
			expected = "CQ with GP, or CO with GO"
		default:
			message = assistant(l) + " on " + l.Named() + " without " + partner(l)
		}
		f := scrubber.Finding{Message: message, Pointer: at(l, assistant(l)), Lines: []int{l.Number}, Billed: assistant(l), Expected: expected}
		if !c.Bool(&assistantModifiers) {
			f.Severity = scrubber.Warn
		}
		if cq != co && says(l) == 0 {
			f.Expected = assistant(l) + " with " + partner(l)
			f.Fix = &scrubber.Fix{Summary: "add " + partner(l) + " to " + l.Named(), Patch: with(l, partner(l))}
		}
		r.Add(f)
	}
}

// assistant is the line's assistant modifier, CQ before CO.
func assistant(l *scrubber.Line) string {
	if l.Has("CQ") {
		return "CQ"
	}
	return "CO"
}

// partner is the discipline modifier that goes with the line's assistant modifier.
func partner(l *scrubber.Line) string {
	if l.Has("CQ") {
		return "GP"
	}
	return "GO"
}
