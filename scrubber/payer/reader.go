package payer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds a profile in bytes.
const maxFile = 1 << 20

// place is a text of a profile and where it stands.
type place struct {
	file         string
	line, column int
	text         string
}

func (p place) problem(format string, args ...any) Problem {
	return Problem{p.file, p.line, p.column, fmt.Sprintf(format, args...)}
}

// from is the place as an origin names it.
func (p place) from() string { return p.file + ":" + strconv.Itoa(p.line) }

// reader walks the nodes of one file and collects what is wrong.
type reader struct {
	file     string
	lines    []string
	problems []Problem
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, r.place(n).problem(format, args...))
}

func (r *reader) place(n *yaml.Node) place {
	return place{r.file, max(1, n.Line), max(1, n.Column), n.Value}
}

// document is the root node of the file, or nil.
func (r *reader) document(text []byte) *yaml.Node {
	top := &yaml.Node{Line: 1, Column: 1}
	if len(text) > maxFile {
		r.fail(top, "%d bytes: expected at most %d", len(text), maxFile)
		return nil
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		r.fail(top, "the file is empty: expected a profile, beginning with \"id: NAME\"")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	if err := decoder.Decode(&more); err == nil {
		r.fail(&more, "a second document: expected one profile a file")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
	return doc.Content[0]
}

// syntax reports an error of the YAML parser, which names lines alone.
func (r *reader) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, message, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, message
		}
	}
	r.fail(&yaml.Node{Line: line, Column: 1}, "not YAML: %s", text)
}

// field is a key a mapping may have.
type field struct {
	key      string
	required bool
	read     func(*yaml.Node)
}

// mapping reads a mapping with exactly these keys; what names it in errors.
func (r *reader) mapping(n *yaml.Node, what string, fields ...field) {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	seen := r.entries(n, what, strings.Join(keys, ", "), func(key, value *yaml.Node) {
		i := slices.Index(keys, key.Value)
		if i < 0 {
			r.fail(key, "unknown key %q in %s: expected one of %s", key.Value, what, strings.Join(keys, ", "))
			return
		}
		fields[i].read(value)
	})
	for _, f := range fields {
		if f.required && seen != nil && !slices.Contains(seen, f.key) {
			r.fail(n, "%s lacks %s: expected %q", what, f.key, f.key+": ...")
		}
	}
}

// entries calls each for the keys of a mapping, in order, and returns them; nil when n is no mapping.
func (r *reader) entries(n *yaml.Node, what, expected string, each func(key, value *yaml.Node)) []string {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s is %s: expected a mapping of %s", what, kindOf(n), expected)
		return nil
	}
	seen := make([]string, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			r.fail(key, "a key of %s is %s: expected one of %s", what, kindOf(key), expected)
		case slices.Contains(seen, key.Value):
			r.fail(key, "key %q of %s stands twice: expected it once", key.Value, what)
		default:
			seen = append(seen, key.Value)
			each(key, value)
		}
	}
	return seen
}

// list calls each for the elements of a list.
func (r *reader) list(n *yaml.Node, what string, each func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "%s is %s: expected a list, [a, b]", what, kindOf(n))
		return
	}
	for _, element := range n.Content {
		each(element)
	}
}

// text reads a scalar that is not empty, of any scalar type, as it is written: 97140 and "97140" are one text.
func (r *reader) text(n *yaml.Node, what string) place {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		r.fail(n, "%s is %s: expected text", what, kindOf(n))
		return place{}
	}
	return r.place(n)
}

// word reads one of the words that parse takes.
func word[T any](r *reader, n *yaml.Node, what string, parse func(string) (T, bool), allowed ...string) (v T, ok bool) {
	if n.Kind == yaml.ScalarNode {
		if v, ok = parse(n.Value); ok {
			return v, true
		}
		r.fail(n, "%s is %q: expected %s", what, n.Value, oneOf(allowed))
		return v, false
	}
	r.fail(n, "%s is %s: expected %s", what, kindOf(n), oneOf(allowed))
	return v, false
}

func oneOf(allowed []string) string {
	if len(allowed) == 1 {
		return allowed[0]
	}
	return "one of " + strings.Join(allowed, ", ")
}

// yes reads true or false.
func (r *reader) yes(n *yaml.Node, what string) (v, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		r.fail(n, "%s is %s: expected true or false", what, kindOf(n))
		return false, false
	}
	return strings.EqualFold(n.Value, "true"), true
}

// number reads a whole number.
func (r *reader) number(n *yaml.Node, what string) (int, bool) {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil {
		r.fail(n, "%s is %s: expected a whole number", what, kindOf(n))
		return 0, false
	}
	return v, true
}

// kindOf says in an error what stands at a node.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias, which profiles do not have"
	}
	if n.Tag == "!!null" || n.Value == "" {
		return "empty"
	}
	return strconv.Quote(n.Value)
}
