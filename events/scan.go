package events

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner walks a text that checkSyntax has found to be JSON and collects violations of the schema.
// Since the grammar is known to hold, commas and colons are white space to it.
type scanner struct {
	text    string // every decoded string without an escape is a part of it
	escapes bool   // text has a backslash somewhere
	pos     int
	path    []step // to the value or name that is read
	deep    *Unreadable

	violations []Violation
	omitted    int
	identity   *Violation // the first violation of encounter_id or revision
}

// step is one token of a JSON pointer: an index of 0 or more, else a name.
type step struct {
	name  string
	index int
}

func newScanner[T string | []byte](text T) scanner {
	s := scanner{text: string(text), path: make([]step, 0, 8)}
	s.escapes = strings.IndexByte(s.text, '\\') >= 0
	return s
}

// peek moves to the next token and returns its first byte; 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case ' ', ',', ':', '\n', '\t', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// open moves into an object or array.
func (s *scanner) open() {
	s.pos++
	if len(s.path) >= MaxDepth {
		s.deep = tooDeep(s.pos)
		s.pos = len(s.text) // ends every loop above
	}
}

// quoted reads a string or name at pos, without its quotes; escaped tells whether it must be unquoted.
func (s *scanner) quoted() (raw string, escaped bool) {
	rest := s.text[s.pos+1:]
	end := strings.IndexByte(rest, '"')
	if s.escapes {
		for end = 0; rest[end] != '"'; end++ {
			if rest[end] == '\\' {
				escaped = true
				end++
			}
		}
	}
	s.pos += end + 2
	return rest[:end], escaped
}

// key reads the name of a member.
func (s *scanner) key() string {
	raw, escaped := s.quoted()
	if escaped {
		return unquote(raw)
	}
	return raw
}

// bare reads a number or literal.
func (s *scanner) bare() string {
	start := s.pos
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return s.text[start:s.pos]
		}
		s.pos++
	}
	return s.text[start:]
}

// str reads a string of a bounded length without control characters.
func (s *scanner) str(bounds text) string {
	value, ok := s.anyString()
	if !ok {
		return ""
	}
	if n := len(value); n > bounds.max || n < bounds.min {
		if n = len([]rune(value)); n > bounds.max || n < bounds.min {
			s.add(OutOfRange, lengthOf(bounds), characters(value))
			return ""
		}
	}
	return value
}

// anyString reads a string of any length and refuses control characters, which can only be there escaped.
func (s *scanner) anyString() (value string, ok bool) {
	if s.peek() != '"' {
		s.wrongType("a string")
		return "", false
	}
	value, escaped := s.quoted()
	if !escaped {
		return value, true
	}
	value = unquote(value)
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
		s.add(OutOfRange, "a string without control characters", characters(value))
		return "", false
	}
	return value, true
}

// format reads a string that valid accepts.
func (s *scanner) format(expected string, valid func(string) bool) string {
	value, ok := s.anyString()
	if !ok {
		return ""
	}
	if !valid(value) {
		s.add(OutOfRange, expected, characters(value))
		return ""
	}
	return value
}

// enum reads a string of a closed list.
func (s *scanner) enum(list []string) string {
	if s.peek() != '"' {
		s.wrongType("a string")
		return ""
	}
	value := s.key()
	for _, word := range list {
		if value == word {
			return word
		}
	}
	got := characters(value)
	// The listed word in another spelling is no text of a patient, and saying it helps.
	spelled := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(value))
	for _, word := range list {
		if strings.EqualFold(spelled, word) {
			got = "another spelling of " + word
		}
	}
	s.add(UnknownEnum, "one of "+strings.Join(list, ", "), got)
	return ""
}

// boolean reads true or false; nil when the value is at fault.
func (s *scanner) boolean() *bool {
	if c := s.peek(); c != 't' && c != 'f' {
		s.wrongType("a boolean")
		return nil
	}
	value := s.bare() == "true"
	return &value
}

// integer reads a number without a fraction between least and most. As in JSON Schema 1.0 and 1e2 are integers.
func (s *scanner) integer(least, most int64) (n int64, ok bool) {
	if typeName(s.peek()) != "number" {
		s.wrongType("an integer")
		return 0, false
	}
	n, whole, fits := parseInteger(s.bare())
	switch {
	case !whole:
		s.add(WrongType, "an integer", "a number with a fraction")
	case !fits:
		s.add(OutOfRange, fmt.Sprintf("%d to %d", least, most), "a number beyond 64 bits")
	case n < least || n > most:
		got := "a number of more than 5 digits" // it may be an identifier
		if n > -100_000 && n < 100_000 {
			got = strconv.FormatInt(n, 10)
		}
		s.add(OutOfRange, fmt.Sprintf("%d to %d", least, most), got)
	default:
		return n, true
	}
	return 0, false
}

