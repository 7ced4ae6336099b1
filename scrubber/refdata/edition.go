package refdata

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"claimscrub/scrubber/civil"
)

// An edition file is, byte for byte: magic; the length of the header and its CRC-32C (four bytes each, little endian); the
// header, a JSON object padded with spaces; the sections the header lists, one after another, each padded
// with zeros to eight bytes. The header's CRC covers what precedes it too, and each section's its padding, so that no byte
// goes unchecked: CRC-32C finds every change confined to four bytes, and runs at memory speed when an edition is opened.
const (
	format  = "claimscrub-ref "
	version = "2"
	magic   = format + version
)

const prefixLen = len(magic) + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCorrupt is wrapped by errors about an edition whose bytes are not what was written.
var ErrCorrupt = errors.New("corrupt edition")

// Edition is one edition of a table, immutable and safe to share. Its bytes must stay as they were when it was opened.
type Edition struct {
	Table    Table
	Program  Program
	Name     string     // 2026Q4, FY2026
	From, To civil.Date // validity, both days included; To may be no date: until replaced
	Checksum string     // SHA-256 of the contents, hexadecimal
	Source   string     // provenance: which published files it was compiled from
	Shipped  bool       // came with the binary: past its end it carries forward as inferred
	Partial  bool       // covers only what it declares: a lookup can end Outside
	Inferred bool       // every answer is inferred: the source is not authoritative
	Rows     int        // rows kept

	words []string // rationales
	dict  dictionary
	pairs pairTable
	// values holds a record of valueSize bytes for each code of dict.
	values        []byte
	offsets, text []byte // texts by code of dict: ICD-10-CM titles
	names         string // a copy of text, for tables small enough to hand out its parts
	codes         []Code
	carried       []Code // codes with each Inferred, as they are read past the edition's end
}

type header struct {
	Table    string   `json:"table"`
	Program  string   `json:"program,omitempty"`
	Name     string   `json:"name"`
	From     string   `json:"from"`
	To       string   `json:"to,omitempty"`
	Source   string   `json:"source"`
	Shipped  bool     `json:"shipped,omitempty"`
	Partial  bool     `json:"partial,omitempty"`
	Inferred bool     `json:"inferred,omitempty"`
	Rows     int      `json:"rows"`
	Words    []string `json:"words,omitempty"`
	// Checksum is the SHA-256 of this header with an empty checksum, and of all sections.
	Checksum string          `json:"checksum"`
	Sections []sectionHeader `json:"sections"`
}

type sectionHeader struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"` // without padding
	CRC   uint32 `json:"crc"`   // CRC-32C with padding
}

type section struct {
	name string
	data []byte
}

// sectionNames are the sections of each table, in the order of the file.
var sectionNames = [tables][]string{
	PTP:       {"keys", "index", "places", "windows"},
	MUE:       {"keys", "index", "values"},
	ICD10CM:   {"keys", "index", "values", "offsets", "text"},
	PFS:       {"keys", "index", "values"},
	POS:       {"keys", "index", "values", "offsets", "text"},
	Modifiers: {"keys", "index", "values", "offsets", "text"},
	Codes:     {"keys", "index", "text"},
}

// valueSize is the length of a record of the values section.
var valueSize = [tables]int{MUE: mueSize, ICD10CM: 1, PFS: pfsSize, POS: 1, Modifiers: 1}

const (
	mueSize = 8 // units (4 bytes), adjudication indicator, 0, number of the rationale (2 bytes)
	pfsSize = 4 // status, PC/TC, multiple procedure, number of the global days
)

