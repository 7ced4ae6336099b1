package payer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"
	"go.yaml.in/yaml/v3"

	"claimscrub/scrubber"
)

// maxRules bounds the practice rules of one profile, the inherited ones included.
const maxRules = 50

// practiceRule is a rule of the profile's own and where it stands.
type practiceRule struct {
	scrubber.Rule
	at place
}

var ruleID = regexp.MustCompile(`^([A-Z]{2,4})[0-9]{3}$`)

// practiceRules reads the profile's own rules.
func (r *reader) practiceRules(n *yaml.Node, p *profile, d *dictionary) {
	r.list(n, "rules", func(n *yaml.Node) {
		rule := practiceRule{Rule: scrubber.Rule{
			Since: "0.0.0", Certainty: scrubber.Published, Predicts: scrubber.NoCARC, SNIP: 7,
			Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
		}, at: r.place(n)}
		var when, message *yaml.Node
		text := func(to *string, what string) func(*yaml.Node) {
			return func(n *yaml.Node) { *to = r.text(n, what).text }
		}
		before := len(r.problems)
		r.mapping(n, "the rule",
			field{"id", true, func(n *yaml.Node) { rule.at, rule.ID = r.place(n), r.ruleID(n, d) }},
			field{"name", true, text(&rule.Name, "name")},
			field{"title", true, text(&rule.Title, "title")},
			field{"why", true, text(&rule.Why, "why")},
			field{"fix", true, text(&rule.Fix, "fix")},
			field{"source", true, func(n *yaml.Node) {
				r.mapping(n, "the rule's source",
					field{"authority", true, text(&rule.Source.Authority, "authority")},
					field{"title", true, text(&rule.Source.Title, "title")},
					field{"section", false, text(&rule.Source.Section, "section")},
					field{"url", false, text(&rule.Source.URL, "url")},
				)
			}},
			field{"severity", true, func(n *yaml.Node) {
				rule.Severity, _ = word(r, n, "severity", func(s string) (scrubber.Severity, bool) {
					v, ok := scrubber.ParseSeverity(s)
					return v, ok && v != scrubber.Off
				}, "info", "warn", "reject")
			}},
			field{"certain", false, func(n *yaml.Node) {
				if certain, ok := r.yes(n, "certain"); ok && !certain {
					rule.Certainty = scrubber.Inferred
				}
			}},
			field{"predicts", false, func(n *yaml.Node) {
				rule.Predicts = scrubber.CARC{}
				r.mapping(n, "predicts",
					field{"group", false, text(&rule.Predicts.Group, "group")},
					field{"carc", true, text(&rule.Predicts.Code, "carc")},
					field{"rarc", false, text(&rule.Predicts.RARC, "rarc")},
				)
			}},
			field{"needs_documentation", false, func(n *yaml.Node) {
				if needs, ok := r.yes(n, "needs_documentation"); ok && needs {
					rule.Facts = scrubber.Documentation
				}
			}},
			field{"when", true, func(n *yaml.Node) { when = n }},
			field{"message", true, func(n *yaml.Node) { message = n }},
		)
		if when == nil || message == nil {
			return
		}
		rule.Check = r.check(when, message, &rule.Rule, d)
		if rule.Check == nil || len(r.problems) > before {
			return
		}
		if err := rule.Validate(); err != nil {
			r.problems = append(r.problems, rule.at.problem("%s", strings.ReplaceAll(err.Error(), "\n", "; ")))
			return
		}
		p.rules = append(p.rules, rule)
	})
}

func (r *reader) ruleID(n *yaml.Node, d *dictionary) string {
	id := r.text(n, "id").text
	match := ruleID.FindStringSubmatch(id)
	switch {
	case id == "":
	case match == nil:
		r.fail(n, "rule id is %q: expected two to four capitals and three digits, LOC001", id)
	case slices.Contains(d.families, match[1]):
		r.fail(n, "rule id is %q: %s is a family of built-in rules; expected another prefix, LOC001", id, match[1])
	}
	return id
}

