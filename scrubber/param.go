package scrubber

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ParamKind is the type of a parameter's value.
type ParamKind uint8

// The kinds: a whole number, yes or no, one word (a code, a modifier), a list of words.
const (
	IntParam ParamKind = iota + 1
	BoolParam
	TextParam
	ListParam
)

func (k ParamKind) String() string {
	return [...]string{"", "integer", "true or false", "text", "list of texts"}[k]
}

// Param is a value that a rule leaves to the payer profile, with the default that holds where no
// profile sets it. Two rules that declare a parameter of one name share it.
type Param struct {
	Name    string // snake_case
	Doc     string // what it does, with the unit
	Kind    ParamKind
	Int     int
	Bool    bool
	Text    string
	List    []string
	Allowed []string // for text and lists: the allowed words; nil for any
}

// Default is the value that holds where no profile sets the parameter, as text.
func (p Param) Default() string {
	switch p.Kind {
	case IntParam:
		return strconv.Itoa(p.Int)
	case BoolParam:
		return strconv.FormatBool(p.Bool)
	case TextParam:
		return strconv.Quote(p.Text)
	}
	return "[" + strings.Join(p.List, ", ") + "]"
}

// Value is what a profile set a parameter to, and where.
type Value struct {
	Int  int
	Bool bool
	Text string
	List []string
	Origin
}

// Origin is where a profile's value comes from.
type Origin struct {
	From     string // the file and line that set it, "medicare_b.yaml:12"
	Source   string // who says so
	Inferred bool   // the profile is not certain of it: what is judged by it warns at most
}

var paramName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (p *Param) validate() error {
	if !paramName.MatchString(p.Name) || p.Doc == "" || p.Kind < IntParam || p.Kind > ListParam {
		return fmt.Errorf("parameter %q: expected a snake_case name, a doc and a kind", p.Name)
	}
	return nil
}

// A setting is the value that a policy gives a parameter of a rule.
type setting struct {
	name  string
	value Value
}

// settings are the values that the policy, else the default, gives the rule's parameters.
func (r *Rule) settings(p *Policy) []setting {
	all := make([]setting, len(r.Params))
	for i, d := range r.Params {
		v, set := p.Params[d.Name]
		if !set {
			v = Value{Int: d.Int, Bool: d.Bool, Text: d.Text, List: d.List}
		}
		all[i] = setting{d.Name, v}
	}
	return all
}

// value is what the case's policy, else the default, gives p, a parameter of the rule being checked; a value that the
// profile is not certain of makes the finding inferred. A rule that reads a parameter it does not declare is a mistake
// of this program.
func (c *Case) value(p *Param) *Value {
	settings := c.Policy.checks[c.checking].settings
	for i := range settings {
		if s := &settings[i]; s.name == p.Name {
			c.uncertain = c.uncertain || s.value.Inferred
			return &s.value
		}
	}
	panic("the rule reads the parameter " + p.Name + ", which it does not declare")
}

// Int is the whole number that the case's policy, else the default, gives p.
func (c *Case) Int(p *Param) int { return c.value(p).Int }

// Bool is the yes or no that the case's policy, else the default, gives p.
func (c *Case) Bool(p *Param) bool { return c.value(p).Bool }

// Text is the word that the case's policy, else the default, gives p.
func (c *Case) Text(p *Param) string { return c.value(p).Text }

// List is the list that the case's policy, else the default, gives p.
func (c *Case) List(p *Param) []string { return c.value(p).List }
