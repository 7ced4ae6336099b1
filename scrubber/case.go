package scrubber

import (
	"claimscrub/scrubber/anatomy"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// NotSent is the value of minutes and amounts that were not sent.
const NotSent = -1

// Fact is a documentation fact: not sent, no, or yes.
type Fact uint8

// The three states of a fact.
const (
	FactUnknown Fact = iota
	No
	Yes
)

// Case is an encounter, parsed and indexed once, as every rule reads it. It holds no patient id.
// Rules never change it.
type Case struct {
	EncounterID    string
	Revision       int
	ServiceDate    civil.Date
	AsOf           civil.Date // the day rules call today
	PlaceOfService string
	BirthDate      civil.Date
	Sex            string // F, M, U

	Coverage                                    []Coverage // first = primary
	Frequency                                   string     // 1, 7, 8
	OriginalClaimNumber                         string
	Billing                                     Provider
	TaxID                                       string
	Rendering                                   Provider
	Referring                                   *Provider
	Supervising                                 *Provider
	Plans                                       []PlanOfCare
	Onset, InitialTreatment, LastXray, Accident civil.Date // zero: not sent
	AccidentState                               string
	Diagnoses                                   []string // without dots, upper case, in order; first = principal

	TotalTreatmentMinutes int  // NotSent when absent
	TotalTimedMinutes     int  // NotSent when absent
	Documented            bool // services were sent, perhaps empty
	Services              []Service
	Lines                 []Line
	SameDay               []SameDayLine
	Notes                 Notes

	Violations []Violation // the input breaks the schema; nothing but EncounterID and Revision can be relied on

	// What Engine.Scrub adds before the rules run.
	Policy     *Policy
	Tables     refdata.View
	Telehealth bool // place of service 02 or 10, or a line with 93, 95 or GT
	Timed      []TimedPool

	room         room
	diagnoses    []diagnosis // of Diagnoses
	pairs        []refdata.Pair
	paired       bool // the day has two codes that an edit could pair
	pairsOutside [2]string

	unitMethod    UnitMethod
	methodGuessed bool // the profile is not certain of the unit method, and the other would earn other units
	subject       Subject
	checking      int  // the rule being checked, as the policy orders them
	uncertain     bool // the rule being checked has read a value that the profile is not certain of
}

// room is where the lists of a case of the usual size are kept: one allocation instead of one for each.
type room struct {
	coverage  [2]Coverage
	codes     [4]string
	diagnoses [4]diagnosis
	services  [8]int
	timed     [1]TimedPool
	timedCode [4]TimedCode
	counts    [8]int
}

// Coverage is one payer. The amounts are cents of the year's therapy thresholds already used, or NotSent.
type Coverage struct {
	Program, PayerID, MemberID, Authorization string
	UsedPTSLP, UsedOT                         int64
}

// Provider is who rendered, referred, supervised or bills. Credential is the contract's word, or empty.
type Provider struct{ NPI, Credential, Taxonomy string }

// PlanOfCare is a discipline's plan; zero dates were not sent.
type PlanOfCare struct {
	Discipline             string
	CertifiedOn, ExpiresOn civil.Date
}

// Notes are facts of documentation.
type Notes struct {
	MedicalNecessity, Consent, Response, Maintenance, ABNOnFile, ReevaluationReason Fact
	PARTSent                                                                        bool
	PART                                                                            []string
}

// Violation is a place where the input breaks the schema.
type Violation struct {
	Kind      string // the decoder's closed list
	Pointer   string
	Attribute string // the CloudEvents attribute at fault; empty for a violation of the data
	Expected  string
	Got       string
}

// Service is one documented service.
type Service struct {
	Index            int // in /services
	ID               string
	Kind             Kind
	Session          int    // 1 or more
	Discipline       string // PT, OT, SLP, or empty
	Minutes          int    // includes AssistantMinutes; NotSent when absent
	AssistantMinutes int    // NotSent when absent
	Intervals        []Interval
	RegionsSent      bool
	Regions          anatomy.Set // sides of a limb are one region
	Muscles          []string    // as sent
	Techniques       []string    // as sent
	Attended         Fact
	Code             string // as documented, or empty
	Needling         bool   // needle insertion without injection, by kind or by a technique of manual therapy
	Biofeedback      bool   // biofeedback, by kind or by a technique of manual therapy
	Charged          bool   // a line takes it

	timed *refdata.Code // see TimedCode
}

// Interval is one stretch of one-on-one time.
type Interval struct {
	Start, End civil.Clock
	Assistant  bool
}

// SameDayLine is a line of another encounter of the day.
type SameDayLine struct {
	Code, RenderingNPI string
	Units              int
	Modifiers          []string
}

// Basis is why a line has the services it has.
type Basis uint8

// NoService: nothing documented supports the line. Linked: by service_ids. Matched: by the kind or code of
// the services. StandsIn: an unlinked 97140 that nothing else supports, beside needling, massage or
// biofeedback that no line bills: the documentation shows what it really was.
const (
	NoService Basis = iota
	Linked
	Matched
	StandsIn
)

// Line is one charge.
type Line struct {
	Index       int // in /charges
	Number      int // as sent
	Code        string
	Modifiers   []string
	Units       int
	ChargeCents int64
	Pointers    []int // 1-based, as sent
	ServiceIDs  []string
	Rendering   *Provider // nil: the encounter's
	Supervising *Provider // nil: the encounter's

	Facts    *refdata.Code // of the code table, when Known is Present; read only, and never nil in a rule
	Known    refdata.Found
	Limit    refdata.UnitLimit // the medically unlikely edit of the code, when Limited is Present
	Limited  refdata.Found
	Services []int // indexes into Case.Services
	Basis    Basis

	timed            *refdata.Code // see TimedCode
	said, discipline string        // see LineDiscipline
}

// diagnosis is what the table says of a diagnosis.
type diagnosis struct {
	refdata.Diagnosis
	found refdata.Found
}

// Diagnosis is what the table of diagnoses says of the i-th one.
func (c *Case) Diagnosis(i int) (refdata.Diagnosis, refdata.Found) {
	return c.diagnoses[i].Diagnosis, c.diagnoses[i].found
}

// Pointer is the JSON pointer to the line, or to a field of it.
func (l *Line) Pointer(field ...any) string {
	return Pointer(append([]any{"charges", l.Index}, field...)...)
}

// Has tells whether the line carries any of the modifiers, each of two characters.
func (l *Line) Has(modifiers ...string) bool {
	for _, m := range l.Modifiers {
		if len(m) != 2 {
			continue // no modifier, and none that a rule asks for
		}
		for _, other := range modifiers {
			if len(other) == 2 && other[0] == m[0] && other[1] == m[1] {
				return true
			}
		}
	}
	return false
}

// Timed tells whether the code table lists the line's code as timed.
func (l *Line) Timed() bool { return l.Known == refdata.Present && l.Facts.Timed() }

// Pointer is the JSON pointer to the service, or to a field of it.
func (s *Service) Pointer(field ...any) string {
	return Pointer(append([]any{"services", s.Index}, field...)...)
}

// Supports tells whether the service may be billed with code: by its kind, its code, or because it is needling.
func (s *Service) Supports(code string) bool {
	return s.Code == code || s.Kind.Maps(code) || s.Needling && DryNeedling.Maps(code)
}

// RenderedBy is who rendered the line: the line's own provider, else the encounter's.
func (c *Case) RenderedBy(l *Line) *Provider {
	if l.Rendering != nil {
		return l.Rendering
	}
	return &c.Rendering
}

// RemoveModifier is a patch that takes the i-th modifier off the line. It tests what stands there first, so that,
// applied after another patch, it fails rather than take another one off.
func (l *Line) RemoveModifier(i int) []PatchOp {
	path := l.Pointer("modifiers", i)
	return []PatchOp{{Op: "test", Path: path, Value: l.Modifiers[i]}, {Op: "remove", Path: path}}
}

// RemoveLine is a patch that takes the line out of the claim.
func (l *Line) RemoveLine() []PatchOp { return Remove(l.Pointer()) }
