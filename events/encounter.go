package events

// Encounter is the data of an encounter.completed event: what was done and what is billed for one
// patient on one date of service. Fields documented as optional are zero when they were not sent.
type Encounter struct {
	EncounterID           string             `json:"encounter_id"`
	Revision              int                `json:"revision"` // 1 or more; a corrected encounter is sent again with a higher one
	ServiceDate           string             `json:"service_date"`
	PlaceOfService        string             `json:"place_of_service"` // two digits
	Patient               Patient            `json:"patient"`
	Coverage              []Coverage         `json:"coverage"` // one or more, the first is primary
	ClaimFrequency        string             `json:"claim_frequency,omitzero"`
	OriginalClaimNumber   string             `json:"original_claim_number,omitzero"`
	BillingProvider       BillingProvider    `json:"billing_provider"`
	RenderingProvider     Provider           `json:"rendering_provider"`
	ReferringProvider     *Provider          `json:"referring_provider,omitzero"`
	SupervisingProvider   *Provider          `json:"supervising_provider,omitzero"`
	PlansOfCare           []PlanOfCare       `json:"plans_of_care,omitzero"`
	Dates                 Dates              `json:"dates,omitzero"`
	AccidentState         string             `json:"accident_state,omitzero"`
	Diagnoses             []string           `json:"diagnoses"` // ICD-10-CM, dot optional; the first is principal
	TotalTreatmentMinutes *int               `json:"total_treatment_minutes,omitzero"`
	TotalTimedMinutes     *int               `json:"total_timed_minutes,omitzero"`
	Services              []Service          `json:"services,omitzero"` // nil: documentation not sent; empty: nothing documented
	Charges               []Charge           `json:"charges"`
	SameDay               []SameDayLine      `json:"same_day,omitzero"`
	Notes                 DocumentationFacts `json:"notes,omitzero"`
}

// Patient is all that is needed of the patient. ID is never read by a rule.
type Patient struct {
	ID        string `json:"id"`
	BirthDate string `json:"birth_date"`
	Sex       string `json:"sex"` // F, M, U
}

// Coverage is one payer, primary first. PayerID and MemberID are required unless Program is self_pay.
type Coverage struct {
	Program          string       `json:"program"`
	PayerID          string       `json:"payer_id,omitzero"`
	MemberID         string       `json:"member_id,omitzero"`
	Authorization    string       `json:"authorization,omitzero"`
	TherapyUsedCents *TherapyUsed `json:"therapy_used_cents,omitzero"`
}

// TherapyUsed is what the year's therapy thresholds have already accumulated, in cents.
type TherapyUsed struct {
	PTSLP *int64 `json:"pt_slp,omitzero"`
	OT    *int64 `json:"ot,omitzero"`
}

// BillingProvider is who bills.
type BillingProvider struct {
	NPI      string `json:"npi"`
	TaxID    string `json:"tax_id,omitzero"`
	Taxonomy string `json:"taxonomy,omitzero"`
}

// Provider is a person: rendering (credential required), referring or supervising.
type Provider struct {
	NPI        string `json:"npi"`
	Credential string `json:"credential,omitzero"`
	Taxonomy   string `json:"taxonomy,omitzero"`
}

// PlanOfCare is a discipline's plan, with its certification and last day.
type PlanOfCare struct {
	Discipline  string `json:"discipline"`
	CertifiedOn string `json:"certified_on,omitzero"`
	ExpiresOn   string `json:"expires_on,omitzero"`
}

// Dates are the claim's situational dates.
type Dates struct {
	Onset            string `json:"onset,omitzero"`
	InitialTreatment string `json:"initial_treatment,omitzero"`
	LastXray         string `json:"last_xray,omitzero"`
	Accident         string `json:"accident,omitzero"`
}

// Service is one documented service. Minutes includes AssistantMinutes; both are nil when not sent.
type Service struct {
	ID               string     `json:"id"`
	Kind             string     `json:"kind"`
	Session          int        `json:"session,omitzero"` // 1 or more, 1 when not sent
	Discipline       string     `json:"discipline,omitzero"`
	Minutes          *int       `json:"minutes,omitzero"`
	AssistantMinutes *int       `json:"assistant_minutes,omitzero"`
	Intervals        []Interval `json:"intervals,omitzero"`
	Regions          []string   `json:"regions,omitzero"`
	Muscles          []string   `json:"muscles,omitzero"`
	Techniques       []string   `json:"techniques,omitzero"`
	Attended         *bool      `json:"attended,omitzero"`
	Code             string     `json:"code,omitzero"`
}

// Interval is a stretch of one-on-one time by one clinician, HH:MM to HH:MM.
type Interval struct {
	Start string `json:"start"`
	End   string `json:"end"`
	By    string `json:"by"` // therapist or assistant
}

// Charge is one billed line.
type Charge struct {
	Line                int       `json:"line"` // 1 or more
	Code                string    `json:"code"`
	Modifiers           []string  `json:"modifiers,omitzero"`
	Units               int       `json:"units"`
	ChargeCents         int64     `json:"charge_cents"`
	DiagnosisPointers   []int     `json:"diagnosis_pointers"` // 1-based indexes into diagnoses
	ServiceIDs          []string  `json:"service_ids,omitzero"`
	RenderingProvider   *Provider `json:"rendering_provider,omitzero"`
	SupervisingProvider *Provider `json:"supervising_provider,omitzero"`
}

// SameDayLine is a line of another encounter of the same day; it joins the day's NCCI and MUE edits.
type SameDayLine struct {
	Code         string   `json:"code"`
	Units        int      `json:"units"`
	Modifiers    []string `json:"modifiers,omitzero"`
	RenderingNPI string   `json:"rendering_npi,omitzero"`
	EncounterID  string   `json:"encounter_id"`
}

// DocumentationFacts are facts of documentation, never free text; nil means not sent.
type DocumentationFacts struct {
	MedicalNecessity   *bool    `json:"medical_necessity,omitzero"`
	Consent            *bool    `json:"consent,omitzero"`
	Response           *bool    `json:"response,omitzero"`
	Maintenance        *bool    `json:"maintenance,omitzero"`
	ABNOnFile          *bool    `json:"abn_on_file,omitzero"`
	ReevaluationReason *bool    `json:"reevaluation_reason,omitzero"`
	PART               []string `json:"part,omitzero"` // pain, asymmetry, range_of_motion, tissue_tone
}