// check compiles the expressions of a rule; nil when they are not in order.
func (r *reader) check(when, message *yaml.Node, rule *scrubber.Rule, d *dictionary) func(*scrubber.Case, *scrubber.Report) {
	e, err := d.environment()
	if err != nil {
		r.fail(when, "%v", err)
		return nil
	}
	judge := r.expression(e, when, "when", "true or false, or a list of line numbers", cel.BoolType, cel.ListType(cel.IntType))
	say := r.expression(e, message, "message", "a text", cel.StringType)
	if judge == nil || say == nil {
		return nil
	}
	documentation := rule.Facts == scrubber.Documentation
	return func(c *scrubber.Case, report *scrubber.Report) {
		if documentation && !c.Documented {
			report.NotEvaluated(scrubber.DocumentationNotSent)
			return
		}
		finding, err := evaluate(e, judge, say, c)
		switch {
		case err != nil:
			report.NotEvaluated(scrubber.CostExceeded, err.Error())
		case finding != nil:
			report.Add(*finding)
		}
	}
}

// expression reads and compiles a CEL expression, and says where in the file it is wrong.
func (r *reader) expression(e *environment, n *yaml.Node, what, expected string, wanted ...*cel.Type) cel.Program {
	text := r.text(n, what).text
	if text == "" {
		return nil
	}
	program, faults := e.compile(text, expected, wanted...)
	for _, f := range faults {
		at := r.within(n, f.line, f.column)
		r.problems = append(r.problems, at.problem("%s: %s", what, f.message))
	}
	return program
}

// within is the place in the file of a place in a text scalar: exact in a literal block and in a text of one line, the
// scalar's own in a folded one.
func (r *reader) within(n *yaml.Node, line, column int) place {
	at := r.place(n)
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		at.line += line
		at.column = r.blockIndent(n.Line) + column + 1
	case n.Style&yaml.FoldedStyle != 0 || line > 1:
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		at.column += column + 1
	default:
		at.column += column
	}
	return at
}

// blockIndent is how many spaces lead the lines of the block scalar that is opened on a line of the file.
func (r *reader) blockIndent(opened int) int {
	for _, line := range r.lines[min(opened, len(r.lines)):] {
		if text := strings.TrimLeft(line, " "); text != "" {
			return len(line) - len(text)
		}
	}
	return 0
}

// evaluate judges a case by a rule's expressions; nil when it is clear.
func evaluate(e *environment, judge, say cel.Program, c *scrubber.Case) (*scrubber.Finding, error) {
	verdict, err := e.run(judge, c)
	if err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	finding := &scrubber.Finding{Pointer: "/charges"}
	switch verdict := verdict.(type) {
	case types.Bool:
		if !verdict {
			return nil, nil
		}
	case traits.Lister:
		if n := verdict.Size().(types.Int); n > maxListed {
			return nil, fmt.Errorf("when: %d line numbers, expected at most %d", n, maxListed)
		}
		for it := verdict.Iterator(); it.HasNext() == types.True; {
			finding.Lines = append(finding.Lines, int(it.Next().(types.Int)))
		}
		if len(finding.Lines) == 0 {
			return nil, nil
		}
		slices.Sort(finding.Lines)
		finding.Lines = slices.Compact(finding.Lines)
		for _, number := range finding.Lines {
			if !slices.ContainsFunc(c.Lines, func(l scrubber.Line) bool { return l.Number == number }) {
				return nil, fmt.Errorf("when: the claim has no line %d", number)
			}
		}
		first := slices.IndexFunc(c.Lines, func(l scrubber.Line) bool { return l.Number == finding.Lines[0] })
		finding.Pointer = c.Lines[first].Pointer()
	}
	message, err := e.say(say, c, finding.Lines)
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	finding.Message = string(message.(types.String))
	if n := utf8.RuneCountInString(finding.Message); n == 0 || n > maxMessage {
		return nil, fmt.Errorf("message: %d characters, expected 1 to %d", n, maxMessage)
	}
	return finding, nil
}