// seal writes an edition file. Equal arguments give equal bytes.
func (e *Edition) seal(sections []section) ([]byte, error) {
	h := header{Table: e.Table.String(), Program: e.Program.String(), Name: e.Name, From: e.From.String(), To: e.To.String(),
		Source: e.Source, Shipped: e.Shipped, Partial: e.Partial, Inferred: e.Inferred, Rows: e.Rows, Words: e.words}
	size := 0
	for _, s := range sections {
		size += len(s.data) + 7
	}
	body := make([]byte, 0, size)
	for _, s := range sections {
		start := len(body)
		body = pad(append(body, s.data...), 0)
		h.Sections = append(h.Sections, sectionHeader{s.name, len(s.data), crc32.Checksum(body[start:], castagnoli)})
	}
	sum, err := h.sum(body)
	if err != nil {
		return nil, err
	}
	h.Checksum = sum
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	out := make([]byte, prefixLen, prefixLen+len(text)+7+len(body))
	copy(out, magic)
	out = pad(append(out, text...), ' ')
	binary.LittleEndian.PutUint32(out[len(magic):], uint32(len(out)-prefixLen))
	binary.LittleEndian.PutUint32(out[len(magic)+4:], headerCRC(out))
	return append(out, body...), nil
}

func (h header) sum(body []byte) (string, error) {
	h.Checksum = ""
	text, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	d := sha256.New()
	d.Write(text)
	d.Write(body)
	return hex.EncodeToString(d.Sum(nil)), nil
}

// headerCRC is over the magic, the length and the header itself.
func headerCRC(b []byte) uint32 {
	c := crc32.Update(0, castagnoli, b[:len(magic)+4])
	return crc32.Update(c, castagnoli, b[prefixLen:])
}

func pad(b []byte, with byte) []byte {
	for len(b)%8 != 0 {
		b = append(b, with)
	}
	return b
}

// Read opens one edition: it checks every sum and the shape of the sections, and parses nothing that grows with a national
// table. Its errors wrap ErrCorrupt and name the table, the edition and the section as far as they can still be read.
func Read(edition []byte) (*Edition, error) {
	h, body, err := readHeader(edition)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	e, err := h.edition()
	if err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrCorrupt, err)
	}
	if err := e.open(h, body); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, e.Title(), err)
	}
	return e, nil
}

func readHeader(b []byte) (h header, body []byte, err error) {
	if len(b) < prefixLen || !bytes.HasPrefix(b, []byte(format)) {
		return h, nil, fmt.Errorf("does not begin with %q: not an edition", format)
	}
	if of := string(b[len(format):len(magic)]); of != version {
		return h, nil, fmt.Errorf("written in version %q of the format, expected %s: import its published files again, into another folder", of, version)
	}
	n := int64(binary.LittleEndian.Uint32(b[len(magic):]))
	if n > int64(len(b)-prefixLen) {
		return h, nil, fmt.Errorf("header of %d bytes in a file of %d", n, len(b))
	}
	end := prefixLen + int(n)
	if headerCRC(b[:end]) != binary.LittleEndian.Uint32(b[len(magic)+4:]) {
		return h, nil, errors.New("header: sum does not match")
	}
	if err := json.Unmarshal(b[prefixLen:end], &h); err != nil {
		return h, nil, fmt.Errorf("header: %w", err)
	}
	return h, b[end:], nil
}

func (h *header) edition() (*Edition, error) {
	e := &Edition{Name: h.Name, Checksum: h.Checksum, Source: h.Source, Shipped: h.Shipped, Partial: h.Partial,
		Inferred: h.Inferred, Rows: h.Rows, words: h.Words}
	var err error
	if e.Table, err = ParseTable(h.Table); err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	if h.Program != "" {
		if e.Program, err = ParseProgram(h.Program); err != nil {
			return nil, fmt.Errorf("program: %w", err)
		}
	}
	if e.From, err = civil.ParseDate(h.From); err != nil {
		return nil, fmt.Errorf("from %q: %w", h.From, err)
	}
	if h.To != "" {
		if e.To, err = civil.ParseDate(h.To); err != nil {
			return nil, fmt.Errorf("to %q: %w", h.To, err)
		}
	}
	return e, e.check()
}

