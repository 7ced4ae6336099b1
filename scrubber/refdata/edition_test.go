package refdata_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"claimscrub/scrubber/refdata"
)

// editionsOfAll are small editions of every table.
func editionsOfAll(t testing.TB) map[string][]byte {
	t.Helper()
	editions := map[string][]byte{}
	for name, r := range map[string]refdata.Request{
		"ptp":       request(t, refdata.PTP, text("a.txt", ptpPreamble+ptpRows)),
		"mue":       request(t, refdata.MUE, text("a.csv", muePreamble+mueRows)),
		"icd10cm":   request(t, refdata.ICD10CM, text("a.txt", icdRows)),
		"pfs":       request(t, refdata.PFS, text("a.csv", pfsText)),
		"pos":       request(t, refdata.POS, text("a.csv", "code,name,type\n11,Office,Non-Facility\n")),
		"modifiers": request(t, refdata.Modifiers, text("a.csv", "mod_code,mod_type,name\n59,CPT,distinct\nGP,HCPCS,PT\n")),
	} {
		editions[name], _ = imported(t, r)
	}
	codes, err := refdata.Compile("codes.tsv", []byte(codesText))
	if err != nil {
		t.Fatal(err)
	}
	editions["codes"] = codes
	return editions
}

const codesText = `# comment
table: codes
edition: 2026
from: 2026-01-01
to: 2026-12-31
source: test

code	name	kinds	minutes	discipline	therapy	primaries	units_by_mue	from	to	dates
97110	therapeutic exercise	procedure	15	none	always
97161	physical therapy evaluation	evaluation		PT	always			2017-01-01		inferred
97762	orthotic checkout	orthotic	15	none	always				2017-12-31
97810	acupuncture	acupuncture	15	none	none
97811	acupuncture, further	acupuncture	15	none	none	97810
`

func TestReadRefusesAnEditionWithAnyByteChanged(t *testing.T) {
	t.Parallel()
	for name, edition := range editionsOfAll(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := refdata.Verify(edition); err != nil {
				t.Fatal(err)
			}
			for i := range edition {
				bad := bytes.Clone(edition)
				bad[i] ^= []byte{0x01, 0x80, 0xff}[i%3]
				if _, err := refdata.Read(bad); !errors.Is(err, refdata.ErrCorrupt) {
					t.Fatalf("byte %d changed: %v", i, err)
				}
			}
			for n := range edition {
				if _, err := refdata.Read(edition[:n]); !errors.Is(err, refdata.ErrCorrupt) {
					t.Fatalf("cut at byte %d: %v", n, err)
				}
			}
			if _, err := refdata.Read(append(bytes.Clone(edition), 0)); !errors.Is(err, refdata.ErrCorrupt) {
				t.Fatalf("a byte more: %v", err)
			}
		})
	}
}

func TestOpenSaysWhichEditionIsCorrupt(t *testing.T) {
	t.Parallel()
	all := editionsOfAll(t)
	bad := bytes.Clone(all["ptp"])
	bad[len(bad)-1] ^= 1
	_, err := refdata.Open(all["mue"], bad)
	for _, part := range []string{"edition 2 of 2", "ptp medicare 2026Q3", `section "windows"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, expected it to name %s", err, part)
		}
	}
}

func TestImportGivesTheSameBytesEachTime(t *testing.T) {
	t.Parallel()
	first := editionsOfAll(t)
	for range 5 {
		for name, edition := range editionsOfAll(t) {
			if !bytes.Equal(edition, first[name]) {
				t.Fatalf("%s differs from one import to the next", name)
			}
		}
	}
}

func TestEditionSaysWhatItIs(t *testing.T) {
	t.Parallel()
	e, err := refdata.Read(editionsOfAll(t)["ptp"])
	if err != nil {
		t.Fatal(err)
	}
	if e.Title() != "ptp medicare 2026Q3" || e.Rows != 4 || e.Source != "a.txt" || len(e.Checksum) != 64 || e.Shipped || e.Partial {
		t.Errorf("%s: %+v", e.Title(), e)
	}
}

// Verify finds what the sums cannot: an edition that was written wrong.
func TestVerifyFindsBrokenInvariants(t *testing.T) {
	t.Parallel()
	all := editionsOfAll(t)
	for name, c := range map[string]struct {
		table, section string
		change         func([]byte)
	}{
		"keys out of order":       {"mue", "keys", func(b []byte) { clear(b[8:16]) }},
		"index forgets a code":    {"mue", "index", func(b []byte) { clear(b[8 : len(b)-8]) }},
		"texts overlap":           {"icd10cm", "offsets", func(b []byte) { b[7] = 0x7f }},
		"header without children": {"icd10cm", "values", func(b []byte) { b[len(b)-1] = 0 }},
		"two edits on a day": {"ptp", "windows", func(b []byte) {
			binary.LittleEndian.PutUint32(b[8:], binary.LittleEndian.Uint32(b[8:])&^4)
			copy(b[12:24], b[:12])
		}},
		"run without an end": {"ptp", "windows", func(b []byte) { b[len(b)-4] &^= 4 }},
		"pair out of reach": {"ptp", "places", func(b []byte) {
			at := firstTaken(b)
			far := (at + len(b)/2) &^ 3 % len(b)
			copy(b[far:far+4], b[at:at+4])
		}},
		"pair of no codes":      {"ptp", "places", func(b []byte) { b[firstTaken(b)+3] ^= 0x40 }},
		"pair without a window": {"ptp", "places", func(b []byte) { b[firstTaken(b)] |= 7 }},
		"no such global days":   {"pfs", "values", func(b []byte) { b[3] = 7 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same, err := refdata.Reseal(all[c.table], c.section, func([]byte) {})
			if err != nil || !bytes.Equal(same, all[c.table]) {
				t.Fatalf("sealing an unchanged edition changes it: %v", err)
			}
			bad, err := refdata.Reseal(all[c.table], c.section, c.change)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := refdata.Read(bad); err != nil {
				t.Fatalf("the sums alone refuse it: %v", err)
			}
			if err := refdata.Verify(bad); !errors.Is(err, refdata.ErrCorrupt) {
				t.Errorf("error %v, expected a corrupt edition", err)
			}
		})
	}
}

// firstTaken is where in the places of a table of pairs the first one that is not free is.
func firstTaken(places []byte) int {
	for at := 0; at < len(places); at += 4 {
		if binary.LittleEndian.Uint32(places[at:]) != 1<<32-1 {
			return at
		}
	}
	return -1
}

func TestReadSendsForAnotherImportOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	old := append([]byte("claimscrub-ref 1"), editionsOfAll(t)["mue"][16:]...)
	_, err := refdata.Read(old)
	if !errors.Is(err, refdata.ErrCorrupt) || !strings.Contains(err.Error(), `version "1" of the format, expected 2: import its published files again`) {
		t.Errorf("error %v", err)
	}
}
