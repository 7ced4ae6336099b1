package documented

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// ChargeNotDocumented is DOC001.
var ChargeNotDocumented = scrubber.Rule{
	ID: "DOC001", Name: "charge-not-documented",
	Title: "Charge that no documented service supports",
	Why: "Each code billed must be found in the note of the visit as a service furnished. A payer that asks for the note and does not find it " +
		"denies the line as not documented, and a pattern of such lines is recouped.",
	Fix:    "take the charge out, bill the code of what was done, or complete the note if it was done and not recorded",
	Source: note,
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "112"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: chargeNotDocumented,
}

func chargeNotDocumented(c *scrubber.Case, r *scrubber.Report) {
	if !c.Documented {
		if len(c.Lines) > 0 {
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services: what was done")
		}
		return
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		switch l.Basis {
		case scrubber.NoService:
			undocumented(c, r, l)
		case scrubber.Matched:
			otherLevel(c, r, l)
		case scrubber.Linked:
			if linked(c, l, func(s *scrubber.Service) bool { return documents(s, l) }) {
				dangling(c, r, l)
				otherLevel(c, r, l)
			} else {
				otherService(c, r, l)
			}
		}
	}
}

func linked(c *scrubber.Case, l *scrubber.Line, is func(*scrubber.Service) bool) bool {
	return slices.ContainsFunc(l.Services, func(s int) bool { return is(&c.Services[s]) })
}

// documents tells whether a linked service may be what the line bills. Where the code table does not know
// the code, and for an unlisted code, the link is believed; so it is for a service that names no code.
func documents(s *scrubber.Service, l *scrubber.Line) bool {
	switch {
	case s.Documents(l), l.Known == refdata.Outside || l.Known == refdata.NoEdition || l.Facts.Is(refdata.Unlisted):
		return true
	case s.Kind == scrubber.KindOther && s.Code == "":
		return true
	case l.Code == "97140": // needling, massage, biofeedback or stimulation billed as manual therapy is told by its own rule
		return s.Needling || s.Kind == scrubber.Massage || s.Kind == scrubber.Biofeedback || s.Kind == scrubber.ElectricalStimulation || s.Kind == scrubber.TENS
	case l.Code == "97763": // a later encounter of either
		return s.Kind == scrubber.OrthoticManagement || s.Kind == scrubber.ProstheticTraining
	case l.Facts.Is(refdata.Biofeedback):
		return s.Kind == scrubber.Biofeedback
	}
	return false
}

// dangling reports service ids of a line that name no service, where others of them do.
func dangling(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	for i, id := range l.ServiceIDs {
		if !linked(c, l, func(s *scrubber.Service) bool { return s.ID == id }) {
			r.Add(scrubber.Finding{
				Severity: scrubber.Warn, Message: l.Named() + " names a service that is not documented, beside one that is",
				Pointer: l.Pointer("service_ids", i), Lines: []int{l.Number},
			})
			return
		}
	}
}

// undocumented reports a line without any service.
func undocumented(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	f := scrubber.Finding{
		Message: l.Named() + " billed, and no documented service supports it",
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: codeOf(l),
		Fix: &scrubber.Fix{Summary: "take the charge out, if it was not done", Patch: l.RemoveLine()},
	}
	if len(l.ServiceIDs) > 0 {
		f.Message = l.Named() + " names services that are not documented"
		f.Pointer = l.Pointer("service_ids")
		if supported(c, l) {
			f.Fix = unlink(l)
		}
	} else if l.Facts.Is(refdata.Unlisted) && slices.ContainsFunc(c.Services, func(s scrubber.Service) bool { return !s.Charged }) {
		f.Severity = scrubber.Warn // an unlisted code may be what bills a service that no line takes
		f.Message = l.Code + " billed, an unlisted code, and not linked to what was done"
		f.Fix = nil
	}
	r.Add(f)
}

// otherService reports a line linked to services of which none is what its code says.
func otherService(c *scrubber.Case, r *scrubber.Report, l *scrubber.Line) {
	s := &c.Services[l.Services[0]]
	for _, o := range l.Services {
		if c.Services[o].Kind.String() < s.Kind.String() {
			s = &c.Services[o]
		}
	}
	f := scrubber.Finding{
		Message: l.Named() + " is linked to " + s.Kind.String() + ", which it does not describe",
		Pointer: l.Pointer("service_ids"), Lines: []int{l.Number}, Billed: codeOf(l),
	}
	if codes := s.Kind.Codes(); len(l.Services) == 1 && len(codes) == 1 {
		f.Expected = codes[0]
		f.Fix = &scrubber.Fix{Summary: "bill " + codes[0] + " for what was done; the fee must follow", Patch: scrubber.Replace(l.Pointer("code"), codes[0])}
	}
	if supported(c, l) {
		f.Expected, f.Fix = "", unlink(l)
	}
	r.Add(f)
}

// supported tells whether some documented service is what the line's code says.
func supported(c *scrubber.Case, l *scrubber.Line) bool {
	return slices.ContainsFunc(c.Services, func(s scrubber.Service) bool { return s.Supports(l.Code) })
}

func unlink(l *scrubber.Line) *scrubber.Fix {
	return &scrubber.Fix{Summary: "link the line to the service that it bills", Patch: scrubber.Remove(l.Pointer("service_ids"))}
}

// codeOf is the line's code where it is one, and nothing where it may be an identifier sent in the wrong place.
func codeOf(l *scrubber.Line) string {
	if scrubber.ProcedureCode(l.Code) {
		return l.Code
	}
	return ""
}
