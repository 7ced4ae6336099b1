package scrubber

import (
	"strings"
	"unicode/utf8"

	"claimscrub/events"
	"claimscrub/scrubber/anatomy"
	"claimscrub/scrubber/civil"
)

// Read decodes an encounter as a publisher sends it, bare or as a CloudEvent, and normalizes it. The day
// rules call today is that of the event's time, else the date of service. The error says why no
// encounter could be read.
func Read(body []byte) (*Case, error) {
	in, err := events.ReadEncounter(nil, body, 0)
	if err != nil {
		return nil, err
	}
	c := Normalize(in.Encounter, in.Violations, date(in.Envelope.AsOf()))
	if c.AsOf.IsZero() {
		c.AsOf = c.ServiceDate
	}
	return c, nil
}

// Normalize reads a decoded encounter as a case. asOf is the day rules call today. Violations are the
// places where the input breaks the schema; with any, only EncounterID and Revision of e are relied on.
func Normalize(e *events.Encounter, violations []events.Violation, asOf civil.Date) *Case {
	c := &Case{EncounterID: e.EncounterID, Revision: e.Revision, AsOf: asOf}
	if len(violations) > 0 {
		for _, v := range violations {
			c.Violations = append(c.Violations, Violation{string(v.Kind), v.Pointer, v.Attribute, v.Expected, v.Got})
		}
		return c
	}
	c.ServiceDate = date(e.ServiceDate)
	c.PlaceOfService = e.PlaceOfService
	c.BirthDate, c.Sex = date(e.Patient.BirthDate), e.Patient.Sex
	c.Frequency, c.OriginalClaimNumber = e.ClaimFrequency, e.OriginalClaimNumber
	if c.Frequency == "" {
		c.Frequency = "1"
	}
	c.Billing = Provider{NPI: e.BillingProvider.NPI, Taxonomy: e.BillingProvider.Taxonomy}
	c.TaxID = e.BillingProvider.TaxID
	c.Rendering = Provider(e.RenderingProvider)
	c.Referring, c.Supervising = provider(e.ReferringProvider), provider(e.SupervisingProvider)
	c.Onset, c.InitialTreatment = date(e.Dates.Onset), date(e.Dates.InitialTreatment)
	c.LastXray, c.Accident = date(e.Dates.LastXray), date(e.Dates.Accident)
	c.AccidentState = e.AccidentState
	c.TotalTreatmentMinutes, c.TotalTimedMinutes = minutes(e.TotalTreatmentMinutes), minutes(e.TotalTimedMinutes)
	c.Documented = e.Services != nil
	c.Coverage = c.room.coverage[:0]
	for _, v := range e.Coverage {
		c.Coverage = append(c.Coverage, coverage(v))
	}
	c.Diagnoses = c.room.codes[:0]
	for _, d := range e.Diagnoses {
		c.Diagnoses = append(c.Diagnoses, dotless(d))
	}
	if len(e.PlansOfCare) > 0 {
		c.Plans = make([]PlanOfCare, len(e.PlansOfCare))
	}
	for i, p := range e.PlansOfCare {
		c.Plans[i] = PlanOfCare{p.Discipline, date(p.CertifiedOn), date(p.ExpiresOn)}
	}
	c.Services = make([]Service, len(e.Services))
	for i := range e.Services {
		service(&c.Services[i], i, &e.Services[i])
	}
	c.Lines = make([]Line, len(e.Charges))
	for i := range e.Charges {
		line(&c.Lines[i], i, &e.Charges[i])
	}
	for _, l := range e.SameDay {
		c.SameDay = append(c.SameDay, SameDayLine{l.Code, l.RenderingNPI, l.Units, l.Modifiers})
	}
	n := &e.Notes
	c.Notes = Notes{
		fact(n.MedicalNecessity), fact(n.Consent), fact(n.Response), fact(n.Maintenance), fact(n.ABNOnFile),
		fact(n.ReevaluationReason), n.PART != nil, n.PART,
	}
	return c
}

// service reads s into an empty service, field by field: a whole one would be built and then copied.
func service(to *Service, index int, s *events.Service) {
	kind, _ := ParseKind(s.Kind) // the decoder let only known kinds through
	to.Index, to.ID, to.Kind, to.Code = index, s.ID, kind, s.Code
	to.Session, to.Discipline = max(1, s.Session), s.Discipline
	to.Minutes, to.AssistantMinutes = minutes(s.Minutes), minutes(s.AssistantMinutes)
	to.Muscles, to.Techniques, to.Attended = s.Muscles, s.Techniques, fact(s.Attended)
	to.RegionsSent, to.Needling, to.Biofeedback = s.Regions != nil, kind == DryNeedling, kind == Biofeedback
	for _, r := range s.Regions {
		if region, ok := anatomy.ParseRegion(r); ok {
			to.Regions.Add(region)
		}
	}
	if kind == ManualTherapy {
		for _, t := range s.Techniques {
			switch anatomy.ParseTechnique(t) {
			case anatomy.NeedleInsertion:
				to.Needling = true
			case anatomy.Biofeedback:
				to.Biofeedback = true
			}
		}
	}
	if len(s.Intervals) > 0 {
		to.Intervals = make([]Interval, len(s.Intervals))
	}
	for i, v := range s.Intervals {
		start, _ := civil.ParseClock(v.Start)
		end, _ := civil.ParseClock(v.End)
		to.Intervals[i] = Interval{start, end, v.By == "assistant"}
	}
}

// line reads ch into an empty line.
func line(to *Line, index int, ch *events.Charge) {
	to.Index, to.Number, to.Code, to.Modifiers = index, ch.Line, ch.Code, ch.Modifiers
	to.Units, to.ChargeCents = ch.Units, ch.ChargeCents
	to.Pointers, to.ServiceIDs = ch.DiagnosisPointers, ch.ServiceIDs
	to.Rendering, to.Supervising = provider(ch.RenderingProvider), provider(ch.SupervisingProvider)
}

func coverage(v events.Coverage) Coverage {
	c := Coverage{v.Program, v.PayerID, v.MemberID, v.Authorization, NotSent, NotSent}
	if v.TherapyUsedCents != nil {
		if used := v.TherapyUsedCents.PTSLP; used != nil {
			c.UsedPTSLP = *used
		}
		if used := v.TherapyUsedCents.OT; used != nil {
			c.UsedOT = *used
		}
	}
	return c
}

func provider(p *events.Provider) *Provider {
	if p == nil {
		return nil
	}
	q := Provider(*p)
	return &q
}

// date is a date the decoder has checked; the empty string is no date.
func date(s string) civil.Date {
	d, _ := civil.ParseDate(s)
	return d
}

func minutes(n *int) int {
	if n == nil {
		return NotSent
	}
	return *n
}

func fact(b *bool) Fact {
	switch {
	case b == nil:
		return FactUnknown
	case *b:
		return Yes
	}
	return No
}

// dotless is a diagnosis code as EDI carries it: upper case, without the dot.
func dotless(code string) string {
	var short [8]byte // an ICD-10-CM code and its dot
	b := append(short[:0], code...)
	dot := strings.IndexByte(code, '.')
	if dot >= 0 {
		b = append(b[:dot], code[dot+1:]...)
	}
	capital := true
	for i, ch := range b {
		if ch >= utf8.RuneSelf {
			return strings.ToUpper(string(b))
		}
		if 'a' <= ch && ch <= 'z' {
			b[i], capital = ch-'a'+'A', false
		}
	}
	if capital && dot < 0 {
		return code
	}
	return string(b)
}
