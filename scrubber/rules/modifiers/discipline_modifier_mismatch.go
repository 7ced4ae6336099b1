package modifiers

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// DisciplineModifierMismatch is MOD004.
var DisciplineModifierMismatch = scrubber.Rule{
	ID: "MOD004", Name: "discipline-modifier-mismatch",
	Title: "GP, GO or GN contradicts the code, the documentation or the plan of care",
	Why: "The discipline modifier names the plan of care that a service belongs to. An evaluation has the modifier of its own discipline; a service documented by one discipline " +
		"is not another's; and a line needs a plan of care of its discipline. A contradiction is denied, or counts to the wrong threshold.",
	Fix:    "bill the modifier of the discipline that treated, or send the plan of care that the line belongs to",
	Source: manual("20.1 and the discipline columns of 20.2 D"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{disciplineModifiers},
	Check: func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Lines {
			if l := &c.Lines[i]; len(l.Modifiers) > 0 {
				if said := l.LineDiscipline(); said != "" {
					mismatch(c, r, l, said)
				}
			}
		}
	},
}

func mismatch(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line, said string) {
	code, services, credential := "", servicesSay(c, l), scrubber.CredentialDiscipline(c.RenderedBy(l).Credential)
	if l.Known == refdata.Present && l.Facts.Discipline != refdata.NoDiscipline {
		code = l.Facts.Discipline.String()
	}
	other, why, certainty := "", "", scrubber.Published
	switch {
	case code != "" && code != said:
		other, why = code, ", a code of the discipline "+code
	case services != "" && services != said:
		other, why = services, ", documented by the discipline "+services
	case credential != "" && credential != said:
		other, why, certainty = credential, ", rendered by credential "+c.RenderedBy(l).Credential, scrubber.Inferred
	case code == "" && !planned(c, said):
		why = ", and no plan of care of the discipline " + said
	default:
		return
	}
	have := scrubber.DisciplineModifier(said)
	f := scrubber.Finding{Message: have + " on " + l.Named() + why, Certainty: certainty, Pointer: at(l, have), Lines: []int{l.Number}, Billed: have}
	if !c.Bool(&disciplineModifiers) {
		f.Severity = scrubber.Warn
	}
	if code != "" && services != code && credential != code && (services == said || credential == said) { // who treated agrees with the modifier: the code is wrong
		other = ""
	}
	if m := scrubber.DisciplineModifier(other); m != "" && !l.Has(m) {
		f.Expected = m
		f.Fix = &scrubber.Fix{Summary: "bill " + m + " instead of " + have, Patch: scrubber.Replace(f.Pointer, m)}
	}
	r.Add(f)
}

// servicesSay is the one discipline that all services of the line say; empty when they do not agree.
func servicesSay(c *scrubber.Case, l *scrubber.Line) (d string) {
	for i, s := range l.Services {
		if i > 0 && c.Services[s].Discipline != d {
			return ""
		}
		d = c.Services[s].Discipline
	}
	return d
}

// planned tells whether a plan of care of the discipline was sent, or may follow from the day's evaluation, or no
// plan was sent at all.
func planned(c *scrubber.Case, discipline string) bool {
	return len(c.Plans) == 0 ||
		slices.ContainsFunc(c.Plans, func(p scrubber.PlanOfCare) bool { return p.Discipline == discipline }) ||
		slices.ContainsFunc(c.Lines, func(l scrubber.Line) bool {
			return l.Known == refdata.Present && l.Facts.Is(refdata.Evaluation) && l.Facts.Discipline.String() == discipline
		})
}
