package payer

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// profile is one file as read, before what it extends is laid under it.
type profile struct {
	source             []byte
	id, title, extends place
	match              place
	payerIDs, programs []string
	settings           []setting
	params             map[string]scrubber.Value
	overrides          []override
	rules              []practiceRule
}

// override is an override, the rule's id and where it stands, and where its last day stands.
type override struct {
	scrubber.Override
	rule, untilAt place
}

// setting is a value of the profile that is no rule's parameter.
type setting struct {
	name   string
	apply  func(*scrubber.Policy)
	origin scrubber.Origin
}

// programs are the contract's words for what kind of coverage it is.
func programs() []string {
	return []string{"medicare_b", "medicare_advantage", "medicaid", "tricare", "veterans", "commercial", "workers_comp", "auto", "self_pay", "other"}
}

// parse reads one file; nil when it is no mapping at all.
func parse(f File, d *dictionary) (*profile, []Problem) {
	r := &reader{file: f.Name, lines: strings.Split(string(f.Text), "\n")}
	root := r.document(f.Text)
	if root == nil {
		return nil, r.problems
	}
	p := &profile{source: f.Text, params: map[string]scrubber.Value{}}
	p.match = r.place(root)
	r.mapping(root, "the profile",
		field{"id", true, func(n *yaml.Node) { p.id = r.id(n) }},
		field{"title", true, func(n *yaml.Node) { p.title = r.text(n, "title") }},
		field{"extends", false, func(n *yaml.Node) { p.extends = r.text(n, "extends") }},
		field{"match", false, func(n *yaml.Node) { r.match(n, p) }},
		field{"unit_method", false, func(n *yaml.Node) {
			addSetting(r, p, n, "unit_method", scrubber.ParseUnitMethod, func(to *scrubber.Policy, v scrubber.UnitMethod) { to.UnitMethod = v }, "cms_8_minute", "cpt_midpoint")
		}},
		field{"secondary_conflict", false, func(n *yaml.Node) {
			addSetting(r, p, n, "secondary_conflict", scrubber.ParseConflict, func(to *scrubber.Policy, v scrubber.Conflict) { to.Conflict = v }, "primary", "cms_8_minute", "fewer_units")
		}},
		field{"edits", false, func(n *yaml.Node) {
			addSetting(r, p, n, "edits", parseEdits, func(to *scrubber.Policy, v refdata.Program) { to.Edits = v }, "medicare", "medicaid")
		}},
		field{"not_evaluated", false, func(n *yaml.Node) {
			addSetting(r, p, n, "not_evaluated", parseHold, func(to *scrubber.Policy, v bool) { to.HoldNotEvaluated = v }, "ready", "reject")
		}},
		field{"params", false, func(n *yaml.Node) { r.params(n, p, d) }},
		field{"overrides", false, func(n *yaml.Node) { r.overrides(n, p) }},
		field{"rules", false, func(n *yaml.Node) { r.practiceRules(n, p, d) }},
	)
	return p, r.problems
}

func parseEdits(s string) (refdata.Program, bool) {
	v, err := refdata.ParseProgram(s)
	return v, err == nil
}

func parseHold(s string) (hold, ok bool) { return s == "reject", s == "reject" || s == "ready" }

func (r *reader) id(n *yaml.Node) place {
	p := r.text(n, "id")
	for _, c := range p.text {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			r.fail(n, "id is %q: expected lower-case letters, digits and underscores", p.text)
			return place{}
		}
	}
	return p
}

func (r *reader) match(n *yaml.Node, p *profile) {
	p.match = r.place(n)
	r.mapping(n, "match",
		field{"payer_ids", false, func(n *yaml.Node) {
			r.list(n, "payer_ids", func(n *yaml.Node) {
				if id := r.text(n, "a payer id"); id.text != "" {
					p.payerIDs = append(p.payerIDs, id.text)
				}
			})
		}},
		field{"programs", false, func(n *yaml.Node) {
			r.list(n, "programs", func(n *yaml.Node) {
				program, ok := word(r, n, "a program", func(s string) (string, bool) { return s, slices.Contains(programs(), s) }, programs()...)
				if ok {
					p.programs = append(p.programs, program)
				}
			})
		}},
	)
}

