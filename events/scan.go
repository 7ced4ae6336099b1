package events

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner walks a text once: it decodes, collects violations of the schema, and checks the grammar of
// JSON as strictly as the library does. At the first fault of the grammar it stops; the library then
// says what the fault is, and whatever else was found does not count.
type scanner struct {
	text      string // every decoded string without an escape is a part of it
	pos       int
	malformed bool
	document

	// Room for what an encounter has many of. What does not fit gets memory of its own.
	strings []string
	ints    []int
	room    struct {
		path    [8]step
		strings [16]string
		ints    [16]int
	}
}

// document is what is noted of a JSON document: of the text, or of the data inside an event.
type document struct {
	origin int    // where it begins in the text
	path   []step // to the value or name that is read
	deep   *Unreadable

	violations []Violation
	omitted    int
	identity   *Violation // the first violation of encounter_id or revision
}

// step is one token of a JSON pointer: an index of 0 or more, else a name.
type step struct {
	name  string
	index int
}

func newScanner(text string) *scanner {
	s := &scanner{text: text}
	s.path, s.strings, s.ints = s.room.path[:0], s.room.strings[:0], s.room.ints[:0]
	return s
}

// fail stops at a fault of the grammar: at the end of the text every loop ends. So it does when the
// document is too deep, which is no fault of the grammar.
func (s *scanner) fail() {
	s.malformed = s.malformed || s.deep == nil
	s.pos = len(s.text)
}

// fault tells, when the value was read, why the text cannot be read: it is no JSON text or nested too deeply.
func (s *scanner) fault() *Unreadable {
	s.peek()
	switch {
	case s.deep != nil && isJSONText(s.text):
		return s.deep
	case s.deep != nil, s.malformed, s.pos < len(s.text):
		return syntaxError(s.text)
	}
	return nil
}

// peek moves to the next token and returns its first byte; 0 at the end.
func (s *scanner) peek() byte {
	i := s.pos
	for i < len(s.text) {
		c := s.text[i]
		if c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			s.pos = i
			return c
		}
		i++
		if c == '\n' {
			i += indentation(s.text[i:])
		}
	}
	s.pos = len(s.text)
	return 0
}

// indentation counts the spaces at the start of a line, 8 bytes at once. It may miss some of the last line.
func indentation(line string) (n int) {
	for n+8 <= len(line) {
		others := binary.LittleEndian.Uint64([]byte(line[n:n+8])) ^ 0x2020202020202020
		spaces := bits.TrailingZeros64(others) / 8 // 8 when there are no others
		n += spaces
		if spaces < 8 {
			break
		}
	}
	return n
}

// open moves into an object or array.
func (s *scanner) open() {
	s.pos++
	if len(s.path) >= MaxDepth {
		s.deep = tooDeep(s.pos - s.origin)
		s.pos = len(s.text) // ends every loop above
	}
}

// next moves to element or member n of the array or object that closing ends, or past its end.
func (s *scanner) next(n int, closing byte) bool {
	c := s.peek()
	if c == closing {
		s.pos++
		return false
	}
	if n > 0 && c == ',' {
		s.pos++
		c = s.peek()
	} else if n > 0 {
		c = 0
	}
	if c == 0 {
		s.fail()
	}
	return c != 0
}

// element moves to element n of an array, or past its end.
func (s *scanner) element(n int) bool { return s.next(n, ']') }

// member moves to the name of member n of an object, or past its end.
func (s *scanner) member(n int) bool {
	if !s.next(n, '}') {
		return false
	}
	if s.text[s.pos] != '"' {
		s.fail()
		return false
	}
	return true
}

// key reads the name of a member and the colon.
func (s *scanner) key() string {
	name, _ := s.quoted()
	s.colon()
	return name
}

func (s *scanner) colon() {
	if s.peek() != ':' {
		s.fail()
		return
	}
	s.pos++
}

// quoted reads a string or name at pos. escaped tells whether it was written with an escape.
func (s *scanner) quoted() (value string, escaped bool) {
	start := s.pos + 1
	end := start + plain(s.text[start:])
	if end < len(s.text) && s.text[end] == '"' {
		s.pos = end + 1
		return s.text[start:end], false
	}
	return s.unusual(start, end)
}

// unusual reads the string that begins at start and has an escape, a fault or more than ASCII at i.
func (s *scanner) unusual(start, i int) (value string, escaped bool) {
	for ; i < len(s.text) && s.text[i] >= ' '; i++ {
		switch s.text[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			s.pos = i + 1
			value = s.text[start:i]
			if !escaped && utf8.ValidString(value) {
				return value, false
			}
			unquoted, err := jsontext.AppendUnquote(nil, s.text[start-1:i+1])
			if err != nil {
				s.fail()
			}
			return string(unquoted), true
		}
	}
	s.fail()
	return "", false
}

// bare reads a number or literal, up to what may stand behind one.
func (s *scanner) bare() string {
	start := s.pos
	for ; s.pos < len(s.text); s.pos++ {
		if c := s.text[s.pos]; c <= ' ' || c == ',' || c == '}' || c == ']' {
			break
		}
	}
	return s.text[start:s.pos]
}

// literal reads true, false or null.
func (s *scanner) literal() string {
	word := s.bare()
	if word != "true" && word != "false" && word != "null" {
		s.fail()
	}
	return word
}

// numeral reads a number as it is written.
func (s *scanner) numeral() string {
	raw := s.bare()
	if !isNumber(raw) {
		s.fail()
	}
	return raw
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
		for n := 0; s.member(n); n++ {
			name := s.key()
			s.path = append(s.path[:depth], step{name: name, index: -1})
			if !names.add(name) {
				s.duplicate()
			}
			s.skip()
		}
	case '[':
		s.open()
		for n := 0; s.element(n); n++ {
			s.path = append(s.path[:depth], step{index: n})
			s.skip()
		}
	case 't', 'f', 'n':
		s.literal()
	default:
		s.numeral()
	}
	s.path = s.path[:depth]
}

// value reads past a value by the library, which follows nesting further than the scanner.
func (s *scanner) value() {
	s.peek()
	if !isJSONText(s.text) {
		s.fail()
		return
	}
	value, err := jsontext.NewDecoder(strings.NewReader(s.text[s.pos:]), jsontext.AllowDuplicateNames(true)).ReadValue()
	if err != nil {
		s.fail()
	}
	s.pos += len(value)
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
