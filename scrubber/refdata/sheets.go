package refdata

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// maxSheet is the most bytes a file may hold once it is unpacked; the largest published ones hold a twentieth.
const maxSheet = 2 << 30

// maxLine is the most bytes of a line.
const maxLine = 1 << 20

// A rowSource hands over the rows of a file with their line numbers, until take returns an error. The
// cells are the taker's for the call only.
type rowSource func(take func(line int, cells []string) error) error

// openSheets calls visit for each file of a table within f: itself, or the members of an archive that look like it.
func openSheets(f File, t Table, visit func(label string, rows rowSource) error) error {
	return openReader(f.Name, io.LimitReader(f.Reader, maxSheet), t, visit, 0)
}

func openReader(label string, r io.Reader, t Table, visit func(string, rowSource) error, depth int) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	head, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}) && depth < 2:
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return err
		}
		return openReader(label, io.LimitReader(unpacked, maxSheet), t, visit, depth+1)
	case bytes.Equal(head, []byte("PK\x03\x04")) && depth < 2:
		b, err := io.ReadAll(buffered)
		if err != nil {
			return err
		}
		return openZip(label, b, t, visit, depth)
	}
	return openText(label, buffered, t, visit)
}

func openZip(label string, b []byte, t Table, visit func(string, rowSource) error, depth int) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	for _, m := range z.File {
		if m.Name == "[Content_Types].xml" {
			return visit(label, workbook(b))
		}
	}
	members := chooseMembers(z.File, t)
	if len(members) == 0 {
		return fmt.Errorf("no file of a %s table in the archive", t)
	}
	for _, m := range members {
		r, err := m.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		err = openReader(label+"/"+path.Base(m.Name), io.LimitReader(r, maxSheet), t, visit, depth+1)
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return nil
}

// memberExtensions are of files that can be a table, best first: CMS packs the same table as text and as a workbook.
func memberExtensions(t Table) []string {
	if t == PTP || t == ICD10CM {
		return []string{".txt", ".tsv", ".csv", ".xlsx"}
	}
	return []string{".csv", ".tsv", ".xlsx", ".txt"} // a .txt of these has fixed columns
}

// memberHints begin or are part of the names CMS gives the files of a table among others in one archive.
var memberHints = [tables][]string{PTP: {"ccipra"}, PFS: {"pprrvu"}, ICD10CM: {"order"}, Modifiers: {"anweb", "modifier"}}

// chooseMembers leaves of an archive the files that can be the table, one for each stem.
func chooseMembers(files []*zip.File, t Table) []*zip.File {
	best := map[string]*zip.File{}
	var stems []string
	extensions := memberExtensions(t)
	rank := func(f *zip.File) int { return slices.Index(extensions, strings.ToLower(path.Ext(f.Name))) }
	for _, f := range files {
		base := strings.ToLower(path.Base(f.Name))
		if rank(f) < 0 || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~") {
			continue
		}
		stem := strings.TrimSuffix(base, path.Ext(base))
		old, seen := best[stem]
		if !seen {
			stems = append(stems, stem)
		}
		if !seen || rank(f) < rank(old) {
			best[stem] = f
		}
	}
	slices.Sort(stems)
	hinted := slices.DeleteFunc(slices.Clone(stems), func(s string) bool {
		return strings.Contains(s, "addenda") || strings.Contains(s, "transaction report") || // changes, not tables
			!slices.ContainsFunc(memberHints[t], func(h string) bool { return strings.Contains(s, h) })
	})
	if len(hinted) > 0 {
		stems = hinted
	}
	if t == PFS && len(stems) > 1 { // from 2026 on there are two conversion factors, and the indicators are the same
		stems = slices.DeleteFunc(stems, func(s string) bool { return !strings.Contains(s, "nonqpp") })
	}
	members := make([]*zip.File, len(stems))
	for i, s := range stems {
		members[i] = best[s]
	}
	return members
}

// workbook reads the rows of all sheets of an XLSX file.
func workbook(b []byte) rowSource {
	return func(take func(int, []string) error) (err error) {
		defer func() {
			if p := recover(); p != nil { // the library panics on some broken workbooks
				err = fmt.Errorf("workbook cannot be read: %v", p)
			}
		}()
		f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxSheet, UnzipXMLSizeLimit: maxSheet})
		if err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		for _, sheet := range f.GetSheetList() {
			if err := sheetRows(f, sheet, take); err != nil {
				return err
			}
		}
		return nil
	}
}

