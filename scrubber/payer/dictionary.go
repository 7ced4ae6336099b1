package payer

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
)

// dictionary is what a profile may speak of: the rules by id and the parameters they declare.
type dictionary struct {
	ruleIDs    []string
	params     map[string]*scrubber.Param
	paramNames []string
	families   []string // the letters of the built-in rules' ids
	cel        *environment
}

func newDictionary(rules []scrubber.Rule) *dictionary {
	d := &dictionary{params: map[string]*scrubber.Param{}}
	for i := range rules {
		d.ruleIDs = append(d.ruleIDs, rules[i].ID)
		d.families = append(d.families, strings.TrimRight(rules[i].ID, "0123456789"))
		for j := range rules[i].Params {
			p := &rules[i].Params[j]
			if d.params[p.Name] == nil {
				d.params[p.Name] = p
				d.paramNames = append(d.paramNames, p.Name)
			}
		}
	}
	slices.Sort(d.ruleIDs)
	slices.Sort(d.paramNames)
	return d
}

// environment is the one expressions are checked in, made when the first profile has one.
func (d *dictionary) environment() (*environment, error) {
	if d.cel == nil {
		e, err := newEnvironment()
		if err != nil {
			return nil, err
		}
		d.cel = e
	}
	return d.cel, nil
}

// addRules adds the profiles' own rules, each id of which is one rule's.
func (d *dictionary) addRules(profiles []*profile) (problems []Problem) {
	at := map[string]place{}
	for _, p := range profiles {
		for _, r := range p.rules {
			if other, ok := at[r.ID]; ok {
				problems = append(problems, r.at.problem("rule id %q stands in %s too: expected another id", r.ID, other.from()))
				continue
			}
			at[r.ID] = r.at
			d.ruleIDs = append(d.ruleIDs, r.ID)
		}
	}
	slices.Sort(d.ruleIDs)
	return problems
}
