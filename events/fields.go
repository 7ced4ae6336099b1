package events

// The tables of the contract: every object's fields in the order of the documentation. The JSON Schema
// has the same fields, and a test compares them.

var encounterFields = []field[Encounter]{
	{"encounter_id", true, func(s *scanner, e *Encounter) { e.EncounterID = s.str(idText) }},
	{"revision", true, func(s *scanner, e *Encounter) { e.Revision = s.number(1, maxRevision) }},
	{"service_date", true, func(s *scanner, e *Encounter) { e.ServiceDate = s.date() }},
	{"place_of_service", true, func(s *scanner, e *Encounter) { e.PlaceOfService = s.format("2 digits", twoDigits) }},
	{"patient", true, func(s *scanner, e *Encounter) { object(s, patientFields, &e.Patient) }},
	{"coverage", true, func(s *scanner, e *Encounter) { e.Coverage = s.coverages() }},
	{"claim_frequency", false, func(s *scanner, e *Encounter) { e.ClaimFrequency = s.enum(frequencies) }},
	{"original_claim_number", false, func(s *scanner, e *Encounter) { e.OriginalClaimNumber = s.str(referenceText) }},
	{"billing_provider", true, func(s *scanner, e *Encounter) { object(s, billingProviderFields, &e.BillingProvider) }},
	{"rendering_provider", true, func(s *scanner, e *Encounter) { object(s, renderingFields, &e.RenderingProvider) }},
	{"referring_provider", false, func(s *scanner, e *Encounter) { e.ReferringProvider = s.provider(providerFields) }},
	{"supervising_provider", false, func(s *scanner, e *Encounter) { e.SupervisingProvider = s.provider(providerFields) }},
	{"plans_of_care", false, func(s *scanner, e *Encounter) { e.PlansOfCare = objects(s, maxPlansOfCare, planOfCareFields) }},
	{"dates", false, func(s *scanner, e *Encounter) { object(s, datesFields, &e.Dates) }},
	{"accident_state", false, func(s *scanner, e *Encounter) { e.AccidentState = s.format("2 capital letters", twoCapitals) }},
	{"diagnoses", true, func(s *scanner, e *Encounter) { e.Diagnoses = s.texts(maxDiagnoses, codeText) }},
	{"total_treatment_minutes", false, func(s *scanner, e *Encounter) { e.TotalTreatmentMinutes = s.minutes() }},
	{"total_timed_minutes", false, func(s *scanner, e *Encounter) { e.TotalTimedMinutes = s.minutes() }},
	{"services", false, func(s *scanner, e *Encounter) { e.Services = objects(s, maxServices, serviceFields) }},
	{"charges", true, func(s *scanner, e *Encounter) { e.Charges = objects(s, maxCharges, chargeFields) }},
	{"same_day", false, func(s *scanner, e *Encounter) { e.SameDay = objects(s, maxSameDay, sameDayFields) }},
	{"notes", false, func(s *scanner, e *Encounter) { object(s, notesFields, &e.Notes) }},
}

var patientFields = []field[Patient]{
	{"id", true, func(s *scanner, p *Patient) { p.ID = s.str(idText) }},
	{"birth_date", true, func(s *scanner, p *Patient) { p.BirthDate = s.date() }},
	{"sex", true, func(s *scanner, p *Patient) { p.Sex = s.enum(sexes) }},
}

// The ids are optional here: coverages requires them by program.
var coverageFields = []field[Coverage]{
	{"program", true, func(s *scanner, c *Coverage) { c.Program = s.enum(programs) }},
	{"payer_id", false, func(s *scanner, c *Coverage) { c.PayerID = s.str(payerText) }},
	{"member_id", false, func(s *scanner, c *Coverage) { c.MemberID = s.str(payerText) }},
	{"authorization", false, func(s *scanner, c *Coverage) { c.Authorization = s.str(referenceText) }},
	{"therapy_used_cents", false, func(s *scanner, c *Coverage) {
		c.TherapyUsedCents = new(TherapyUsed)
		object(s, therapyUsedFields, c.TherapyUsedCents)
	}},
}

var therapyUsedFields = []field[TherapyUsed]{
	{"pt_slp", false, func(s *scanner, t *TherapyUsed) { t.PTSLP = s.cents() }},
	{"ot", false, func(s *scanner, t *TherapyUsed) { t.OT = s.cents() }},
}

