package refdata

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"claimscrub/scrubber/civil"
)

// File is one published file to import: text, CSV or XLSX, or a zip or gzip of them.
type File struct {
	Name   string // as errors and the summary name it; part numbers and versions are read from it
	Reader io.Reader
}

// Request says what to import as one edition.
type Request struct {
	Table    Table
	Program  Program // of PTP and MUE
	Name     string
	From, To civil.Date // To may be no date: the edition holds until a later one begins
	Files    []File     // the parts of one edition, each read once
	Previous *Edition   // the newest imported edition of the same table and program; nil when there is none
	Force    bool       // accept fewer parts than usual, the other program's columns, and an edition far smaller than Previous
	Progress func(file string, rows int)
}

// Summary is what an import read.
type Summary struct {
	Files        []FileSummary
	Kept         int // rows
	Skipped      int // rows that are no part of the table: never in force, a component, not a modifier
	Trimmed      int // rows cut short by one that begins on their last day or follows them
	Refused      []RefusedRow
	RefusedCount int // all of them; Refused holds the first
}

// FileSummary is what one file of an import held; each file of an archive counts.
type FileSummary struct {
	Name string
	Rows int
}

// RefusedRow is a row that could not be read.
type RefusedRow struct {
	File   string
	Line   int // from 1; in a workbook the row
	Reason string
}

// ErrRefused is wrapped by errors about files that are not a whole edition of the table asked for.
var ErrRefused = errors.New("refused")

const (
	refusedShown   = 20
	refusedMost    = 1000
	preambleMost   = 60 // rows before the header row
	progressEvery  = 50_000
	smallerPercent = 80 // an edition with fewer of its predecessor's rows is far smaller
)

// rowKind is what an importer made of a row.
type rowKind uint8

const (
	rowPreamble rowKind = iota
	rowKept
	rowSkipped
)

// place is where a row stands.
type place struct {
	file int // in the summary
	line int
}

// An importer reads one table's published layouts row by row.
type importer interface {
	// begin is told of each file, or sheet of a workbook, before its rows.
	begin(label string) error
	// row takes a row; its error refuses it.
	row(at place, cells []string) (rowKind, error)
	// build makes the sections of all rows. The codes of coverage are answered too.
	build(e *Edition, coverage []string, s *Summary) ([]section, error)
}

func newImporter(e *Edition, force bool) importer {
	switch e.Table {
	case PTP:
		return &ptpImporter{program: e.Program, codes: map[string]uint32{}, words: map[string]uint16{}, names: partNames{edition: e.Name, force: force}}
	case MUE:
		return &mueImporter{program: e.Program, edition: e.Name, force: force || e.Shipped, records: newRecords(e.Table)}
	case ICD10CM:
		return &icdImporter{edition: e.Name, records: newRecords(e.Table)}
	case PFS:
		return &pfsImporter{edition: e.Name, records: newRecords(e.Table)}
	case POS:
		return &posImporter{records: newRecords(e.Table)}
	case Modifiers:
		return &modifierImporter{from: e.From, records: newRecords(e.Table)}
	}
	return &codeImporter{}
}

// Import compiles the files into one edition, whole or not at all: any refused row refuses the edition, and the summary says why.
// The same files give the same bytes. Its errors wrap ErrRefused when the files are to blame.
func Import(r Request) (edition []byte, s Summary, err error) {
	e := &Edition{Table: r.Table, Program: r.Program, Name: r.Name, From: r.From, To: r.To}
	if err := e.check(); err != nil {
		return nil, s, fmt.Errorf("import: %w", err)
	}
	if r.Table == Codes || len(r.Files) == 0 {
		return nil, s, fmt.Errorf("import %s: expected published files of another table than %s", e.Title(), Codes)
	}
	in := intake{edition: e, importer: newImporter(e, r.Force), summary: &s, progress: r.Progress}
	for _, f := range r.Files {
		if err := in.file(f); err != nil {
			return nil, s, fmt.Errorf("import %s: %w: %s: %w", e.Title(), ErrRefused, f.Name, err)
		}
	}
	if edition, err = in.finish(nil); err == nil {
		err = Verify(edition)
	}
	if err != nil {
		return nil, s, fmt.Errorf("import %s: %w: %w", e.Title(), ErrRefused, err)
	}
	if p := r.Previous; p != nil && !r.Force && s.Kept*100 < p.Rows*smallerPercent {
		return nil, s, fmt.Errorf("import %s: %w: %d rows are far fewer than the %d of %s; force it if that is right",
			e.Title(), ErrRefused, s.Kept, p.Rows, p.Title())
	}
	return edition, s, nil
}

// intake feeds the rows of all files to one importer and keeps the account.
type intake struct {
	edition  *Edition
	importer importer
	summary  *Summary
	progress func(file string, rows int)
	names    []string
}

func (in *intake) file(f File) error {
	before := in.summary.Kept + in.summary.Skipped
	err := openSheets(f, in.edition.Table, func(label string, rows rowSource) error {
		in.summary.Files = append(in.summary.Files, FileSummary{Name: label})
		in.names = append(in.names, label)
		if err := in.importer.begin(label); err != nil {
			return err
		}
		return rows(in.row)
	})
	if err == nil && in.summary.RefusedCount == 0 && in.summary.Kept+in.summary.Skipped == before {
		return fmt.Errorf("no rows of a %s table", in.edition.Table)
	}
	return err
}

func (in *intake) row(line int, cells []string) error {
	at := len(in.summary.Files) - 1
	file := &in.summary.Files[at]
	kind, err := in.importer.row(place{at, line}, cells)
	switch {
	case err != nil:
		in.summary.RefusedCount++
		if len(in.summary.Refused) < refusedShown {
			in.summary.Refused = append(in.summary.Refused, RefusedRow{file.Name, line, err.Error()})
		}
		if in.summary.RefusedCount >= refusedMost {
			return fmt.Errorf("gave up after %d refused rows, the first at line %d: %s",
				refusedMost, in.summary.Refused[0].Line, in.summary.Refused[0].Reason)
		}
	case kind == rowPreamble:
		if file.Rows == 0 && line > preambleMost {
			return fmt.Errorf("no header of a %s table in %d rows", in.edition.Table, line)
		}
		return nil
	case kind == rowKept:
		in.summary.Kept++
	case kind == rowSkipped:
		in.summary.Skipped++
	}
	file.Rows++
	if in.progress != nil && file.Rows%progressEvery == 0 {
		in.progress(file.Name, file.Rows)
	}
	return nil
}

// finish seals the edition once all rows are in.
func (in *intake) finish(coverage []string) ([]byte, error) {
	s, e := in.summary, in.edition
	if s.RefusedCount > 0 {
		first := s.Refused[0]
		return nil, fmt.Errorf("%d rows cannot be read, the first in %s, line %d: %s", s.RefusedCount, first.File, first.Line, first.Reason)
	}
	if s.Kept == 0 {
		return nil, fmt.Errorf("no rows of a %s table are kept", e.Table)
	}
	sections, err := in.importer.build(e, coverage, s)
	if err != nil {
		return nil, err
	}
	e.Rows = s.Kept
	if e.Source == "" {
		e.Source = strings.Join(in.names, ", ")
	}
	return e.seal(sections)
}

// where names a row in an error.
func (s *Summary) where(p place) string {
	return fmt.Sprintf("%s line %d", s.Files[p.file].Name, p.line)
}
