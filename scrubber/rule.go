package scrubber

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Rule is one edit: who says what, what it costs, and the check itself. Every field but Params is
// required and Validate says which one is missing.
type Rule struct {
	ID        string // family letters and three digits, for ever: REG001, DX001
	Name      string // kebab-case; may improve
	Title     string // what is wrong, as a headline
	Why       string // what the authority says, what the payer does, what it costs
	Fix       string // what a biller does next, a verb phrase
	Source    Source
	Since     string    // the release that brought it, MAJOR.MINOR.PATCH
	Severity  Severity  // the ceiling: a finding may carry less; a profile lowers or raises it, with a reason
	Certainty Certainty // an inferred rule never rejects unless a profile says so
	Predicts  CARC      // what the payer is expected to answer, or NoCARC
	SNIP      int       // WEDI SNIP type, 1..7
	Needs     Tables    // reference tables without which it is not evaluated, or NoTables
	Facts     Facts     // what it is judged from
	Subject   Subject   // what a claim must show for the rule to have anything to say; zero for any claim
	Params    []Param   // what a payer profile may set
	Check     func(*Case, *Report)
}

// Severity orders findings: a claim with a Reject is claim.rejected.
type Severity uint8

// The severities, least first. Off is only for a profile's override: the rule is not evaluated.
const (
	Off Severity = iota + 1
	Info
	Warn
	Reject
)

func (s Severity) String() string {
	switch s {
	case Off:
		return "off"
	case Info:
		return "info"
	case Warn:
		return "warn"
	case Reject:
		return "reject"
	}
	return ""
}

// ParseSeverity reads off, info, warn or reject.
func ParseSeverity(s string) (Severity, bool) {
	for sev := Off; sev <= Reject; sev++ {
		if s == sev.String() {
			return sev, true
		}
	}
	return 0, false
}

// Certainty tells a published fact from one inferred (carried forward, secondary source).
type Certainty uint8

// The certainties.
const (
	Published Certainty = iota + 1
	Inferred
)

func (c Certainty) String() string {
	switch c {
	case Published:
		return "published"
	case Inferred:
		return "inferred"
	}
	return ""
}

// Source is who says so. Authority and Title are required.
type Source struct{ Authority, Title, Section, URL string }

// CARC predicts the payer's adjustment: group (CO when empty), claim adjustment reason code, remark code.
type CARC struct{ Group, Code, RARC string }

// GroupCode is the adjustment group, CO where the rule says none.
func (c CARC) GroupCode() string {
	if c.Group == "" {
		return "CO"
	}
	return c.Group
}

// NoCARC says outright that no denial is predicted.
var NoCARC = CARC{Code: "none"} //nolint:gochecknoglobals // a constant in all but name

// Tables is the set of reference tables a rule reads.
type Tables uint8

// The reference tables. NoTables is said outright.
const (
	NoTables Tables = 1 << iota
	PTPTable
	MUETable
	ICD10CMTable
	CodeTable
	FeeScheduleTable
	PlaceOfServiceTable
	ModifierTable
)

// Subject is a family of services. A rule that is limited to one is clear where the encounter shows none of it: on a line, on a
// line of the same day, or documented.
type Subject uint8

// Manipulation: osteopathic and chiropractic, 98925 to 98943. Needles: needling, injection and acupuncture.
const (
	Manipulation Subject = 1 << iota
	Needles
)

// subjectOf is the subject of a procedure code.
func subjectOf(code string) Subject {
	if len(code) == 5 {
		switch code[:3] {
		case "989":
			return Manipulation
		case "205", "978":
			return Needles
		}
	}
	return 0
}

// subject is what the service was.
func (s *Service) subject() Subject {
	switch s.Kind {
	case OsteopathicManipulation, ChiropracticManipulation:
		return Manipulation
	case DryNeedling, TriggerPointInjection, Acupuncture:
		return Needles
	}
	if s.Needling {
		return Needles
	}
	return subjectOf(s.Code)
}

// Facts is what a rule is judged from; the test harness demands a not-evaluated case accordingly.
type Facts uint8

// ClaimAlone: required fields of the claim, always there. Documentation: optional facts, without which
// the rule is not evaluated. MissingFacts: the rule is itself about facts that are missing.
const (
	ClaimAlone Facts = iota + 1
	Documentation
	MissingFacts
)

var (
	ruleID   = regexp.MustCompile(`^[A-Z]{2,4}[0-9]{3}$`)
	ruleName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	release  = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
)

// Validate reports every field that is missing or malformed.
func (r *Rule) Validate() error {
	var errs []error
	demand := func(ok bool, what string) {
		if !ok {
			errs = append(errs, fmt.Errorf("rule %q: %s", r.ID, what))
		}
	}
	demand(ruleID.MatchString(r.ID), "ID: expected two to four capitals and three digits")
	demand(ruleName.MatchString(r.Name), "Name: expected kebab-case")
	demand(r.Title != "", "Title: missing")
	demand(r.Why != "", "Why: missing")
	demand(r.Fix != "" && !strings.HasSuffix(r.Fix, "."), "Fix: expected a verb phrase without a period")
	demand(r.Source.Authority != "" && r.Source.Title != "", "Source: expected an authority and a title")
	demand(release.MatchString(r.Since), "Since: expected MAJOR.MINOR.PATCH")
	demand(r.Severity >= Info && r.Severity <= Reject, "Severity: expected Info, Warn or Reject")
	demand(r.Certainty == Published || r.Certainty == Inferred, "Certainty: expected Published or Inferred")
	demand(r.Predicts.Code != "", "Predicts: expected a CARC or NoCARC")
	demand(!carcNeedsRARC(r.Predicts.Code) || r.Predicts.RARC != "", "Predicts: CARC "+r.Predicts.Code+" is invalid without a RARC")
	demand(r.SNIP >= 1 && r.SNIP <= 7, "SNIP: expected 1..7")
	demand(r.Needs != 0, "Needs: expected reference tables or NoTables")
	demand(r.Facts != 0, "Facts: expected ClaimAlone, Documentation or MissingFacts")
	demand(r.Check != nil, "Check: missing")
	for _, p := range r.Params {
		if err := p.validate(); err != nil {
			errs = append(errs, fmt.Errorf("rule %q: %w", r.ID, err))
		}
	}
	return errors.Join(errs...)
}

// carcNeedsRARC: X12's usage notes forbid these reason codes without a remark code.
func carcNeedsRARC(code string) bool {
	switch code {
	case "16", "96", "226", "234", "251", "252":
		return true
	}
	return false
}
