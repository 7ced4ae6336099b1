package events

import "strconv"

// field is a member of an object that the schema describes, and how to read its value.
type field[T any] struct {
	name     string
	required bool
	read     func(*scanner, *T)
}

// object reads an object of these fields. Unknown fields and duplicates are read past; missing required
// fields are violations, and so is a value of another type. seen tells which fields were sent, by index.
func object[T any](s *scanner, fields []field[T], into *T) (seen uint64, ok bool) {
	if s.peek() != '{' {
		s.wrongType("an object")
		return 0, false
	}
	s.open()
	depth := len(s.path)
	s.path = append(s.path, step{index: -1})
	var unknown nameSet
	for n, next := 0, 0; s.member(n); n++ {
		// Publishers keep their order, so the next field of the table is the likely one.
		i := next
		if i >= len(fields) || !s.keyIs(fields[i].name) {
			name := s.key()
			for i = 0; i < len(fields) && fields[i].name != name; i++ {
			}
			if i == len(fields) {
				s.path[depth].name = name
				if !unknown.add(name) {
					s.duplicate()
				}
				s.skip()
				continue
			}
		}
		next = i + 1
		s.path[depth].name = fields[i].name
		if seen&(1<<i) != 0 {
			s.duplicate()
			s.skip()
			continue
		}
		seen |= 1 << i
		fields[i].read(s, into)
	}
	s.path = s.path[:depth]
	for i := range fields {
		if fields[i].required && seen&(1<<i) == 0 {
			s.missing(fields[i].name, "a value, the field is required")
		}
	}
	return seen, true
}

// keyIs reads the name of a member and the colon if it is name, written without an escape.
func (s *scanner) keyIs(name string) bool {
	end := s.pos + 1 + len(name)
	if end >= len(s.text) || s.text[end] != '"' || s.text[s.pos+1:end] != name {
		return false
	}
	s.pos = end + 1
	s.colon()
	return true
}

// list appends the elements of an array to out, or is nil where there is no array. The elements beyond most
// are read past, and are one violation.
func list[T any](s *scanner, out []T, most int, read func(*scanner, *T)) []T {
	if s.peek() != '[' {
		s.wrongType("an array")
		return nil
	}
	s.open()
	depth, n := len(s.path), 0
	s.path = append(s.path, step{})
	for ; s.element(n); n++ {
		s.path[depth].index = n
		if n >= most {
			s.skip()
			continue
		}
		var zero T
		out = append(out, zero)
		read(s, &out[n])
	}
	s.path = s.path[:depth]
	if n > most {
		s.add(TooMany, "at most "+items(most), items(n))
	}
	return out
}

func items(n int) string { return strconv.Itoa(n) + " items" }

// nameSet is the names of one object that no schema describes.
type nameSet struct {
	few  [8]string
	n    int
	many map[string]struct{}
}

// add puts name in and tells whether it was new.
func (n *nameSet) add(name string) bool {
	if n.many == nil {
		for _, other := range n.few[:n.n] {
			if other == name {
				return false
			}
		}
		if n.n < len(n.few) {
			n.few[n.n] = name
			n.n++
			return true
		}
		n.many = make(map[string]struct{}, 64)
		for _, other := range n.few {
			n.many[other] = struct{}{}
		}
	}
	before := len(n.many)
	n.many[name] = struct{}{}
	return len(n.many) > before
}
