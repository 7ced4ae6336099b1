package refdata

import (
	"fmt"
	"slices"
	"strings"
)

// pfsImporter reads the physician fee schedule's relative value file (PPRRVU), whose column names are stacked over several rows
// below a preamble, the last of them beginning with HCPCS, and the plain layout with named columns.
type pfsImporter struct {
	edition string
	records records
	stack   []string // headings by column, of the rows so far
	columns *pfsColumns
}

type pfsColumns struct{ modifier, status, pctc, global, multiple int }

func (p *pfsImporter) begin(label string) error {
	p.stack, p.columns = nil, nil
	return sameTime(pfsFileTime, label, p.edition)
}

func (p *pfsImporter) row(at place, cells []string) (rowKind, error) {
	code := cell(cells, 0)
	if p.columns == nil {
		if isProcedure(code) {
			return 0, fmt.Errorf("a row before the header")
		}
		return rowPreamble, p.header(cells)
	}
	if blank(cells) {
		return rowPreamble, nil
	}
	if !isProcedure(code) {
		return 0, fmt.Errorf("%q, expected a procedure code", code)
	}
	if cell(cells, p.columns.modifier) != "" { // the row of a component: 26, TC, 53
		return rowSkipped, nil
	}
	status, pctc := cell(cells, p.columns.status), cell(cells, p.columns.pctc)
	global, multiple := cell(cells, p.columns.global), cell(cells, p.columns.multiple)
	if len(global) < 3 && len(global) > 0 && isDigit(global[0]) { // a workbook keeps 000 as a number
		global = strings.Repeat("0", 3-len(global)) + global
	}
	days := slices.Index(globals[:], global)
	if len(status) != 1 || !isCapital(status[0]) || len(pctc) != 1 || !isDigit(pctc[0]) || len(multiple) != 1 ||
		!isDigit(multiple[0]) || days < 0 {
		return 0, fmt.Errorf("status %q, PC/TC %q, global days %q, multiple procedure %q: expected a letter, a digit, one of %q, a digit",
			status, pctc, global, multiple, globals)
	}
	return p.records.add(code, []byte{status[0], pctc[0], multiple[0], byte(days)}, "", at)
}

// header adds a row to the stack, and settles the columns when it is the last of the header.
func (p *pfsImporter) header(cells []string) error {
	for i, c := range cells {
		if i == len(p.stack) {
			p.stack = append(p.stack, "")
		}
		p.stack[i] = strings.TrimSpace(p.stack[i] + " " + heading(c))
	}
	if heading(cell(cells, 0)) != "hcpcs" {
		return nil
	}
	ends := func(names ...string) int {
		return slices.IndexFunc(p.stack, func(s string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return s == n || strings.HasSuffix(s, " "+n) })
		})
	}
	c := pfsColumns{modifier: column(cells, func(h string) bool { return h == "mod" }), status: ends("status code", "status"),
		pctc: ends("pctc ind", "pctc"), global: ends("glob days", "global days"), multiple: ends("mult proc")}
	if min(c.status, c.pctc, c.global, c.multiple) < 0 {
		return fmt.Errorf("header %q does not name the columns of a relative value file", p.stack)
	}
	p.columns = &c
	return nil
}

func (p *pfsImporter) build(_ *Edition, coverage []string, s *Summary) ([]section, error) {
	if err := p.records.cover(coverage); err != nil {
		return nil, err
	}
	return p.records.build(s, false)
}

// verifyFees checks that each code's global days are one of the published values.
func (e *Edition) verifyFees() error {
	for i := range e.dict.len() {
		if n := int(e.values[pfsSize*i+3]); n >= len(globals) {
			return fmt.Errorf("code %s has global days %d, expected a number below %d", unpack(e.dict.key(i)), n, len(globals))
		}
	}
	return nil
}