// wrongType notes that the value is not what was expected, and reads past it.
func (s *scanner) wrongType(expected string) {
	s.add(WrongType, expected, typeName(s.peek()))
	s.skip()
}

// skip reads past a value, looking for duplicate keys on the way.
func (s *scanner) skip() {
	depth := len(s.path)
	switch s.peek() {
	case '"':
		s.quoted()
	case '{':
		s.open()
		var names nameSet
		for s.peek() == '"' {
			name := s.key()
			s.path = append(s.path[:depth], step{name: name, index: -1})
			if !names.add(name) {
				s.duplicate()
			}
			s.skip()
		}
		s.close(depth)
	case '[':
		s.open()
		for i := 0; s.more(); i++ {
			s.path = append(s.path[:depth], step{index: i})
			s.skip()
		}
		s.close(depth)
	default:
		s.bare()
	}
}

// value reads past a value without a look at it, and returns its text and where that stands.
func (s *scanner) value() (text string, start, end int) {
	s.peek()
	start = s.pos
	for depth := 0; ; {
		switch s.peek() {
		case '"':
			s.quoted()
		case '{', '[':
			depth++
			s.pos++
		case '}', ']':
			depth--
			s.pos++
		default:
			s.bare()
		}
		if depth == 0 {
			return s.text[start:s.pos], start, s.pos
		}
	}
}

// more tells whether an array has another element.
func (s *scanner) more() bool {
	c := s.peek()
	return c != ']' && c != 0
}

// close reads the closing bracket of an object or array that stands at a path of this depth.
func (s *scanner) close(depth int) {
	s.path = s.path[:depth]
	s.pos = min(s.pos+1, len(s.text))
}

func (s *scanner) duplicate() { s.add(DuplicateKey, "each key once in an object", "this key again") }

// missing notes a field that the object at path does not have.
func (s *scanner) missing(name, expected string) {
	s.path = append(s.path, step{name: name, index: -1})
	s.add(MissingField, expected, "none")
	s.path = s.path[:len(s.path)-1]
}

// add notes a violation at path. Beyond the cap it is counted alone, without the cost of its pointer,
// unless it is what makes the input unreadable.
func (s *scanner) add(kind ViolationKind, expected, got string) {
	identifies := s.identity == nil && len(s.path) == 1 && (s.path[0].name == "encounter_id" || s.path[0].name == "revision")
	full := len(s.violations) == MaxViolations
	if full {
		s.omitted++
		if !identifies {
			return
		}
	}
	v := Violation{Kind: kind, Pointer: s.pointer(), Expected: expected, Got: got}
	if identifies {
		s.identity = &v
	}
	if !full {
		s.violations = append(s.violations, v)
	}
}

// pointer is path as RFC 6901 writes it. It ends above a key that does not look like the name of a
// field: such a key may be an identifier of a patient.
func (s *scanner) pointer() string {
	var b []byte
	for _, step := range s.path {
		if step.index < 0 && !looksLikeField(step.name) {
			break
		}
		b = append(b, '/')
		if step.index >= 0 {
			b = strconv.AppendInt(b, int64(step.index), 10)
		} else {
			b = append(b, step.name...)
		}
	}
	return string(b)
}

// looksLikeField tells whether key is letters, digits and underscores, from a letter on, 40 at most.
// None of them needs an escape in a JSON pointer.
func looksLikeField(key string) bool {
	if key == "" || len(key) > 40 {
		return false
	}
	for i := range len(key) {
		c := key[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

// unquote resolves the escapes of a string without its quotes.
func unquote(raw string) string {
	value, err := jsontext.AppendUnquote(nil, `"`+raw+`"`)
	if err != nil {
		panic("events: a string that passed checkSyntax cannot be unquoted: " + err.Error())
	}
	return string(value)
}

func typeName(first byte) string {
	switch first {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

func characters(value string) string {
	return "a string of " + strconv.Itoa(len([]rune(value))) + " characters"
}

func lengthOf(bounds text) string {
	return fmt.Sprintf("%d to %d characters", bounds.min, bounds.max)
}