// check is what must hold of an edition's description, whoever made it.
func (e *Edition) check() error {
	switch {
	case e.Table.ByProgram() != (e.Program != NoProgram):
		return fmt.Errorf("program %q does not suit table %s", e.Program, e.Table)
	case e.Name == "":
		return errors.New("an edition has a name")
	case e.From == 0:
		return errors.New("an edition has a first day")
	case e.To != 0 && e.To < e.From:
		return fmt.Errorf("ends on %s, before it begins on %s", e.To, e.From)
	case e.Rows < 0:
		return fmt.Errorf("%d rows", e.Rows)
	}
	return nil
}

func (e *Edition) open(h header, body []byte) error {
	want := sectionNames[e.Table]
	if len(h.Sections) != len(want) {
		return fmt.Errorf("%d sections, expected %q", len(h.Sections), want)
	}
	sections := make(map[string][]byte, len(want))
	for i, s := range h.Sections {
		if s.Name != want[i] || s.Bytes < 0 || s.Bytes > len(body) {
			return fmt.Errorf("section %q of %d bytes, expected %q in the %d bytes left", s.Name, s.Bytes, want[i], len(body))
		}
		padded := (s.Bytes + 7) &^ 7
		if padded > len(body) || crc32.Checksum(body[:padded], castagnoli) != s.CRC {
			return fmt.Errorf("section %q: sum does not match", s.Name)
		}
		sections[s.Name] = body[:s.Bytes:s.Bytes]
		body = body[padded:]
	}
	if len(body) > 0 {
		return fmt.Errorf("%d bytes after the last section", len(body))
	}
	return e.shape(sections)
}

// shape takes the sections into the fields that lookups read, once their lengths agree.
func (e *Edition) shape(sections map[string][]byte) (err error) {
	if e.dict, err = openDictionary(sections["keys"], sections["index"]); err != nil {
		return err
	}
	n := e.dict.len()
	if e.Table == PTP {
		e.pairs, err = openPairs(sections["places"], sections["windows"], n)
		return err
	}
	e.text = sections["text"]
	if e.Table == Codes {
		e.codes, err = parseCodes(string(e.text))
		if err == nil && len(e.codes) != n {
			err = fmt.Errorf("%d codes, expected %d", len(e.codes), n)
		}
		e.carried = slices.Clone(e.codes)
		for i := range e.carried {
			e.carried[i].Inferred = true
		}
		return err
	}
	e.values = sections["values"]
	if len(e.values) != n*valueSize[e.Table] {
		return fmt.Errorf("section values of %d bytes, expected %d records of %d", len(e.values), n, valueSize[e.Table])
	}
	if offsets, ok := sections["offsets"]; ok {
		if len(offsets) != 4*(n+1) {
			return fmt.Errorf("section offsets of %d bytes, expected %d of 4", len(offsets), n+1)
		}
		e.offsets = offsets
		if e.Table != ICD10CM {
			e.names = string(e.text)
		}
	}
	return nil
}

// span is where the text of a code is; out of range offsets, which Verify reports, give an empty text.
func (e *Edition) span(i int) (from, to int) {
	from = int(binary.LittleEndian.Uint32(e.offsets[4*i:]))
	to = int(binary.LittleEndian.Uint32(e.offsets[4*i+4:]))
	if from > to || to > len(e.text) {
		return 0, 0
	}
	return from, to
}

// Title names an edition as findings and listings do: ptp medicare 2026Q4.
func (e *Edition) Title() string {
	if e.Program == NoProgram {
		return e.Table.String() + " " + e.Name
	}
	return e.Table.String() + " " + e.Program.String() + " " + e.Name
}

// AgeDays is how many days before the given day the edition's validity ended; for one in force, 0 or less.
// An edition without an end is never past it.
func (e *Edition) AgeDays(today civil.Date) int {
	if e.To == 0 {
		return 0
	}
	return int(today - e.To)
}