func sheetRows(f *excelize.File, sheet string, take func(int, []string) error) error {
	rows, err := f.Rows(sheet)
	if err != nil {
		return fmt.Errorf("sheet %s: %w", sheet, err)
	}
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("sheet %s: row %d: %w", sheet, line, err)
		}
		if err := take(line, cells); err != nil {
			return err
		}
	}
	return errors.Join(rows.Error(), rows.Close())
}

// openText reads text by the separator its first lines show: tabs, else commas; files of fixed columns have neither
// and are handed over line by line.
func openText(label string, r *bufio.Reader, t Table, visit func(string, rowSource) error) error {
	head, err := r.Peek(2048)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		if _, err := r.Discard(3); err != nil {
			return err
		}
		head = head[3:]
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	switch {
	case bytes.IndexByte(head, 0) >= 0:
		return errors.New("neither text, nor a workbook, nor an archive of them")
	case t == PTP || bytes.IndexByte(first, '\t') >= 0:
		return visit(label, lines(r, "\t"))
	case t == ICD10CM && !bytes.HasPrefix(first, []byte("code,")):
		return visit(label, lines(&whole{Reader: r}, ""))
	case t == Modifiers && isFixedHCPCS(string(first)):
		return visit(label, lines(r, ""))
	}
	return visit(label, commas(r))
}

// whole is text whose last line has its end, as the order file's has; without it the file was cut short, mostly in a title, where
// the rest of the line would not show it.
type whole struct {
	io.Reader
	last byte
}

func (w *whole) Read(b []byte) (n int, err error) {
	n, err = w.Reader.Read(b)
	if n > 0 {
		w.last = b[n-1]
	}
	if errors.Is(err, io.EOF) && w.last != 0 && w.last != '\n' {
		return n, errCutShort
	}
	return n, err
}

var errCutShort = errors.New("the last line has no end: the file is cut short")

// lines hands over each line as its cells, cut at the separator; an empty separator leaves one cell.
func lines(r io.Reader, separator string) rowSource {
	return func(take func(int, []string) error) error {
		in := bufio.NewScanner(r)
		in.Buffer(make([]byte, 1<<16), maxLine)
		var cells []string
		for n := 1; in.Scan(); n++ {
			cells = cut(cells[:0], toUTF8(strings.TrimSuffix(in.Text(), "\r")), separator)
			if err := take(n, cells); err != nil {
				return err
			}
		}
		return in.Err()
	}
}

// cut appends the cells of a line; with an empty separator that is one.
func cut(cells []string, line, separator string) []string {
	for separator != "" {
		i := strings.Index(line, separator)
		if i < 0 {
			break
		}
		cells = append(cells, line[:i])
		line = line[i+len(separator):]
	}
	return append(cells, line)
}

// commas reads CSV; a file whose lines end in a bare carriage return, as CMS has published some, is read too.
func commas(r io.Reader) rowSource {
	return func(take func(int, []string) error) error {
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if bytes.IndexByte(b, '\n') < 0 {
			b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
		}
		in := csv.NewReader(strings.NewReader(toUTF8(string(b))))
		in.FieldsPerRecord = -1
		in.ReuseRecord = true
		before, last := 0, 0 // cells of the last two rows
		for {
			cells, err := in.Read()
			if errors.Is(err, io.EOF) && last < before {
				return fmt.Errorf("the last row has %d cells and the one before it %d: the file is cut short", last, before)
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			before, last = last, len(cells)
			line, _ := in.FieldPos(0)
			if err := take(line, cells); err != nil {
				return err
			}
		}
	}
}

// toUTF8 reads text that is not UTF-8 as Latin-1.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// heading is how header cells are compared: small letters, any run of spaces, line ends and underscores one space.
func heading(cell string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\r' || r == '_' || r == '\t'
	}), " ")
}

// column is the first column whose heading satisfies the test, or -1.
func column(cells []string, is func(heading string) bool) int {
	return slices.IndexFunc(cells, func(c string) bool { return is(heading(c)) })
}

// cell is a cell without outer spaces, empty when the row is too short or the column unknown.
func cell(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[i])
}

// blank tells whether all cells of a row are.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}
