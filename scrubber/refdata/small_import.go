package refdata

import (
	"fmt"
	"strconv"
	"strings"

	"claimscrub/scrubber/civil"
)

// posImporter reads place of service codes from a table with a column of codes (one, or a range of unassigned ones), one of
// names and, if it has it, one of types (facility, non-facility).
type posImporter struct {
	records          records
	found            bool
	code, kind, name int
}

func (p *posImporter) begin(string) error {
	p.found = false
	return nil
}

func (p *posImporter) row(at place, cells []string) (rowKind, error) {
	if !p.found {
		p.code = column(cells, func(h string) bool { return strings.Contains(h, "code") })
		p.name = column(cells, func(h string) bool { return strings.Contains(h, "name") })
		p.kind = column(cells, func(h string) bool { return strings.Contains(h, "type") })
		p.found = p.code >= 0 && p.name >= 0
		return rowPreamble, nil
	}
	if blank(cells) {
		return rowPreamble, nil
	}
	first, last, ok := codeRange(cell(cells, p.code))
	name := cell(cells, p.name)
	if !ok || name == "" {
		return 0, fmt.Errorf("code %q named %q, expected two digits and a name", cell(cells, p.code), name)
	}
	var flags byte
	if lower := strings.ToLower(name); !strings.HasPrefix(lower, "unassigned") && !strings.HasPrefix(lower, "inactive") {
		flags |= placeAssigned
	}
	switch strings.ToLower(cell(cells, p.kind)) {
	case "facility":
		flags |= placeFacility
	case "non-facility", "nonfacility":
		flags |= placeNonFacility
	}
	for n := first; n <= last; n++ {
		if kind, err := p.records.add(fmt.Sprintf("%02d", n), []byte{flags}, name, at); err != nil {
			return kind, err
		}
	}
	return rowKept, nil
}

// codeRange reads "11", "1" or "28-30".
func codeRange(s string) (first, last int, ok bool) {
	from, to, is := strings.Cut(s, "-")
	if !is {
		to = from
	}
	first, err1 := strconv.Atoi(strings.TrimSpace(from))
	last, err2 := strconv.Atoi(strings.TrimSpace(to))
	return first, last, err1 == nil && err2 == nil && 1 <= first && first <= last && last <= 99
}

func (p *posImporter) build(_ *Edition, _ []string, s *Summary) ([]section, error) {
	return p.records.build(s, true)
}

// modifierImporter reads modifiers from CMS's HCPCS file (ANWEB: record 7 is a modifier's first line; as text with fixed
// columns, or with named ones) and from the plain layout with the columns mod_code, mod_type and name.
type modifierImporter struct {
	from                    civil.Date // of the edition: a modifier that ended before it is left out
	records                 records
	code, record, kind, end int
	name                    int
	found                   bool
	anyCPT                  bool
}

func (m *modifierImporter) begin(string) error {
	m.found = false
	return nil
}

// isFixedHCPCS tells whether a line has the fixed columns of the HCPCS file: 1-5 code, 6-10 sequence, 11 record, 12-91 long text,
// 92-119 short text, 285-292 termination date.
func isFixedHCPCS(line string) bool {
	return len(line) >= 120 && strings.Contains("3478", line[10:11]) && !strings.ContainsAny(line[:11], ",;\"")
}

func (m *modifierImporter) row(at place, cells []string) (rowKind, error) {
	if len(cells) == 1 && isFixedHCPCS(cells[0]) {
		line := cells[0] + strings.Repeat(" ", max(0, 292-len(cells[0])))
		return m.add(at, line[3:5], line[10:11], strings.TrimSpace(line[91:119]), strings.TrimSpace(line[284:292]), false)
	}
	if !m.found {
		is := func(names ...string) int {
			return column(cells, func(h string) bool {
				for _, n := range names {
					if strings.HasPrefix(h, n) {
						return true
					}
				}
				return false
			})
		}
		m.code, m.record, m.kind, m.end = is("mod code", "hcpc"), is("recid"), is("mod type"), is("term dt")
		m.name = is("short description", "name", "description")
		m.found = m.code >= 0 && m.name >= 0 && (m.record >= 0 || m.kind >= 0)
		return rowPreamble, nil
	}
	if blank(cells) {
		return rowPreamble, nil
	}
	record := "7"
	if m.record >= 0 {
		record = cell(cells, m.record)
	}
	return m.add(at, cell(cells, m.code), record, cell(cells, m.name), cell(cells, m.end), strings.EqualFold(cell(cells, m.kind), "cpt"))
}

func (m *modifierImporter) add(at place, code, record, name, end string, cpt bool) (rowKind, error) {
	if record != "7" { // a procedure, or a modifier's further lines
		return rowSkipped, nil
	}
	code = strings.TrimSpace(code)
	if len(code) != 2 || !isDigit(code[0]) && !isCapital(code[0]) || !isDigit(code[1]) && !isCapital(code[1]) {
		return 0, fmt.Errorf("modifier %q, expected two digits or capitals", code)
	}
	if end != "" {
		last, err := parseDigits(end)
		if err != nil {
			return 0, fmt.Errorf("termination date %q: %w", end, err)
		}
		if last < m.from {
			return rowSkipped, nil
		}
	}
	var flags byte
	if cpt {
		flags, m.anyCPT = modifierCPT, true
	}
	return m.records.add(code, []byte{flags}, name, at)
}

// build leaves an edition without CPT modifiers partial, so that those are still answered by the shipped one.
func (m *modifierImporter) build(e *Edition, _ []string, s *Summary) ([]section, error) {
	e.Partial = !m.anyCPT
	return m.records.build(s, true)
}

// codeImporter reads our own text table of codes.
type codeImporter struct {
	found bool
	lines []string
	codes []string
}

func (c *codeImporter) begin(string) error { return nil }

func (c *codeImporter) row(_ place, cells []string) (rowKind, error) {
	if !c.found {
		c.found = strings.Join(cells, " ") == strings.Join(codeColumns, " ")
		return rowPreamble, nil
	}
	code, err := parseCode(cells)
	if err != nil {
		return 0, err
	}
	if n := len(c.codes); n > 0 && code.Code < c.codes[n-1] {
		return 0, fmt.Errorf("code %s is not after %s", code.Code, c.codes[n-1])
	}
	c.lines = append(c.lines, strings.Join(cells, "\t")+"\n")
	c.codes = append(c.codes, code.Code)
	return rowKept, nil
}

func (c *codeImporter) build(*Edition, []string, *Summary) ([]section, error) {
	d, err := newDictionary(c.codes)
	if err != nil {
		return nil, err
	}
	text := strings.Join(c.lines, "")
	return append(d.sections(), section{"text", []byte(text)}), nil
}