var billingProviderFields = []field[BillingProvider]{
	{"npi", true, func(s *scanner, b *BillingProvider) { b.NPI = s.str(npiText) }},
	{"tax_id", false, func(s *scanner, b *BillingProvider) { b.TaxID = s.str(taxText) }},
	{"taxonomy", false, func(s *scanner, b *BillingProvider) { b.Taxonomy = s.str(taxText) }},
}

// renderingFields are those of a rendering provider, whose credential is required.
var renderingFields = []field[Provider]{providerFields[0], {"credential", true, providerFields[1].read}, providerFields[2]}

var providerFields = []field[Provider]{
	{"npi", true, func(s *scanner, p *Provider) { p.NPI = s.str(npiText) }},
	{"credential", false, func(s *scanner, p *Provider) { p.Credential = s.enum(credentials) }},
	{"taxonomy", false, func(s *scanner, p *Provider) { p.Taxonomy = s.str(taxText) }},
}

var planOfCareFields = []field[PlanOfCare]{
	{"discipline", true, func(s *scanner, p *PlanOfCare) { p.Discipline = s.enum(disciplines) }},
	{"certified_on", false, func(s *scanner, p *PlanOfCare) { p.CertifiedOn = s.date() }},
	{"expires_on", false, func(s *scanner, p *PlanOfCare) { p.ExpiresOn = s.date() }},
}

var datesFields = []field[Dates]{
	{"onset", false, func(s *scanner, d *Dates) { d.Onset = s.date() }},
	{"initial_treatment", false, func(s *scanner, d *Dates) { d.InitialTreatment = s.date() }},
	{"last_xray", false, func(s *scanner, d *Dates) { d.LastXray = s.date() }},
	{"accident", false, func(s *scanner, d *Dates) { d.Accident = s.date() }},
}

var serviceFields = []field[Service]{
	{"id", true, func(s *scanner, v *Service) { v.ID = s.str(idText) }},
	{"kind", true, func(s *scanner, v *Service) { v.Kind = s.enum(serviceKinds) }},
	{"session", false, func(s *scanner, v *Service) { v.Session = s.number(1, maxNumber) }},
	{"discipline", false, func(s *scanner, v *Service) { v.Discipline = s.enum(disciplines) }},
	{"minutes", false, func(s *scanner, v *Service) { v.Minutes = s.minutes() }},
	{"assistant_minutes", false, func(s *scanner, v *Service) { v.AssistantMinutes = s.minutes() }},
	{"intervals", false, func(s *scanner, v *Service) { v.Intervals = objects(s, maxIntervals, intervalFields) }},
	{"regions", false, func(s *scanner, v *Service) { v.Regions = s.words(maxRegions, regions) }},
	{"muscles", false, func(s *scanner, v *Service) { v.Muscles = s.texts(maxMuscles, muscleText) }},
	{"techniques", false, func(s *scanner, v *Service) { v.Techniques = s.texts(maxTechniques, techniqueText) }},
	{"attended", false, func(s *scanner, v *Service) { v.Attended = s.boolean() }},
	{"code", false, func(s *scanner, v *Service) { v.Code = s.str(codeText) }},
}

var intervalFields = []field[Interval]{
	{"start", true, func(s *scanner, i *Interval) { i.Start = s.clock() }},
	{"end", true, func(s *scanner, i *Interval) { i.End = s.clock() }},
	{"by", true, func(s *scanner, i *Interval) { i.By = s.enum(clinicians) }},
}

var chargeFields = []field[Charge]{
	{"line", true, func(s *scanner, c *Charge) { c.Line = s.number(1, maxNumber) }},
	{"code", true, func(s *scanner, c *Charge) { c.Code = s.str(codeText) }},
	{"modifiers", false, func(s *scanner, c *Charge) { c.Modifiers = s.texts(maxModifiers, modifierText) }},
	{"units", true, func(s *scanner, c *Charge) { c.Units = s.number(-maxUnits, maxUnits) }},
	{"charge_cents", true, func(s *scanner, c *Charge) { c.ChargeCents, _ = s.integer(-maxCents, maxCents) }},
	{"diagnosis_pointers", true, func(s *scanner, c *Charge) { c.DiagnosisPointers = s.numbers(maxPointers) }},
	{"service_ids", false, func(s *scanner, c *Charge) { c.ServiceIDs = s.texts(maxServiceIDs, idText) }},
	{"rendering_provider", false, func(s *scanner, c *Charge) { c.RenderingProvider = s.provider(renderingFields) }},
	{"supervising_provider", false, func(s *scanner, c *Charge) { c.SupervisingProvider = s.provider(providerFields) }},
}