// valued reads {value, source, certain}; read takes the value.
func (r *reader) valued(n *yaml.Node, what string, read func(*yaml.Node)) scrubber.Origin {
	o := scrubber.Origin{From: r.place(n).from()}
	r.mapping(n, what,
		field{"value", true, read},
		field{"source", true, func(n *yaml.Node) { o.Source = r.text(n, "source").text }},
		field{"certain", false, func(n *yaml.Node) {
			certain, ok := r.yes(n, "certain")
			o.Inferred = ok && !certain
		}},
	)
	return o
}

func addSetting[T any](r *reader, p *profile, n *yaml.Node, name string, parse func(string) (T, bool), apply func(*scrubber.Policy, T), allowed ...string) {
	s := setting{name: name, apply: func(*scrubber.Policy) {}}
	s.origin = r.valued(n, name, func(n *yaml.Node) {
		if v, ok := word(r, n, name, parse, allowed...); ok {
			s.apply = func(to *scrubber.Policy) { apply(to, v) }
		}
	})
	p.settings = append(p.settings, s)
}

func (r *reader) params(n *yaml.Node, p *profile, d *dictionary) {
	r.entries(n, "params", "parameter: {value, source}", func(key, n *yaml.Node) {
		declared := d.params[key.Value]
		if declared == nil {
			r.fail(key, "no rule declares the parameter %q: expected one of %s", key.Value, strings.Join(d.paramNames, ", "))
			return
		}
		var v scrubber.Value
		v.Origin = r.valued(n, key.Value, func(n *yaml.Node) { r.value(n, declared, &v) })
		p.params[key.Value] = v
	})
}

// value reads a parameter's value by its declared kind.
func (r *reader) value(n *yaml.Node, declared *scrubber.Param, v *scrubber.Value) {
	allowed := func(n *yaml.Node) string {
		text := r.text(n, declared.Name).text
		if text != "" && declared.Allowed != nil && !slices.Contains(declared.Allowed, text) {
			r.fail(n, "%s is %q: expected %s", declared.Name, text, oneOf(declared.Allowed))
		}
		return text
	}
	switch declared.Kind {
	case scrubber.IntParam:
		v.Int, _ = r.number(n, declared.Name)
		if v.Int < 0 {
			r.fail(n, "%s is %d: expected 0 or more", declared.Name, v.Int)
		}
	case scrubber.BoolParam:
		v.Bool, _ = r.yes(n, declared.Name)
	case scrubber.TextParam:
		v.Text = allowed(n)
	case scrubber.ListParam:
		v.List = []string{}
		r.list(n, declared.Name, func(n *yaml.Node) { v.List = append(v.List, allowed(n)) })
	}
}

// overrides reads the overrides; that their rules exist is checked when every file's rules are known.
func (r *reader) overrides(n *yaml.Node, p *profile) {
	r.entries(n, "overrides", "RULE: {severity, reason, owner, until}", func(key, n *yaml.Node) {
		o := override{rule: r.place(key)}
		o.From = o.rule.from()
		r.mapping(n, "the override of "+key.Value,
			field{"severity", true, func(n *yaml.Node) {
				o.Severity, _ = word(r, n, "severity", scrubber.ParseSeverity, "off", "info", "warn", "reject")
			}},
			field{"reason", true, func(n *yaml.Node) { o.Reason = r.text(n, "reason").text }},
			field{"owner", true, func(n *yaml.Node) { o.Owner = r.text(n, "owner").text }},
			field{"until", true, func(n *yaml.Node) {
				o.untilAt = r.place(n)
				o.Until, _ = word(r, n, "until", func(s string) (civil.Date, bool) {
					v, err := civil.ParseDate(s)
					return v, err == nil
				}, "a date YYYY-MM-DD")
			}},
		)
		p.overrides = append(p.overrides, o)
	})
}
