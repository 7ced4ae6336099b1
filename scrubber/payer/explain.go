package payer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimscrub/scrubber"
)

// Explanation is a profile as resolved for an engine: every value and where it comes from.
type Explanation struct {
	Profile  string  `json:"profile"`
	Title    string  `json:"title"`
	Revision string  `json:"revision"`          // SHA-256 of the sources it was resolved from
	Because  string  `json:"because,omitempty"` // why an encounter gets it
	Settings []Value `json:"settings"`
	Params   []Value `json:"params"`
	Rules    []Rule  `json:"rules"`
}

// Value is one value of a profile. From is file:line, or "default" where no profile sets it.
type Value struct {
	Name    string   `json:"name"`
	Value   string   `json:"value"`
	From    string   `json:"from"`
	Source  string   `json:"source,omitempty"`
	Certain bool     `json:"certain"`
	Rules   []string `json:"rules,omitempty"` // the rules that read a parameter
}

// Rule is a rule under the profile. From is "built in", or the file:line of an override or of a practice rule.
type Rule struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Severity string `json:"severity"`
	From     string `json:"from"`
	Reason   string `json:"reason,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Until    string `json:"until,omitempty"` // the override's last day
	Then     string `json:"then,omitempty"`  // the severity after that day
}

// Explain describes the profile that a claim with these coverages gets, and says why it does.
func Explain(e *scrubber.Engine, cov []scrubber.Coverage) Explanation {
	p := e.PolicyFor(cov)
	x := Describe(e, p)
	switch {
	case len(cov) == 0:
		x.Because = "no coverage was sent; this profile takes what no other matches"
	case slices.Contains(p.PayerIDs, cov[0].PayerID):
		x.Because = fmt.Sprintf("it matches payer id %s and program %s", cov[0].PayerID, cov[0].Program)
	case slices.Contains(p.Programs, cov[0].Program):
		x.Because = fmt.Sprintf("it matches program %s, and no profile names the payer id", cov[0].Program)
	default:
		x.Because = fmt.Sprintf("no profile matches program %s; this one takes what no other matches", cov[0].Program)
	}
	if len(cov) > 1 {
		other := e.PolicyFor(cov[1:])
		if other.UnitMethod != p.UnitMethod {
			x.Because += fmt.Sprintf("; the secondary payer's profile %s counts by %s, and secondary_conflict is %s", other.ID, other.UnitMethod, p.Conflict)
		}
	}
	return x
}

// Describe describes a profile as resolved.
func Describe(e *scrubber.Engine, p *scrubber.Policy) Explanation {
	x := Explanation{Profile: p.ID, Title: p.Title, Revision: p.Revision}
	hold := "ready"
	if p.HoldNotEvaluated {
		hold = "reject"
	}
	for _, s := range []struct{ name, value string }{
		{"unit_method", p.UnitMethod.String()}, {"secondary_conflict", p.Conflict.String()},
		{"edits", p.Edits.String()}, {"not_evaluated", hold},
	} {
		o, set := p.Origins[s.name]
		x.Settings = append(x.Settings, value(s.name, s.value, o, set))
	}
	rules := slices.Concat(e.Rules(), p.Rules)
	at := map[string]int{}
	for i := range rules {
		r := &rules[i]
		x.Rules = append(x.Rules, ruleUnder(p, r))
		for j := range r.Params {
			declared := &r.Params[j]
			if _, ok := at[declared.Name]; !ok {
				v, set := p.Params[declared.Name]
				if !set {
					v = scrubber.Value{Int: declared.Int, Bool: declared.Bool, Text: declared.Text, List: declared.List}
				}
				at[declared.Name] = len(x.Params)
				x.Params = append(x.Params, value(declared.Name, valueText(declared.Kind, v), v.Origin, set))
			}
			of := &x.Params[at[declared.Name]]
			of.Rules = append(of.Rules, r.ID)
		}
	}
	slices.SortFunc(x.Params, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	return x
}

func value(name, text string, o scrubber.Origin, set bool) Value {
	v := Value{Name: name, Value: text, From: o.From, Source: o.Source, Certain: !o.Inferred}
	if !set {
		v.From = "default"
	}
	return v
}

func valueText(kind scrubber.ParamKind, v scrubber.Value) string {
	switch kind {
	case scrubber.IntParam:
		return strconv.Itoa(v.Int)
	case scrubber.BoolParam:
		return strconv.FormatBool(v.Bool)
	case scrubber.ListParam:
		return "[" + strings.Join(v.List, ", ") + "]"
	}
	if v.Text == "" {
		return `""`
	}
	return v.Text
}

func ruleUnder(p *scrubber.Policy, r *scrubber.Rule) Rule {
	x := Rule{ID: r.ID, Name: r.Name, Severity: r.Severity.String(), From: "built in"}
	if r.Certainty == scrubber.Inferred {
		x.Severity = min(r.Severity, scrubber.Warn).String()
	}
	if o, ok := p.Origins[r.ID]; ok {
		x.From = o.From
	}
	if o, ok := p.Overrides[r.ID]; ok {
		x.Then = x.Severity
		x.Severity, x.From, x.Reason, x.Owner, x.Until = o.Severity.String(), o.From, o.Reason, o.Owner, o.Until.String()
	}
	return x
}

// String is the explanation as text: the profile, its values and parameters with their origins, and the rules whose
// severity the profile sets or that are its own.
func (x Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "profile %s, %s, revision %.12s\n", x.Profile, x.Title, x.Revision)
	if x.Because != "" {
		fmt.Fprintf(&b, "because %s\n", x.Because)
	}
	section := func(title string, values []Value) {
		fmt.Fprintf(&b, "\n%s\n", title)
		for _, v := range values {
			fmt.Fprintf(&b, "  %s = %s  (%s", v.Name, v.Value, v.From)
			if v.Source != "" {
				fmt.Fprintf(&b, "; %s", v.Source)
			}
			if !v.Certain {
				b.WriteString("; not certain, warns at most")
			}
			b.WriteString(")")
			if len(v.Rules) > 0 {
				fmt.Fprintf(&b, " read by %s", strings.Join(v.Rules, ", "))
			}
			b.WriteString("\n")
		}
	}
	section("settings", x.Settings)
	section("parameters", x.Params)
	b.WriteString("\nrules\n")
	asShipped := 0
	for _, r := range x.Rules {
		if r.From == "built in" {
			asShipped++
			continue
		}
		severity := r.Severity
		if r.Then != "" {
			severity += " until " + r.Until + ", then " + r.Then
		}
		fmt.Fprintf(&b, "  %s %s: %s  (%s", r.ID, r.Name, severity, r.From)
		if r.Reason != "" {
			fmt.Fprintf(&b, "; until %s, %s: %s", r.Until, r.Owner, r.Reason)
		}
		b.WriteString(")\n")
	}
	fmt.Fprintf(&b, "  %d built-in rules at their own severity\n", asShipped)
	return b.String()
}
