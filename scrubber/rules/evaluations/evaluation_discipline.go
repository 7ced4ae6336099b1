package evaluations

import (
	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// EvaluationDiscipline is EVL002.
var EvaluationDiscipline = scrubber.Rule{
	ID: "EVL002", Name: "evaluation-discipline",
	Title: "Evaluation code of another discipline than the one that evaluated",
	Why: "97161 to 97164 are physical therapy's evaluations, 97165 to 97168 occupational therapy's, and a discipline is allowed none of the other's. " +
		"An evaluation asks for a therapist's judgement: an assistant may gather data for it and does not furnish it.",
	Fix:    "bill the evaluation code of the discipline that evaluated, under the therapist who did",
	Source: manual("20.2 D: units of a day by discipline"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M51"}, SNIP: 6,
	Needs: scrubber.CodeTable, Facts: scrubber.ClaimAlone,
	Check: evaluationDiscipline,
}

func evaluationDiscipline(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !evaluates(l) {
			continue
		}
		own, by := l.Facts.Discipline.String(), c.RenderedBy(l).Credential
		f := scrubber.Finding{Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: l.Code}
		switch credential := scrubber.CredentialDiscipline(by); {
		case credential != "" && credential != own:
			f.Message = l.Code + ", an evaluation of the discipline " + own + ", rendered by credential " + by
			f.Expected = evaluationsOf(credential, l)
		case documentedBy(c, l) != "" && documentedBy(c, l) != own:
			f.Message = l.Code + ", an evaluation of the discipline " + own + ", documented by the discipline " + documentedBy(c, l)
			f.Expected = evaluationsOf(documentedBy(c, l), l)
		case by == "PTA" || by == "OTA" || assisted(c, l):
			f.Message = l.Code + " furnished by an assistant"
			f.Certainty = scrubber.Inferred
		default:
			continue
		}
		r.Add(f)
	}
}

// evaluationsOf names the codes by which the discipline evaluates, or re-evaluates where the line does; empty for speech-language
// pathology, whose codes go by what is evaluated.
func evaluationsOf(discipline string, l *scrubber.Line) string {
	again := l.Facts.Is(refdata.Reevaluation)
	switch {
	case discipline == "PT" && again:
		return "97164"
	case discipline == "PT":
		return "97161-97163"
	case discipline == "OT" && again:
		return "97168"
	case discipline == "OT":
		return "97165-97167"
	}
	return ""
}

// documentedBy is the discipline that documented the line's evaluation; empty where it is not said by all.
func documentedBy(c *scrubber.Case, l *scrubber.Line) (d string) {
	for i, s := range l.Services {
		if i > 0 && c.Services[s].Discipline != d {
			return ""
		}
		d = c.Services[s].Discipline
	}
	return d
}

// assisted tells whether an assistant alone furnished some of the line's evaluation.
func assisted(c *scrubber.Case, l *scrubber.Line) bool {
	for _, s := range l.Services {
		if c.Services[s].AssistantAlone() > 0 {
			return true
		}
	}
	return false
}
