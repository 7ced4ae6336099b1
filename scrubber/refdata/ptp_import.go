package refdata

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"claimscrub/scrubber/civil"
)

// ptpImporter reads the layouts of the NCCI PTP table: seven columns (Medicare) or six (Medicaid, without the one about
// 1996) after a preamble, and the plain one with named columns, whose effective date may be missing.
type ptpImporter struct {
	program Program
	names   partNames
	layout  ptpLayout
	named   bool // the layout is the plain one
	started bool // a row of the file was read
	undated bool // some rows have no effective date
	dated   bool // some have
	rows    []pairRow
	codes   map[string]uint32
	words   map[string]uint16
}

// ptpLayout is the column of each field; -1 for one the file does not have, the zero value for a layout not yet known.
type ptpLayout struct{ column1, column2, from, to, indicator, rationale int }

var (
	medicarePTP = ptpLayout{0, 1, 3, 4, 5, 6}
	medicaidPTP = ptpLayout{0, 1, 2, 3, 4, 5}
)

func (p *ptpImporter) begin(label string) error {
	p.layout, p.started, p.named = ptpLayout{}, false, false
	return p.names.add(label)
}

func (p *ptpImporter) row(at place, cells []string) (rowKind, error) {
	first := cell(cells, 0)
	if !p.started && !isProcedure(first) {
		return rowPreamble, p.header(cells)
	}
	if first == "" && blank(cells) {
		return rowPreamble, nil
	}
	if !p.started {
		if err := p.start(cells); err != nil {
			return 0, err
		}
	}
	return p.edit(at, cells)
}

// header looks for the row that names the columns.
func (p *ptpImporter) header(cells []string) error {
	has := func(prefix string) int {
		return column(cells, func(h string) bool { return strings.HasPrefix(h, prefix) })
	}
	switch heading(cell(cells, 0)) {
	case "column1":
		p.named = true
		p.layout = ptpLayout{0, has("column2"), has("effective"), has("deletion"), has("modifier"), has("rationale")}
	case "column 1":
		p.layout = ptpLayout{0, has("column 2"), has("effective"), has("deletion"), has("modifier"),
			column(cells, func(h string) bool { return strings.Contains(h, "rationale") })}
	default:
		return nil
	}
	if l := p.layout; min(l.column2, l.to, l.indicator, l.rationale) < 0 || l.from < 0 && !p.named {
		return fmt.Errorf("header %q does not name the columns of a PTP table", cells)
	}
	return nil
}

// start settles the layout at the first row, and whether it is the one of the program asked for.
func (p *ptpImporter) start(cells []string) error {
	if p.layout == (ptpLayout{}) {
		switch len(cells) {
		case 7:
			p.layout = medicarePTP
		case 6:
			p.layout = medicaidPTP
		default:
			return fmt.Errorf("%d columns without a header, expected the 7 of Medicare or the 6 of Medicaid", len(cells))
		}
	}
	p.started = true
	of, known := map[ptpLayout]Program{medicarePTP: Medicare, medicaidPTP: Medicaid}[p.layout]
	if known && of != p.program && !p.named && !p.names.force {
		return fmt.Errorf("these are the columns of the %s table, expected those of %s; force it if that has changed", of, p.program)
	}
	return nil
}

func (p *ptpImporter) edit(at place, cells []string) (rowKind, error) {
	l := p.layout
	column1, column2 := cell(cells, l.column1), cell(cells, l.column2)
	if !isProcedure(column1) || !isProcedure(column2) || column1 == column2 {
		return 0, fmt.Errorf("%q and %q, expected two procedure codes", column1, column2)
	}
	from, err := p.effective(cells)
	if err != nil {
		return 0, err
	}
	to := openEnd
	if s := cell(cells, l.to); s != "*" {
		if to, err = parseDigits(s); err != nil {
			return 0, fmt.Errorf("deletion date %q: %w, or * for none", s, err)
		}
	}
	indicator, rationale := cell(cells, l.indicator), cell(cells, l.rationale)
	if len(indicator) != 1 || !strings.Contains("019", indicator) {
		return 0, fmt.Errorf("modifier indicator %q, expected 0, 1 or 9", indicator)
	}
	if rationale == "" {
		return 0, errors.New("no rationale: the row is cut short")
	}
	if indicator == "9" || from > to { // never in force
		return rowSkipped, nil
	}
	word, ok := p.words[rationale]
	if !ok {
		if len(p.words) == maxRationales {
			return 0, fmt.Errorf("more than %d rationales: the last column holds something else", maxRationales)
		}
		word = uint16(len(p.words))
		p.words[strings.Clone(rationale)] = word
	}
	p.rows = append(p.rows, pairRow{first: p.number(column1), second: p.number(column2), from: from, to: to,
		indicator: indicator[0] - '0', rationale: word, file: uint16(at.file), line: int32(at.line)})
	return rowKept, nil
}