var sameDayFields = []field[SameDayLine]{
	{"code", true, func(s *scanner, l *SameDayLine) { l.Code = s.str(codeText) }},
	{"units", true, func(s *scanner, l *SameDayLine) { l.Units = s.number(-maxUnits, maxUnits) }},
	{"modifiers", false, func(s *scanner, l *SameDayLine) { l.Modifiers = s.texts(maxModifiers, modifierText) }},
	{"rendering_npi", false, func(s *scanner, l *SameDayLine) { l.RenderingNPI = s.str(npiText) }},
	{"encounter_id", true, func(s *scanner, l *SameDayLine) { l.EncounterID = s.str(idText) }},
}

var notesFields = []field[DocumentationFacts]{
	{"medical_necessity", false, func(s *scanner, n *DocumentationFacts) { n.MedicalNecessity = s.boolean() }},
	{"consent", false, func(s *scanner, n *DocumentationFacts) { n.Consent = s.boolean() }},
	{"response", false, func(s *scanner, n *DocumentationFacts) { n.Response = s.boolean() }},
	{"maintenance", false, func(s *scanner, n *DocumentationFacts) { n.Maintenance = s.boolean() }},
	{"abn_on_file", false, func(s *scanner, n *DocumentationFacts) { n.ABNOnFile = s.boolean() }},
	{"reevaluation_reason", false, func(s *scanner, n *DocumentationFacts) { n.ReevaluationReason = s.boolean() }},
	{"part", false, func(s *scanner, n *DocumentationFacts) { n.PART = s.words(maxPARTFacts, partFacts) }},
}

// coverages reads the payers. All but a self-paying patient have the two ids.
func (s *scanner) coverages() []Coverage {
	out := list(s, make([]Coverage, 0, 2), maxCoverage, func(s *scanner, c *Coverage) {
		seen, ok := object(s, coverageFields, c)
		if !ok || c.Program == "self_pay" {
			return
		}
		for i, f := range coverageFields {
			if seen&(1<<i) == 0 && (f.name == "payer_id" || f.name == "member_id") {
				s.missing(f.name, "a value, the field is required unless program is self_pay")
			}
		}
	})
	if out != nil && len(out) == 0 {
		s.add(OutOfRange, "1 item or more", items(0))
	}
	return out
}

func (s *scanner) provider(fields []field[Provider]) *Provider {
	p := new(Provider)
	object(s, fields, p)
	return p
}

// objects reads a list of objects of these fields.
func objects[T any](s *scanner, most int, fields []field[T]) []T {
	return list(s, make([]T, 0, 2), most, func(s *scanner, v *T) { object(s, fields, v) }) // most lists are that short
}

// texts reads a list of strings of a bounded length.
func (s *scanner) texts(most int, bounds text) []string {
	return take(&s.strings, list(s, s.strings, most, func(s *scanner, v *string) { *v = s.str(bounds) }))
}

// words reads a list of words of a closed list.
func (s *scanner) words(most int, of []string) []string {
	return take(&s.strings, list(s, s.strings, most, func(s *scanner, v *string) { *v = s.enum(of) }))
}

// numbers reads a list of integers.
func (s *scanner) numbers(most int) []int {
	return take(&s.ints, list(s, s.ints, most, func(s *scanner, v *int) { *v = s.number(-maxUnits, maxUnits) }))
}

// take takes a list that was appended to room out of it. A list that did not fit has grown into memory of its own.
func take[T any](room *[]T, list []T) []T {
	if list != nil && cap(list) == cap(*room) {
		*room = list[len(list):]
	}
	return list[:len(list):len(list)]
}

// number reads an integer that fits an int.
func (s *scanner) number(least, most int64) int {
	n, _ := s.integer(least, most)
	return int(n)
}

// minutes reads minutes of one day; nil when the value is at fault.
func (s *scanner) minutes() *int {
	n, ok := s.integer(0, dayMinutes)
	if !ok {
		return nil
	}
	return &take(&s.ints, append(s.ints, int(n)))[0]
}

// cents reads an amount that is not negative; nil when the value is at fault.
func (s *scanner) cents() *int64 {
	n, ok := s.integer(0, maxCents)
	if !ok {
		return nil
	}
	return &n
}

// date reads a day of the calendar from 1900 to 2199, YYYY-MM-DD.
func (s *scanner) date() string {
	return s.format("a calendar date YYYY-MM-DD from 1900 to 2199", calendarDate)
}

// clock reads a time of day.
func (s *scanner) clock() string {
	return s.format("a time of day HH:MM from 00:00 to 24:00", clockTime)
}
