package refdata_test

import (
	"bytes"
	"errors"
	"testing"

	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// fuzzImport feeds bytes to an importer: whatever it accepts must open, verify, and come out the same twice.
func fuzzImport(f *testing.F, table refdata.Table, program refdata.Program, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r := refdata.Request{Table: table, Program: program, Name: "A", From: civil.DateOf(2026, 7, 1)}
		read := func() ([]byte, error) {
			r.Files = []refdata.File{{Name: "a", Reader: bytes.NewReader(content)}}
			edition, _, err := refdata.Import(r)
			return edition, err
		}
		edition, err := read()
		if err != nil {
			if edition != nil || !errors.Is(err, refdata.ErrRefused) {
				t.Fatalf("%d bytes, error %v", len(edition), err)
			}
			return
		}
		if err := refdata.Verify(edition); err != nil {
			t.Fatal(err)
		}
		again, err := read()
		if err != nil || !bytes.Equal(edition, again) {
			t.Fatalf("the second import differs: %v", err)
		}
		lookUp(t, edition)
	})
}

// lookUp asks an edition for all it may have; it must not panic, whatever the bytes are.
func lookUp(t testing.TB, edition []byte) {
	t.Helper()
	set, err := refdata.Open(edition)
	if err != nil {
		return
	}
	for _, on := range []civil.Date{1, civil.DateOf(2020, 1, 1), civil.DateOf(2026, 8, 1), civil.DateOf(2040, 1, 1)} {
		v := set.At(on)
		for _, a := range []string{"97140", "97530", "0001U", "M545", "M54", "11", "59", "", "x"} {
			for _, b := range []string{"97116", "0029U", "98926", "97140"} {
				v.Pair(refdata.Medicare, a, b)
				v.Pair(refdata.Medicaid, a, b)
			}
			v.MUE(refdata.Medicare, a)
			v.Diagnosis(a)
			v.DiagnosisTitle(a)
			for range v.Children(a) {
			}
			v.PFS(a)
			v.PlaceOfService(a)
			v.Modifier(a)
			v.Code(a)
		}
	}
}

func FuzzImportPTP(f *testing.F) {
	fuzzImport(f, refdata.PTP, refdata.Medicare, ptpPreamble+ptpRows, ptpRows, "column1\tcolumn2\tdeletion_date\tmodifier_indicator\trationale\n0007U\t0328U\t*\t1\tx\n")
}

func FuzzImportPTPMedicaid(f *testing.F) {
	fuzzImport(f, refdata.PTP, refdata.Medicaid, "Column 1\tColumn 2\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n97140\t97124\t20101001\t*\t1\tx\n")
}

func FuzzImportMUE(f *testing.F) {
	fuzzImport(f, refdata.MUE, refdata.Medicare, muePreamble+mueRows, "hcpcs,mue_value,mai,rationale\n0002M,1,3,x\n")
}

func FuzzImportICD10CM(f *testing.F) {
	fuzzImport(f, refdata.ICD10CM, refdata.NoProgram, icdRows, "code\tbillable\ttitle\nM54\t0\tx\nM545\t1\tx\n")
}

func FuzzImportPFS(f *testing.F) {
	fuzzImport(f, refdata.PFS, refdata.NoProgram, pfsText, "hcpcs,status,pctc,global_days,mult_proc\n97140,A,7,XXX,5\n")
}

func FuzzImportPOS(f *testing.F) {
	fuzzImport(f, refdata.POS, refdata.NoProgram, "code,name,type\n11,Office,Non-Facility\n28-30,Unassigned,\n")
}

func FuzzImportModifiers(f *testing.F) {
	fuzzImport(f, refdata.Modifiers, refdata.NoProgram, "mod_code,mod_type,name\n59,CPT,x\n", "HCPC,RECID,SHORT DESCRIPTION,TERM DT\nGP,7,x,20300101\n")
}

// FuzzImportWorkbook reads archives, workbooks among them.
func FuzzImportWorkbook(f *testing.F) {
	var seeds []string
	for _, file := range []refdata.File{workbook(f, "a.xlsx", ptpPreamble+ptpRows, "\t"), zipped(f, "a.zip", text("a.txt", ptpRows)), gzipped(f, "a.gz", ptpRows)} {
		var b bytes.Buffer
		if _, err := b.ReadFrom(file.Reader); err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, b.String())
	}
	fuzzImport(f, refdata.PTP, refdata.Medicare, seeds...)
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte(codesText))
	f.Add([]byte("table: mue\nprogram: medicare\nedition: A\nfrom: 2026-01-01\nsource: x\ncoverage: 97112\n\nhcpcs\tmue_value\tmai\trationale\n97112\t1\t3\tx\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		edition, err := refdata.Compile("a", content)
		if err != nil {
			return
		}
		if _, err := refdata.Read(edition); err != nil {
			t.Fatal(err)
		}
		lookUp(t, edition)
	})
}

// FuzzRead opens bytes that claim to be an edition, with sums that agree, so that the shape is all that protects lookups.
func FuzzRead(f *testing.F) {
	for _, edition := range editionsOfAll(f) {
		for section := range 4 {
			f.Add(edition, section, 0, byte(0xff))
		}
	}
	f.Fuzz(func(t *testing.T, edition []byte, section, at int, with byte) {
		lookUp(t, edition)
		names := []string{"keys", "index", "places", "windows", "values", "offsets", "text"}
		resealed, err := refdata.Reseal(edition, names[uint(section)%uint(len(names))], func(b []byte) {
			if len(b) > 0 {
				b[uint(at)%uint(len(b))] = with
			}
		})
		if err == nil {
			lookUp(t, resealed)
			_ = refdata.Verify(resealed)
		}
	})
}
