package x12

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

// reader walks the nodes of one YAML file and collects what is wrong with it, by file, line and column.
// It never repeats what the file holds: a patient directory is health information.
type reader struct {
	file string
	errs []error
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d:%d: %s", r.file, max(1, n.Line), max(1, n.Column), fmt.Sprintf(format, args...)))
}

// root is the mapping the file holds, or nil.
func (r *reader) root(text []byte) *yaml.Node {
	top := &yaml.Node{Line: 1, Column: 1}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.fail(top, "the file is empty")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.fail(top, "more than one YAML document: expected one")
	}
	return doc.Content[0]
}

// syntax reports an error of the YAML parser by its line alone, for the rest may quote the file.
func (r *reader) syntax(err error) {
	line := 1
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		if n, err := strconv.Atoi(digits); err == nil {
			line = n
		}
	}
	r.fail(&yaml.Node{Line: line, Column: 1}, "not YAML: expected keys and values, texts with : or # in quotes, indented by spaces")
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
	seen, ok := r.entries(n, what, func(key, value *yaml.Node) {
		i := slices.Index(keys, key.Value)
		if i < 0 {
			r.fail(key, "unknown key in %s: expected one of %s", what, strings.Join(keys, ", "))
			return
		}
		fields[i].read(value)
	})
	for _, f := range fields {
		if ok && f.required && !slices.Contains(seen, f.key) {
			r.fail(n, "%s lacks %s: expected %s: ...", what, f.key, f.key)
		}
	}
}

// entries calls each for the entries of a mapping, in order, and returns the keys.
func (r *reader) entries(n *yaml.Node, what string, each func(key, value *yaml.Node)) (seen []string, ok bool) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s: expected a mapping, key: value", what)
		return nil, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || key.Value == "":
			r.fail(key, "a key of %s: expected text", what)
		case slices.Contains(seen, key.Value):
			r.fail(key, "a key of %s stands twice: expected it once", what)
		default:
			seen = append(seen, key.Value)
			each(key, value)
		}
	}
	return seen, true
}

// scalar is the text of a single value as it is written, and whether there is one.
func (r *reader) scalar(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		r.fail(n, "%s: expected text", what)
		return "", false
	}
	return n.Value, true
}

// text reads text of least to most characters into to.
func (r *reader) text(to *string, what string, least, most int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n, what)
		if !ok {
			return
		}
		upper, ok := plain(v)
		switch {
		case !ok:
			r.fail(n, "%s holds a character that X12 does not carry: expected %s", what, allowed)
		case len(upper) < least || len(upper) > most:
			r.fail(n, "%s has %d characters: expected %s", what, len(upper), between(least, most))
		default:
			*to = upper
		}
	}
}

// digits reads a number of one of these lengths into to; punctuation of phone numbers and the like is left away.
func (r *reader) digits(to *string, what, example string, lengths ...int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, ok := r.scalar(n, what)
		if !ok {
			return
		}
		v = strings.Map(func(c rune) rune {
			if strings.ContainsRune("()-. ", c) {
				return -1
			}
			return c
		}, v)
		if !slices.ContainsFunc(lengths, func(length int) bool { return number(v, length) }) {
			r.fail(n, "%s: expected %s digits, %s", what, orOf(lengths), example)
			return
		}
		*to = v
	}
}

func orOf(lengths []int) string {
	texts := make([]string, len(lengths))
	for i, l := range lengths {
		texts[i] = strconv.Itoa(l)
	}
	return strings.Join(texts, " or ")
}

// word reads one of the words, written as X12 code: pairs of word and code.
func (r *reader) word(to *string, what string, pairs ...string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var words []string
		for i := 0; i < len(pairs); i += 2 {
			if n.Kind == yaml.ScalarNode && n.Value == pairs[i] {
				*to = pairs[i+1]
				return
			}
			words = append(words, pairs[i])
		}
		r.fail(n, "%s: expected one of %s", what, strings.Join(words, ", "))
	}
}

// code reads one of the codes of a closed list.
func (r *reader) code(to *string, what string, codes ...string) func(*yaml.Node) {
	pairs := make([]string, 0, 2*len(codes))
	for _, c := range codes {
		pairs = append(pairs, c, c)
	}
	return r.word(to, what, pairs...)
}
