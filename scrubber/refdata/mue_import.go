package refdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// mueImporter reads the layouts of the NCCI MUE table of practitioner services: CMS's, below a notice in one
// quoted cell and a header whose cells span lines, and the plain one with named columns. Medicaid's has no adjudication indicator, because
// its edits are all of the claim line.
type mueImporter struct {
	program Program
	edition string
	force   bool // take the other program's columns
	records records
	columns *mueColumns // of the file at hand, once its header was read
}

type mueColumns struct{ code, value, mai, rationale int }

func (m *mueImporter) begin(label string) error {
	m.columns = nil
	lower := strings.ToLower(label)
	if strings.Contains(lower, "outpatienthospital") || strings.Contains(lower, "dme") {
		return errors.New("the name is not that of the practitioner services table")
	}
	return sameTime(mueFileTime, label, m.edition)
}

func (m *mueImporter) row(at place, cells []string) (rowKind, error) {
	if m.columns == nil {
		if isProcedure(cell(cells, 0)) {
			return 0, errors.New("a row before the header")
		}
		return rowPreamble, m.header(cells)
	}
	if blank(cells) {
		return rowPreamble, nil
	}
	code := cell(cells, m.columns.code)
	if !isProcedure(code) {
		return 0, fmt.Errorf("%q, expected a procedure code", code)
	}
	s := cell(cells, m.columns.value)
	value, err := strconv.ParseUint(s, 10, 32)
	if err != nil || value > math.MaxInt32 {
		return 0, fmt.Errorf("MUE value %q, expected a number of units", s)
	}
	mai := byte(1)
	if m.columns.mai >= 0 {
		text := cell(cells, m.columns.mai) // "3 Date of Service Edit: Clinical"
		if text == "" || text[0] < '1' || text[0] > '3' || len(text) > 1 && isDigit(text[1]) {
			return 0, fmt.Errorf("MUE adjudication indicator %q, expected 1, 2 or 3", text)
		}
		mai = text[0] - '0'
	}
	rationale := cell(cells, m.columns.rationale)
	if rationale == "" {
		return 0, errors.New("no rationale: the row is cut short")
	}
	word, err := m.records.word(rationale)
	if err != nil {
		return 0, err
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(value))
	b = append(b, mai, 0)
	return m.records.add(code, binary.LittleEndian.AppendUint16(b, word), "", at)
}

func (m *mueImporter) header(cells []string) error {
	with := func(part string) int {
		return column(cells, func(h string) bool { return strings.Contains(h, part) })
	}
	c := mueColumns{with("hcpcs"), with("mue value"), with("adjudication"), with("rationale")}
	if c.value < 0 {
		return nil
	}
	if c.mai < 0 {
		c.mai = column(cells, func(h string) bool { return h == "mai" })
	}
	if c.code < 0 || c.rationale < 0 || c.mai < 0 && m.program != Medicaid {
		return fmt.Errorf("header %q does not name the columns of a %s MUE table", cells, m.program)
	}
	if m.program == Medicaid && c.mai >= 0 && !m.force {
		return fmt.Errorf("these are the columns of the %s table, expected those of %s; force it if that has changed", Medicare, Medicaid)
	}
	if h := heading(cells[c.value]); strings.Contains(h, "hospital") || strings.Contains(h, "supplier") || strings.Contains(h, "dme") {
		return fmt.Errorf("column %q, expected those of practitioner services", cells[c.value])
	}
	m.columns = &c
	return nil
}

func (m *mueImporter) build(e *Edition, coverage []string, s *Summary) ([]section, error) {
	var err error
	if e.words, err = rationales(m.records.words); err != nil {
		return nil, err
	}
	if err = m.records.cover(coverage); err != nil {
		return nil, err
	}
	return m.records.build(s, false)
}
