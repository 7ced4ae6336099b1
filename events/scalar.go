package events

import (
	"fmt"
	"strconv"
	"strings"
)

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
	value, _ := s.quoted()
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
	value := s.literal() == "true"
	return &value
}

// integer reads a number without a fraction between least and most. As in JSON Schema 1.0 and 1e2 are integers.
func (s *scanner) integer(least, most int64) (n int64, ok bool) {
	if typeName(s.peek()) != "number" {
		s.wrongType("an integer")
		return 0, false
	}
	n, whole, fits := parseInteger(s.numeral())
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