// maxRationales is far above the twelve CMS uses.
const maxRationales = 64

// effective is the first day of a row's edit, 0 for the open past: a row in existence before 1996, or a file without effective dates.
func (p *ptpImporter) effective(cells []string) (civil.Date, error) {
	if p.layout.from < 0 {
		p.undated = true
		return 0, nil
	}
	p.dated = true
	s := cell(cells, p.layout.from)
	if s == "" && p.layout == medicarePTP && cell(cells, 2) == "*" {
		return 0, nil
	}
	from, err := parseDigits(s)
	if err != nil {
		return 0, fmt.Errorf("effective date %q: %w", s, err)
	}
	return from, nil
}

func (p *ptpImporter) number(code string) uint32 {
	n, ok := p.codes[code]
	if !ok {
		n = uint32(len(p.codes))
		p.codes[strings.Clone(code)] = n
	}
	return n
}

func (p *ptpImporter) build(e *Edition, coverage []string, s *Summary) ([]section, error) {
	if err := p.names.complete(); err != nil {
		return nil, err
	}
	if p.dated && p.undated {
		return nil, errors.New("files with and without effective dates are mixed")
	}
	if err := p.cover(coverage); err != nil {
		return nil, err
	}
	d, err := newDictionary(keysOf(p.codes))
	if err != nil {
		return nil, err
	}
	final := make([]uint32, len(p.codes))
	for code, n := range p.codes {
		final[n] = uint32(d.find(pack(code)))
	}
	for i := range p.rows {
		p.rows[i].first, p.rows[i].second = final[p.rows[i].first], final[p.rows[i].second]
	}
	sortPairs(p.rows)
	if err := p.resolve(s, &d); err != nil {
		return nil, err
	}
	if e.words, err = rationales(p.words); err != nil {
		return nil, err
	}
	sections, err := buildPairs(p.rows, d.len())
	return append(d.sections(), sections...), err
}

// cover gives declared codes a number even when no pair has them; with a declaration, a pair of another code is a mistake.
func (p *ptpImporter) cover(coverage []string) error {
	if coverage == nil {
		return nil
	}
	for code := range p.codes {
		if !slices.Contains(coverage, code) {
			return fmt.Errorf("code %s is not in the declared coverage", code)
		}
	}
	for _, code := range coverage {
		p.number(code)
	}
	return nil
}

// resolve leaves each pair, in whichever order its codes come, one edit a day. Rows without effective dates follow one
// another: each begins on the day after the one before it ends. Of dated rows, one that begins on the
// last day of another governs that day, and so does the later of a pair's two orders; anything else that overlaps is refused.
func (p *ptpImporter) resolve(s *Summary, d *dictionary) error {
	for i := 1; i < len(p.rows); i++ {
		a, b := &p.rows[i-1], &p.rows[i]
		if a.low() != b.low() || a.high() != b.high() || a.to < b.from {
			continue
		}
		follows := b.from == 0 && p.undated || b.from == a.to || a.first != b.first
		switch {
		case a.to == b.to || !follows:
			return fmt.Errorf("%s and %s: two edits of %s and %s in force on %s", s.where(place{int(a.file), int(a.line)}),
				s.where(place{int(b.file), int(b.line)}), unpack(d.key(int(b.first))), unpack(d.key(int(b.second))), max(a.from, b.from))
		case b.from == 0 && p.undated, b.from <= a.from:
			b.from = a.to + 1
		default:
			a.to = b.from - 1
		}
		if p.dated {
			s.Trimmed++
		}
	}
	p.rows = slices.DeleteFunc(p.rows, func(r pairRow) bool { return r.from > r.to })
	return nil
}

// parseDigits reads a date YYYYMMDD.
func parseDigits(s string) (civil.Date, error) {
	if len(s) != 8 {
		return 0, errDigits
	}
	var b [10]byte
	copy(b[:], s[:4])
	b[4], b[7] = '-', '-'
	copy(b[5:], s[4:6])
	copy(b[8:], s[6:])
	d, err := civil.ParseDate(b[:])
	if err != nil {
		return 0, errDigits
	}
	return d, nil
}

var errDigits = errors.New("expected a date YYYYMMDD")

func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
