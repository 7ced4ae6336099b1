package documented

import "claimscrub/scrubber"

// otherLevel reports a visit or an evaluation billed at another level than the one documented: a lower one
// gives money away, any other is not what the note supports.
func otherLevel(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	documented := documentedLevel(c, l)
	if documented == "" {
		return
	}
	f := scrubber.Finding{
		Message: l.Code + " billed, and the note documents " + documented,
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code, Expected: documented,
		Fix: &scrubber.Fix{
			Summary: "bill " + documented + " instead of " + l.Code + "; the fee must follow", Safe: true,
			Patch: scrubber.Replace(l.Pointer("code"), documented),
		},
	}
	if series(l.Code) != series(documented) || l.Code < documented {
		f.Fix.Safe = false // it may raise the fee
	}
	if series(l.Code) == series(documented) && l.Code < documented {
		f.Severity = scrubber.Warn
	}
	r.Add(f)
}

// documentedLevel is the code that the note gives for what the line bills, where its services give one of the
// same profession's and none of them the line's own; empty where a service gives none.
func documentedLevel(c *scrubber.Case, l *scrubber.Line) (documented string) {
	for _, i := range l.Services {
		s := &c.Services[i]
		switch {
		case s.Code == "" || s.Code == l.Code || !s.Kind.Maps(l.Code):
			return ""
		case s.Kind != scrubber.Evaluation && s.Kind != scrubber.EvaluationManagement || !s.Kind.Maps(s.Code):
			return ""
		case s.Kind == scrubber.Evaluation && series(s.Code) != series(l.Code): // of another discipline: that is its own rule
		case documented == "" || s.Code < documented:
			documented = s.Code
		}
	}
	return documented
}

// series is the code without its level: 9716 of 97161 to 97163 stands apart from 97165 to 97167, and visits of new
// patients, 9920, from those of known ones, 9921.
func series(code string) string {
	if code >= "97165" && code <= "97167" {
		return "97165"
	}
	return code[:4]
}
