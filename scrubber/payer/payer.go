// Package payer reads payer profiles, YAML files that say how a payer differs from the next, and resolves them to
// the policies the rules read. It checks everything when a profile is loaded: what it lets through, an engine takes.
// docs/profiles.md is the reference of the format.
package payer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// File is a profile as read from disk.
type File struct {
	Name string // as errors and origins show it, medicare_b.yaml
	Text []byte
}

// Problem is one thing wrong with a profile: where, and what to write instead.
type Problem struct {
	File         string
	Line, Column int // both from 1
	Message      string
}

// Error is file:line:column: message.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Load reads and resolves profiles for an engine with these rules. The policies come in the order of their ids. The
// error joins every Problem. An expired override is no error here: it no longer holds, and Check reports it.
func Load(files []File, rules []scrubber.Rule) ([]*scrubber.Policy, error) {
	b, problems := read(files, rules)
	if len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p
		}
		return nil, errors.Join(errs...)
	}
	return b.policies, nil
}

// Check is everything wrong with profiles on the day today, expired overrides included, by file and line.
func Check(files []File, rules []scrubber.Rule, today civil.Date) []Problem {
	b, problems := read(files, rules)
	for _, p := range b.profiles {
		for _, o := range p.overrides {
			if !o.Until.IsZero() && o.Until < today {
				problems = append(problems, o.untilAt.problem(
					"the override of %s ended on %s: expected a later day after a review by %s, or no override", o.rule.text, o.Until, o.Owner))
			}
		}
	}
	sortProblems(problems)
	return problems
}

// book is the profiles of a set of files and the policies they resolve to.
type book struct {
	profiles []*profile // by id
	policies []*scrubber.Policy
}

func read(files []File, rules []scrubber.Rule) (*book, []Problem) {
	d := newDictionary(rules)
	b := &book{}
	var problems []Problem
	byID := map[string]*profile{}
	for _, f := range files {
		p, found := parse(f, d)
		problems = append(problems, found...)
		if p == nil || p.id.text == "" {
			continue
		}
		if other := byID[p.id.text]; other != nil {
			problems = append(problems, p.id.problem("profile id %q stands in %s too: expected another id, or one file", p.id.text, other.id.file))
			continue
		}
		byID[p.id.text] = p
		b.profiles = append(b.profiles, p)
	}
	slices.SortFunc(b.profiles, func(p, q *profile) int { return cmp.Compare(p.id.text, q.id.text) })
	problems = append(problems, d.addRules(b.profiles)...)
	for _, p := range b.profiles {
		for _, o := range p.overrides {
			if !slices.Contains(d.ruleIDs, o.rule.text) {
				problems = append(problems, o.rule.problem("no rule %q: expected %s", o.rule.text, oneOf(d.ruleIDs)))
			}
		}
		chain, problem := b.chain(p)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		policy, found := resolve(chain)
		problems = append(problems, found...)
		b.policies = append(b.policies, policy)
	}
	problems = append(problems, b.ambiguous(byID)...)
	sortProblems(problems)
	return b, problems
}

func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
