package payer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"claimscrub/scrubber"
)

// chain is the profile and what it extends, the base first.
func (b *book) chain(p *profile) ([]*profile, *Problem) {
	chain := []*profile{p}
	for p.extends.text != "" {
		i := slices.IndexFunc(b.profiles, func(q *profile) bool { return q.id.text == p.extends.text })
		if i < 0 {
			problem := p.extends.problem("no profile %q: expected %s", p.extends.text, oneOf(b.ids()))
			return nil, &problem
		}
		if base := b.profiles[i]; slices.Contains(chain, base) {
			problem := p.extends.problem("profile %q extends itself, through %q: expected a chain that ends", base.id.text, p.id.text)
			return nil, &problem
		}
		p = b.profiles[i]
		chain = append(chain, p)
	}
	slices.Reverse(chain)
	return chain, nil
}

func (b *book) ids() []string {
	ids := make([]string, len(b.profiles))
	for i, p := range b.profiles {
		ids[i] = p.id.text
	}
	return ids
}

// resolve lays the profiles of a chain over each other, the base first: settings, parameters and overrides replace
// those of the base, rules are added to them.
func resolve(chain []*profile) (*scrubber.Policy, []Problem) {
	own := chain[len(chain)-1]
	p := &scrubber.Policy{
		ID: own.id.text, Title: own.title.text, PayerIDs: own.payerIDs, Programs: own.programs,
		Overrides: map[string]scrubber.Override{}, Params: map[string]scrubber.Value{}, Origins: map[string]scrubber.Origin{},
	}
	var problems []Problem
	sum := sha256.New()
	for _, q := range chain {
		fmt.Fprintf(sum, "%s %d\n", q.id.text, len(q.source))
		sum.Write(q.source)
		for _, s := range q.settings {
			s.apply(p)
			p.Origins[s.name] = s.origin
		}
		for _, o := range q.overrides {
			p.Overrides[o.rule.text] = o.Override
		}
		for name, v := range q.params {
			p.Params[name] = v
		}
		for _, r := range q.rules {
			if p.Rules = append(p.Rules, r.Rule); len(p.Rules) == maxRules+1 {
				problems = append(problems, r.at.problem("profile %q has more than %d rules: expected fewer", own.id.text, maxRules))
			}
			p.Origins[r.ID] = scrubber.Origin{From: r.at.from(), Source: r.Source.Title, Inferred: r.Certainty == scrubber.Inferred}
		}
	}
	p.Revision = hex.EncodeToString(sum.Sum(nil))
	for _, name := range []string{"unit_method", "edits"} {
		if _, ok := p.Origins[name]; !ok {
			problems = append(problems, own.id.problem("%s is not set, here or in a profile this one extends: expected %q", name, name+": {value: ..., source: ...}"))
		}
	}
	return p, problems
}

// ambiguous reports profiles that match the same coverage as another.
func (b *book) ambiguous(byID map[string]*profile) (problems []Problem) {
	taken := map[[2]string]string{}
	for _, p := range b.policies {
		payers, programs := p.PayerIDs, p.Programs
		if len(payers) == 0 {
			payers = []string{""}
		}
		if len(programs) == 0 {
			programs = []string{""}
		}
		for _, payer := range payers {
			for _, program := range programs {
				key := [2]string{payer, program}
				if key == [2]string{} {
					continue // matches nothing: a base, or chosen by its id
				}
				if other, ok := taken[key]; ok {
					problems = append(problems, byID[p.ID].match.problem(
						"profile %q matches program %q and payer id %q too: expected one profile for each", other, program, payer))
				}
				taken[key] = p.ID
			}
		}
	}
	return problems
}
