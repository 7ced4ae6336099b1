package payer

import (
	"fmt"
	"slices"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/cases"
)

// Result is what became of one case of a profile's test file. It passed when Err is nil and Got is Want.
type Result struct {
	Case      string
	Got, Want string
	Err       error // the case could not be judged: it is no encounter, has no want, or another profile gets it
}

// Passed tells whether the case says what it should.
func (r Result) Passed() bool { return r.Err == nil && r.Got == r.Want }

// Test runs the cases of <profile>.txtar. The encounter of a case finds its profile as a published one does, and must
// find this one; a profile that matches nothing judges its cases all the same. The error says what is wrong with the
// file as a whole.
//
// A want begins with the verdict, ready or rejected. Each further line begins with the id of a rule and goes on as the
// .want of a rule's own cases does, as far as it likes: "TIM001 reject line 1" wants just that. All that a rule says
// must be wanted once the want names it, "RULE clear" when it says nothing. Rules that the want does not name may say
// anything, and fixes are left out.
func Test(e *scrubber.Engine, profile string, text []byte) ([]Result, error) {
	p := e.Policy(profile)
	if p == nil {
		return nil, fmt.Errorf("no profile %q", profile)
	}
	file, err := cases.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	results := make([]Result, 0, len(file.Cases))
	for _, c := range file.Cases {
		results = append(results, runCase(e, p, &c))
	}
	return results, nil
}

func runCase(e *scrubber.Engine, p *scrubber.Policy, c *cases.Case) Result {
	r := Result{Case: c.Name, Want: c.Want}
	encounter, err := scrubber.Read(c.Data)
	switch {
	case err != nil:
		r.Err = fmt.Errorf("read encounter: %w", err)
		return r
	case !c.Has:
		r.Err = fmt.Errorf("no %s.want: expected ready or rejected, then lines that begin with a rule id", c.Name)
		return r
	}
	if id := unknownRule(e, c.Want); id != "" {
		r.Err = fmt.Errorf("%s.want: no rule %q: expected ready or rejected, then lines that begin with a rule id", c.Name, id)
		return r
	}
	if got := e.PolicyFor(encounter.Coverage); got.ID != p.ID && len(p.PayerIDs)+len(p.Programs) > 0 {
		r.Err = fmt.Errorf("the encounter gets profile %s", got.ID)
		return r
	}
	r.Got = said(e.ScrubUnder(encounter, p), c.Want)
	return r
}

// unknownRule is the first word of a want's line that no rule has for its id, of which every outcome is silent.
func unknownRule(e *scrubber.Engine, want string) string {
	has := func(rules []scrubber.Rule, id string) bool {
		return slices.ContainsFunc(rules, func(r scrubber.Rule) bool { return r.ID == id })
	}
	for _, line := range strings.Split(want, "\n")[1:] {
		id, _, _ := strings.Cut(line, " ")
		if !has(e.Rules(), id) && !slices.ContainsFunc(e.Policies(), func(p *scrubber.Policy) bool { return has(p.Rules, id) }) {
			return id
		}
	}
	return ""
}

// said is what the outcome says of the rules that want names, each line cut to the length that want has it.
func said(o *scrubber.Outcome, want string) string {
	wanted := map[string][]string{} // by rule
	var ids []string
	for _, line := range strings.Split(want, "\n")[1:] {
		id, _, _ := strings.Cut(line, " ")
		if _, ok := wanted[id]; !ok {
			ids = append(ids, id)
		}
		wanted[id] = append(wanted[id], line)
	}
	out := []string{"rejected"}
	if o.Ready {
		out[0] = "ready"
	}
	for _, id := range ids {
		for i, line := range headlines(o, id) {
			if i < len(wanted[id]) && strings.HasPrefix(line, wanted[id][i]) {
				line = wanted[id][i]
			}
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// headlines is what a rule says in the outcome, a line for each finding, each led by the rule.
func headlines(o *scrubber.Outcome, id string) (out []string) {
	for _, line := range strings.Split(cases.Format(o, id), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			out = append(out, id+" "+line)
		}
	}
	if out == nil {
		out = []string{id + " clear"}
	}
	return out
}
