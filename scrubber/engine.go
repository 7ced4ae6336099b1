// Package scrubber is the core: it judges an encounter by rules, reference tables and a payer's policy.
// It is pure: the same encounter, editions and policy give the same outcome, on any day, on any machine.
package scrubber

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// Engine judges cases. It is immutable and safe for concurrent use.
type Engine struct {
	Version  string
	rules    []Rule
	tables   *refdata.Set
	policies []*Policy
	byPayer  policyIndex
}

// Outcome is what the rules say of one case.
type Outcome struct {
	Case         *Case
	Ready        bool      // no finding rejects
	Findings     []Finding // most severe first, then by line, then by rule id; at most MaxFindings
	Omitted      int       // findings beyond MaxFindings
	NotEvaluated []NotEvaluated
	Policy       *Policy
	Editions     []EditionRead
	Version      string
}

// EditionRead is the edition of a reference table that answered for the date of service.
type EditionRead struct {
	*refdata.Edition
	Inferred bool // the date is past the edition's end
}

// New checks rules and policies and builds an engine. Rules are judged in the order given; a policy's
// own rules come after them. The error names every rule and policy that is not in order.
func New(version string, rules []Rule, tables *refdata.Set, policies []*Policy) (*Engine, error) {
	var errs []error
	e := &Engine{Version: version, rules: slices.Clone(rules), tables: tables}
	known := map[string]bool{}
	for i := range e.rules {
		errs = append(errs, e.rules[i].Validate())
		if known[e.rules[i].ID] {
			errs = append(errs, fmt.Errorf("rule %q: the ID stands twice", e.rules[i].ID))
		}
		known[e.rules[i].ID] = true
	}
	if len(policies) == 0 {
		errs = append(errs, errors.New("no payer policy: expected at least one"))
	}
	for _, p := range policies {
		resolved, err := e.resolve(p, known)
		errs = append(errs, err)
		e.policies = append(e.policies, resolved)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	e.byPayer = indexPolicies(e.policies)
	return e, nil
}

// resolve copies the policy with its ceilings by rule index.
func (e *Engine) resolve(p *Policy, known map[string]bool) (*Policy, error) {
	var errs []error
	own := *p
	own.Rules = slices.Clone(p.Rules)
	own.ceilings = make([]ceiling, 0, len(e.rules)+len(own.Rules))
	own.checks = make([]check, 0, cap(own.ceilings))
	own.methodGuess, own.editsGuess = p.Origins["unit_method"].Inferred, p.Origins["edits"].Inferred
	own.conflictGuess, own.holdGuess = p.Origins["secondary_conflict"].Inferred, p.Origins["not_evaluated"].Inferred
	ceilingOf := func(r *Rule) {
		c := ceiling{severity: r.Severity}
		if o, ok := p.Overrides[r.ID]; ok {
			c = ceiling{o.Severity, &o}
		}
		own.ceilings = append(own.ceilings, c)
		k := check{r.Check, dependsOn(r.Needs, r.Subject), r.settings(p)}
		if c.override != nil {
			k.depends |= onOverride
		}
		own.checks = append(own.checks, k)
	}
	for i := range e.rules {
		ceilingOf(&e.rules[i])
	}
	for i := range own.Rules {
		r := &own.Rules[i]
		errs = append(errs, r.Validate())
		if known[r.ID] {
			errs = append(errs, fmt.Errorf("rule %q: the ID is a built-in rule's", r.ID))
		}
		ceilingOf(r)
	}
	if p.UnitMethod != CMSEightMinute && p.UnitMethod != CPTMidpoint {
		errs = append(errs, errors.New("unit method: expected cms_8_minute or cpt_midpoint"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("policy %q: %w", p.ID, err)
	}
	return &own, nil
}

// Rules are the built-in rules in the order they are judged.
func (e *Engine) Rules() []Rule { return e.rules }

// Policies are the policies in the order they are matched.
func (e *Engine) Policies() []*Policy { return e.policies }

// Tables are the reference tables.
func (e *Engine) Tables() *refdata.Set { return e.tables }

// PolicyFor is the policy that a claim with these coverages gets.
func (e *Engine) PolicyFor(cov []Coverage) *Policy { return e.byPayer.policyFor(cov) }

// Policy finds a policy by id; nil when there is none.
func (e *Engine) Policy(id string) *Policy {
	for _, p := range e.policies {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Scrub judges a case that Normalize made, under the policy its primary coverage names. A case is scrubbed once.
func (e *Engine) Scrub(c *Case) *Outcome { return e.ScrubUnder(c, e.PolicyFor(c.Coverage)) }

// ScrubUnder judges a case under one of the engine's own policies.
func (e *Engine) ScrubUnder(c *Case, p *Policy) *Outcome {
	r, editions := e.report(c, p)
	slices.SortFunc(r.findings, order)
	e.confirmSafe(c, p, r.findings)
	o := &Outcome{Case: c, NotEvaluated: r.notEvaluated, Policy: p, Editions: editions, Version: e.Version}
	o.Ready = len(r.findings) == 0 || r.findings[0].Severity < Reject
	o.Omitted = max(0, len(r.findings)-MaxFindings)
	o.Findings = r.findings[:len(r.findings)-o.Omitted]
	return o
}

// report judges the case by every rule.
func (e *Engine) report(c *Case, p *Policy) (*Report, []EditionRead) {
	c.Policy = p
	c.Tables = e.tables.At(c.ServiceDate)
	c.index()
	e.coordinate(c, p)
	r := &Report{c: c, engine: e}
	editions, missing := editionsFor(c, r.read[:0])
	if !c.paired {
		missing &^= PTPTable // no two codes to look up: no edition could say anything
	}
	r.judge(p.checks, missing)
	if p.HoldNotEvaluated {
		e.hold(c, r, p)
	}
	return r, editions
}

// hold adds, for a payer whose claims wait for every judgement, a rejection for each rule that could have
// rejected and was not evaluated; a warning where the profile is not certain that they wait.
func (e *Engine) hold(c *Case, r *Report, p *Policy) {
	rejects := func(rule *Rule, ceil ceiling) bool {
		if ceil.override.holds(c.AsOf) {
			return ceil.severity == Reject
		}
		return rule.Severity == Reject && rule.Certainty == Published
	}
	for _, n := range r.notEvaluated {
		for i, ceil := range p.ceilings {
			rule := e.ruleAt(i, p)
			if rule != n.Rule || n.Reason == SwitchedOff || n.Reason == SchemaBroken || n.Reason == VoidClaim || !rejects(rule, ceil) {
				continue
			}
			message := "not evaluated (" + n.Reason.String() + "), and the profile holds claims until it is"
			if n.Detail != "" {
				message += ": " + n.Detail
			}
			f := Finding{Rule: rule, Severity: Reject, Certainty: rule.Certainty, Message: message}
			if p.holdGuess {
				f.Severity, f.Certainty = Warn, Inferred
			}
			r.findings = append(r.findings, f)
		}
	}
}

// ruleAt is the rule of a policy's i-th ceiling.
func (e *Engine) ruleAt(i int, p *Policy) *Rule {
	if i < len(e.rules) {
		return &e.rules[i]
	}
	return &p.Rules[i-len(e.rules)]
}

// judge checks every rule.
func (r *Report) judge(checks []check, missing Tables) {
	c, lacks := r.c, dependsOn(missing, ^r.c.subject)|onOverride
	if len(c.Violations) > 0 || c.Frequency == void {
		lacks = ^dependence(0) // every rule needs something, be it NoTables
	}
	for i := range checks {
		k := &checks[i]
		c.checking, c.uncertain, r.apart = i, false, false
		switch lacking := k.depends & lacks; {
		case lacking == 0:
			k.run(c, r)
		case lacking&^onSubject == 0 || r.unjudged(missing):
		default:
			k.run(c, r)
		}
	}
}

// unjudged tells whether the rule being checked has nothing to judge, and says so where it cannot be judged.
func (r *Report) unjudged(missing Tables) bool {
	rule, ceil := r.rule(), r.ceiling()
	switch {
	case len(r.c.Violations) > 0 && !rule.readsSchema():
		r.NotEvaluated(SchemaBroken)
	case r.c.Frequency == void && !rule.bindsVoid():
		r.NotEvaluated(VoidClaim)
	case ceil.severity == Off:
		r.NotEvaluated(SwitchedOff, ceil.override.Reason)
	case rule.Needs&missing != 0:
		r.NotEvaluated(NoEdition)
	default:
		return rule.Subject&^r.c.subject != 0
	}
	return true
}

// needed pairs what a rule can need with the reference table it means.
var needed = [...]struct {
	bit   Tables
	table refdata.Table
}{
	{PTPTable, refdata.PTP}, {MUETable, refdata.MUE}, {ICD10CMTable, refdata.ICD10CM}, {CodeTable, refdata.Codes},
	{FeeScheduleTable, refdata.PFS}, {PlaceOfServiceTable, refdata.POS}, {ModifierTable, refdata.Modifiers},
}

// editionsFor appends to read the editions that cover the date of service, and the tables that none covers.
func editionsFor(c *Case, read []EditionRead) (_ []EditionRead, missing Tables) {
	for _, n := range needed {
		program := refdata.NoProgram
		if n.table.ByProgram() {
			program = c.Policy.Edits
		}
		if e, inferred := c.Tables.Edition(n.table, program); e != nil {
			read = append(read, EditionRead{e, inferred})
		} else {
			missing |= n.bit
		}
	}
	return read, missing
}

// readsSchema tells whether the rule judges an input that breaks the schema.
func (r *Rule) readsSchema() bool { return strings.HasPrefix(r.ID, "SCH") }

// void is the frequency code of a claim that takes back one already sent. It repeats that claim, with what was
// wrong about it, so that only its form is judged.
const void = "8"

func (r *Rule) bindsVoid() bool { return r.readsSchema() || strings.HasPrefix(r.ID, "FRM") }

// index adds to the case what the rules read beyond the wire: code facts, links, timed pools.
func (c *Case) index() {
	c.Telehealth = c.PlaceOfService == "02" || c.PlaceOfService == "10"
	c.subject = 0
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Facts, l.Known = c.Tables.Code(l.Code)
		l.Limit, l.Limited = c.Tables.MUE(c.Policy.Edits, l.Code)
		l.said = l.sayDiscipline()
		c.subject |= subjectOf(l.Code)
		c.Telehealth = c.Telehealth || l.Has("93", "95", "GT")
	}
	for i := range c.SameDay {
		c.subject |= subjectOf(c.SameDay[i].Code)
	}
	for i := range c.Services {
		c.subject |= c.Services[i].subject()
	}
	c.link()
	for i := range c.Lines {
		if l := &c.Lines[i]; l.said != "" {
			l.discipline = l.said
		} else {
			l.discipline = c.servicesDiscipline(l)
		}
	}
	c.diagnoses = c.room.diagnoses[:0]
	for _, code := range c.Diagnoses {
		d, found := c.Tables.Diagnosis(code)
		c.diagnoses = append(c.diagnoses, diagnosis{d, found})
	}
	c.pool()
	c.pair()
}

// Today is the day rules call today: the case's as-of day, else its date of service.
func (c *Case) Today() civil.Date {
	if c.AsOf.IsZero() {
		return c.ServiceDate
	}
	return c.AsOf
}
