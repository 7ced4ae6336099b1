package scrubber

import (
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/units"
)

// UnitMethod is how a payer counts timed units.
type UnitMethod uint8

// CMSEightMinute pools all minutes of 15-minute codes (Pub 100-04 ch. 5 §20.2); CPTMidpoint counts each code alone.
const (
	CMSEightMinute UnitMethod = iota + 1
	CPTMidpoint
)

func (m UnitMethod) String() string {
	return [...]string{"", "cms_8_minute", "cpt_midpoint"}[m]
}

// ParseUnitMethod reads cms_8_minute or cpt_midpoint.
func ParseUnitMethod(s string) (UnitMethod, bool) {
	for m := CMSEightMinute; m <= CPTMidpoint; m++ {
		if s == m.String() {
			return m, true
		}
	}
	return 0, false
}

// Conflict is whose unit method counts where the secondary payer has another than the primary.
type Conflict uint8

// PrimaryCounts: the primary payer's, the default. EightMinuteCounts: the CMS 8-minute rule. FewerCounts: the method
// that earns fewer units for the minutes documented, the primary's where both earn the same.
const (
	PrimaryCounts Conflict = iota
	EightMinuteCounts
	FewerCounts
)

func (c Conflict) String() string {
	return [...]string{"primary", "cms_8_minute", "fewer_units"}[c]
}

// ParseConflict reads primary, cms_8_minute or fewer_units.
func ParseConflict(s string) (Conflict, bool) {
	for c := PrimaryCounts; c <= FewerCounts; c++ {
		if s == c.String() {
			return c, true
		}
	}
	return 0, false
}

// Policy is a payer profile as resolved: what the rules read of a payer.
type Policy struct {
	ID       string
	Title    string
	Revision string   // checksum of what the profile was resolved from
	PayerIDs []string // matched first
	Programs []string // matched when no policy names the payer id

	UnitMethod UnitMethod
	// Conflict is whose unit method counts where the secondary payer has another.
	Conflict Conflict
	Edits    refdata.Program // whose PTP and MUE tables
	// HoldNotEvaluated: a claim with a rule not evaluated is rejected instead of released.
	HoldNotEvaluated bool
	Overrides        map[string]Override // by rule id
	Params           map[string]Value    // by parameter name
	Rules            []Rule              // the practice's own, judged after the built-in ones
	Origins          map[string]Origin   // of the settings, by their name in the profile: unit_method, edits, ...

	// Resolved by New.
	ceilings                 []ceiling // by rule index
	checks                   []check   // by rule index
	methodGuess, editsGuess  bool      // the profile is not certain of UnitMethod, of Edits
	conflictGuess, holdGuess bool      // the profile is not certain of Conflict, of HoldNotEvaluated
}

// check is what the engine needs of a rule that has nothing to say: together, so that judging a clear claim reads little memory.
type check struct {
	run      func(*Case, *Report)
	depends  dependence
	settings []setting
}

// dependence is what may keep a rule from being run: a table that is missing, a subject that is not shown, an override.
type dependence uint32

// The lowest bits are tables, then come subjects. onOverride: the profile overrides the rule's severity.
const (
	onSubject  dependence = 0xff << 8
	onOverride dependence = 1 << 16
)

func dependsOn(needs Tables, subject Subject) dependence {
	return dependence(needs) | dependence(subject)<<8
}

// Override is a profile's own severity for a rule; every one says why, who and until when.
type Override struct {
	Severity Severity
	Reason   string
	Owner    string
	Until    civil.Date // the last day it holds, compared with the case's as-of day
	From     string     // file:line
}

type ceiling struct {
	severity Severity
	override *Override
}

// holds tells whether an override is in force on the day rules call today.
func (o *Override) holds(asOf civil.Date) bool {
	return o != nil && (o.Until.IsZero() || asOf <= o.Until)
}

// policyIndex finds the policy of a coverage in constant time, however many there are.
type policyIndex struct {
	byPayer   map[[2]string]*Policy // by payer id and program; an empty program is any
	byProgram map[string]*Policy
	fallback  *Policy
}

// indexPolicies indexes policies; where two match, the first counts. A policy that names neither payer ids
// nor programs is found by its id alone.
func indexPolicies(policies []*Policy) policyIndex {
	x := policyIndex{byPayer: map[[2]string]*Policy{}, byProgram: map[string]*Policy{}}
	for _, p := range policies {
		programs := p.Programs
		if len(programs) == 0 && len(p.PayerIDs) > 0 {
			programs = []string{""}
		}
		for _, program := range programs {
			for _, payer := range p.PayerIDs {
				if key := [2]string{payer, program}; x.byPayer[key] == nil {
					x.byPayer[key] = p
				}
			}
			if len(p.PayerIDs) == 0 && x.byProgram[program] == nil {
				x.byProgram[program] = p
			}
		}
	}
	x.fallback = x.byProgram["other"]
	if x.fallback == nil && len(policies) > 0 {
		x.fallback = policies[0]
	}
	return x
}

// policyFor is the policy of the primary coverage: by payer id and program, by payer id, by program, then the
// one of program "other", then the first.
func (x *policyIndex) policyFor(cov []Coverage) *Policy {
	if len(cov) == 0 {
		return x.fallback
	}
	if payer := cov[0].PayerID; payer != "" {
		if p := x.byPayer[[2]string{payer, cov[0].Program}]; p != nil {
			return p
		}
		if p := x.byPayer[[2]string{payer, ""}]; p != nil {
			return p
		}
	}
	if p := x.byProgram[cov[0].Program]; p != nil {
		return p
	}
	return x.fallback
}

// coordinate settles the unit method of a claim under the policy p of its primary payer, and whether it is certain.
func (e *Engine) coordinate(c *Case, p *Policy) {
	counts, guess := p, false
	if (p.Conflict != PrimaryCounts || p.conflictGuess) && len(c.Coverage) > 1 {
		secondary := e.PolicyFor(c.Coverage[1:])
		guess = p.conflictGuess && secondary.UnitMethod != p.UnitMethod
		switch {
		case secondary.UnitMethod == p.UnitMethod:
		case p.Conflict == EightMinuteCounts && secondary.UnitMethod == CMSEightMinute,
			p.Conflict == FewerCounts && c.earned(secondary.UnitMethod) < c.earned(p.UnitMethod):
			counts = secondary
		}
	}
	c.unitMethod = counts.UnitMethod
	c.methodGuessed = (counts.methodGuess || guess) && !c.methodsAgree()
}

// methodsAgree tells whether the documented minutes earn the same units of each code under both methods.
func (c *Case) methodsAgree() bool {
	for i := range c.Timed {
		p := &c.Timed[i]
		if p.Mixed || !p.PerCode || p.Concurrent > 0 {
			return false
		}
		a := p.Allocation()
		for j := range p.Pooled() {
			if alone := p.Pooled()[j].EarnsAtMidpoint(); a.Least(j) != alone || a.Most(j) != alone {
				return false
			}
		}
	}
	return true
}

// earned is how many timed units the documented minutes earn under the method.
func (c *Case) earned(m UnitMethod) (total int) {
	for i := range c.Timed {
		pool := 0
		for j := range c.Timed[i].Codes {
			t := &c.Timed[i].Codes[j]
			if t.Pooled() && m == CMSEightMinute {
				pool += t.Minutes
			} else {
				total += t.Earns()
			}
		}
		total += units.Midpoint(pool, 15)
	}
	return total
}

// UnitMethod is how the claim's timed units are counted: as the primary payer counts, or as its profile settles a
// conflict with the secondary payer's method. Where the profile is not certain of it and the two methods would differ,
// what is judged by it is inferred.
func (c *Case) UnitMethod() UnitMethod {
	c.uncertain = c.uncertain || c.methodGuessed
	return c.unitMethod
}

// Edits is whose PTP and MUE tables the claim is judged by.
func (c *Case) Edits() refdata.Program {
	c.uncertain = c.uncertain || c.Policy.editsGuess
	return c.Policy.Edits
}
