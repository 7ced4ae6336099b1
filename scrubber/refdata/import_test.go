package refdata_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"claimscrub/scrubber/refdata"
)

// The preamble of the published practitioner table, byte for byte (v32.2).
const ptpPreamble = "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t\r\n" +
	"Column1/Column2 Edits\t\t\t\t\t\t\r\n" +
	"Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n" +
	"\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n" +
	"\t\t\t\t*=no data\t1=allowed\t\r\n" +
	"\t\t\t\t\t9=not applicable\t\r\n"

const ptpRows = "0001U\t0029U\t\t20180701\t20260630\t1\tMisuse of Column Two code with Column One code\r\n" +
	"97530\t97116\t\t19960101\t20191231\t1\tMutually exclusive procedures\r\n" +
	"97530\t97116\t\t20201001\t20201001\t9\tMutually exclusive procedures\r\n" +
	"97530\t97750\t\t20200101\t*\t1\tMutually exclusive procedures\r\n" +
	"98926\t97140\t*\t19960101\t*\t0\tStandards of medical/surgical practice\r\n"

// The notice and header of the published MUE table.
const muePreamble = "\"CPT codes and descriptions only are copyright 2025 American Medical Association.\r\nAll rights reserved.\r\n" +
	"CPT \"\"is\"\" a trademark.\",,,\r\n" +
	"\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n"

const mueRows = "0002M,1,3 Date of Service Edit: Clinical,Nature of Analyte\r\n" +
	"97110,6,3 Date of Service Edit: Clinical,Clinical: Data\r\n" +
	"98940,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction\r\n" +
	"97010,0,1 Line Edit,CMS Policy\r\n"

const icdRows = "00001 M54     0 Dorsalgia                                                    Dorsalgia\r\n" +
	"00002 M545    0 Low back pain                                                Low back pain\r\n" +
	"00003 M5450   1 Low back pain, unspecified                                   Low back pain, unspecified\r\n" +
	"00004 M5451   1 Vertebrogenic low back pain                                  Vertebrogenic low back pain\r\n" +
	"00005 QA0     0 Neurodev disord related to specific genetic patho variants   Neurodevelopmental disorders related to specific genetic pathogenic variants\r\n" +
	"00006 QA001   1 Neurodev disord rel to patho var in certain specific genes   Neurodevelopmental disorders related to pathogenic variants in certain specific genes\r\n"

// The relative value file: title rows, then column names stacked over several rows.
const pfsText = `,,2026 National Physician Fee Schedule Relative Value File July Release,,,,,,,,,,,,,,,,,,,,
,,CPT codes and descriptions only are copyright 2025 American Medical Association.,,,,,,,,,,,,,,,,,,,,
,,,,NOT USED,,,,,,,,,,,,,,,,,,
,,,STATUS,FOR MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG
97140,,x,A,,0.43,0.39,,0.39,,0.01,0.83,0.83,7,XXX,0.00,0.00,0.00,5,0,0,0,0
97014,,x,I,+,0.18,0.19,,0.19,,0.01,0.38,0.38,9,XXX,0.00,0.00,0.00,9,9,9,9,9
73560,26,x,A,,0.17,0.06,,0.06,,0.01,0.24,0.24,1,XXX,0.00,0.00,0.00,0,1,0,0,0
98925,,x,A,,0.45,0.49,,0.11,,0.03,0.97,0.59,0,000,0.00,0.00,0.00,0,0,0,0,0
`

func request(t testing.TB, table refdata.Table, files ...refdata.File) refdata.Request {
	t.Helper()
	r := refdata.Request{Table: table, Name: "2026Q3", From: day(t, "2026-07-01"), Files: files}
	if table.ByProgram() {
		r.Program = refdata.Medicare
	}
	return r
}

func text(name, content string) refdata.File {
	return refdata.File{Name: name, Reader: strings.NewReader(content)}
}

func zipped(t testing.TB, name string, members ...refdata.File) refdata.File {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.Create("folder/" + m.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, m.Reader); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return refdata.File{Name: name, Reader: &b}
}

func gzipped(t testing.TB, name, content string) refdata.File {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return refdata.File{Name: name, Reader: &b}
}

// workbook has each line of a table as a row of its first sheet.
func workbook(t testing.TB, name, content, separator string) refdata.File {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, line := range strings.Split(strings.TrimSpace(content), "\n") {
		var row []any
		for _, c := range strings.Split(strings.TrimSuffix(line, "\r"), separator) {
			row = append(row, c)
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return refdata.File{Name: name, Reader: b}
}

func imported(t testing.TB, r refdata.Request) ([]byte, refdata.Summary) {
	t.Helper()
	edition, summary, err := refdata.Import(r)
	if err != nil {
		t.Fatalf("%v %+v", err, summary.Refused)
	}
	return edition, summary
}

func openSet(t testing.TB, editions ...[]byte) *refdata.Set {
	t.Helper()
	set, err := refdata.Open(editions...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Each way the same table is published gives the same rows.
func TestImportReadsTheTableHoweverItIsPacked(t *testing.T) {
	t.Parallel()
	const parts = 4
	var split []refdata.File
	rows := strings.SplitAfter(strings.TrimSuffix(ptpRows, "\r\n"), "\r\n")
	for i := range parts {
		content := ptpPreamble + rows[i]
		if i == parts-1 {
			content += rows[i+1]
		}
		split = append(split, text(fmt.Sprintf("ccipra-v322r0-f%d.TXT", i+1), content))
	}
	for name, files := range map[string][]refdata.File{
		"text":           {text("ccipra.txt", ptpPreamble+ptpRows)},
		"no header":      {text("ccipra.txt", ptpRows)},
		"gzip":           {gzipped(t, "ccipra.txt.gz", ptpPreamble+ptpRows)},
		"parts":          split,
		"workbook":       {workbook(t, "ccipra.xlsx", ptpPreamble+ptpRows, "\t")},
		"zip of both":    {zipped(t, "ccipra.zip", text("readme.pdf", "%PDF"), text("ccipra.TXT", ptpPreamble+ptpRows), text("ccipra.xlsx", "not read"))},
		"zip with notes": {zipped(t, "ccipra-v322r0.zip", text("readme.txt", strings.Repeat("notes\n", 100)), text("ccipra-v322r0.TXT", ptpPreamble+ptpRows))},
		"zip of parts":   {zipped(t, "all.zip", text("a-f1.txt", ptpPreamble+rows[0]+rows[1]), text("a-f2.txt", rows[2]), text("a-f3.txt", rows[3]), text("a-f4.txt", rows[4]))},
		"byte order":     {text("ccipra.txt", "\ufeff"+ptpPreamble+ptpRows)},
		"last line open": {text("ccipra.txt", ptpPreamble+strings.TrimSuffix(ptpRows, "\r\n"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edition, summary := imported(t, request(t, refdata.PTP, files...))
			if summary.Kept != 4 || summary.Skipped != 1 {
				t.Errorf("%d rows kept and %d skipped, expected 4 and 1", summary.Kept, summary.Skipped)
			}
			set := openSet(t, edition)
			for _, c := range []struct {
				a, b, date string
				want       refdata.Found
			}{
				{"97116", "97530", "2019-12-31", refdata.Present},
				{"97116", "97530", "2020-01-01", refdata.Absent},
				{"97116", "97530", "2020-10-01", refdata.Absent}, // indicator 9
				{"97530", "97750", "2019-12-31", refdata.Absent},
				{"97530", "97750", "2020-01-01", refdata.Present},
				{"97530", "97750", "2030-01-01", refdata.Present},
				{"98926", "97140", "1996-01-01", refdata.Present},
				{"0029U", "0001U", "2018-06-30", refdata.Absent},
				{"0029U", "0001U", "2018-07-01", refdata.Present},
				{"0029U", "0001U", "2026-07-01", refdata.Absent},
				{"99213", "99213", "2026-07-01", refdata.Absent},
			} {
				if p, found := set.At(day(t, c.date)).Pair(refdata.Medicare, c.a, c.b); found != c.want {
					t.Errorf("%s with %s on %s is %v %+v, expected %v", c.a, c.b, c.date, found, p, c.want)
				}
			}
			p, _ := set.At(day(t, "2026-07-01")).Pair(refdata.Medicare, "97140", "98926")
			want := refdata.Pair{Column1: "98926", Column2: "97140", Rationale: "Standards of medical/surgical practice", From: day(t, "1996-01-01")}
			if diff := cmp.Diff(want, p); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestImportReadsMedicaidPairs(t *testing.T) {
	t.Parallel()
	r := request(t, refdata.PTP, text("ncci_medicaid.txt", "Column 1\tColumn 2\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"+
		"\t\tDate\tDate\t0=not allowed\t\r\n97140\t97124\t20101001\t*\t1\tMutually exclusive procedures\r\n"))
	r.Program = refdata.Medicaid
	edition, _ := imported(t, r)
	view := openSet(t, edition).At(day(t, "2026-07-01"))
	if p, found := view.Pair(refdata.Medicaid, "97124", "97140"); found != refdata.Present || p.Indicator != 1 {
		t.Errorf("%v %+v", found, p)
	}
	if _, found := view.Pair(refdata.Medicare, "97124", "97140"); found != refdata.NoEdition {
		t.Errorf("Medicare is %v, expected no edition", found)
	}
}

// Rows without effective dates, as an older copy has them, follow one another.
func TestImportReadsPairsWithoutEffectiveDates(t *testing.T) {
	t.Parallel()
	edition, _ := imported(t, request(t, refdata.PTP, text("ptp.tsv", "column1\tcolumn2\tdeletion_date\tmodifier_indicator\trationale\n"+
		"0007U\t0328U\t*\t1\tMutually exclusive procedures\n0007U\t0328U\t20230630\t0\tSequential procedure\n0328U\t0007U\t20101231\t1\tSequential procedure\n")))
	set := openSet(t, edition)
	for date, want := range map[string]refdata.Pair{
		"2010-12-31": {Column1: "0328U", Column2: "0007U", Indicator: 1, Rationale: "Sequential procedure", To: day(t, "2010-12-31")},
		"2023-06-30": {Column1: "0007U", Column2: "0328U", Rationale: "Sequential procedure", From: day(t, "2011-01-01"), To: day(t, "2023-06-30")},
		"2023-07-01": {Column1: "0007U", Column2: "0328U", Indicator: 1, Rationale: "Mutually exclusive procedures", From: day(t, "2023-07-01")},
	} {
		got, _ := set.At(day(t, date)).Pair(refdata.Medicare, "0007U", "0328U")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", date, diff)
		}
	}
}

func TestImportReadsUnitLimits(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]refdata.File{
		"csv":      text("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", muePreamble+mueRows),
		"zip":      zipped(t, "mue.zip", text("MCR_MUE_PractitionerServices.csv", muePreamble+mueRows)),
		"workbook": workbook(t, "mue.xlsx", "HCPCS/ CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"+mueRows, ","),
		"plain":    text("mue.csv", "hcpcs,mue_value,mai,rationale\n0002M,1,3,Nature of Analyte\n97110,6,3,Clinical: Data\n98940,1,2,Code Descriptor / CPT Instruction\n97010,0,1,CMS Policy\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edition, summary := imported(t, request(t, refdata.MUE, file))
			view := openSet(t, edition).At(day(t, "2026-08-01"))
			for code, want := range map[string]refdata.UnitLimit{
				"97110": {Value: 6, MAI: 3, Rationale: "Clinical: Data"},
				"98940": {Value: 1, MAI: 2, Rationale: "Code Descriptor / CPT Instruction"},
				"97010": {Value: 0, MAI: 1, Rationale: "CMS Policy"},
			} {
				if got, found := view.MUE(refdata.Medicare, code); found != refdata.Present || got != want {
					t.Errorf("%s is %v %+v, expected %+v", code, found, got, want)
				}
			}
			if _, found := view.MUE(refdata.Medicare, "99999"); found != refdata.Absent || summary.Kept != 4 {
				t.Errorf("99999 is %v, of %d rows", found, summary.Kept)
			}
		})
	}
	r := request(t, refdata.MUE, text("medicaid.csv", "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Rationale\n97010,1,CMS Policy\n"))
	r.Program = refdata.Medicaid
	edition, _ := imported(t, r)
	if got, _ := openSet(t, edition).At(day(t, "2026-08-01")).MUE(refdata.Medicaid, "97010"); got.Value != 1 || got.MAI != 1 {
		t.Errorf("Medicaid 97010 is %+v, expected one unit a line", got)
	}
}

func TestImportReadsDiagnoses(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]refdata.File{
		"text": text("icd10cm_order_2026.txt", icdRows),
		"zip":  zipped(t, "icd.zip", text("icd10cm_order_addenda_2026.txt", "Delete: x"), text("icd10cm_codes_2026.txt", "A000 Cholera"), text("icd10cm_order_2026.txt", icdRows)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, refdata.ICD10CM, file)
			r.Name = "FY2026"
			edition, _ := imported(t, r)
			view := openSet(t, edition).At(day(t, "2026-08-01"))
			if d, found := view.Diagnosis("M545"); found != refdata.Present || d.Billable {
				t.Errorf("M545 is %v %+v, expected a header", found, d)
			}
			var children []string
			for c := range view.Children("M545") {
				children = append(children, c+" "+view.DiagnosisTitle(c))
			}
			if diff := cmp.Diff([]string{"M5450 Low back pain, unspecified", "M5451 Vertebrogenic low back pain"}, children); diff != "" {
				t.Error(diff)
			}
			for code, want := range map[string]refdata.Found{"M5450": refdata.Present, "QA001": refdata.Present, "M5452": refdata.Absent, "Z9999": refdata.Absent, "": refdata.Absent} {
				if d, found := view.Diagnosis(code); found != want || d.Billable != (want == refdata.Present) {
					t.Errorf("%q is %v %+v, expected %v", code, found, d, want)
				}
			}
		})
	}
}

func TestImportReadsTheFeeSchedule(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]refdata.File{
		"csv":             text("PPRRVU2026_Jul_nonQPP.csv", pfsText),
		"carriage return": text("PPRRVU2026_Jul_nonQPP.csv", strings.ReplaceAll(pfsText, "\n", "\r")),
		"zip": zipped(t, "RVU26C.zip", text("GPCI2026.csv", "x"), text("PPRRVU2026_Jul_QPP.csv", "not read"), text("PPRRVU2026_Jul_nonQPP.txt", "not read"),
			text("PPRRVU2026_Jul_nonQPP.csv", pfsText)),
		"plain": text("pfs.csv", "hcpcs,status,pctc,global_days,mult_proc\n97140,A,7,XXX,5\n97014,I,9,XXX,9\n98925,A,0,000,0\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edition, _ := imported(t, request(t, refdata.PFS, file))
			view := openSet(t, edition).At(day(t, "2026-08-01"))
			for code, want := range map[string]refdata.FeeSchedule{
				"97140": {Status: 'A', PCTC: '7', MultProc: '5', GlobalDays: "XXX"},
				"97014": {Status: 'I', PCTC: '9', MultProc: '9', GlobalDays: "XXX"},
				"98925": {Status: 'A', PCTC: '0', MultProc: '0', GlobalDays: "000"},
			} {
				if got, found := view.PFS(code); found != refdata.Present || got != want {
					t.Errorf("%s is %v %+v, expected %+v", code, found, got, want)
				}
			}
			if _, found := view.PFS("73560"); found != refdata.Absent {
				t.Errorf("a code with a row of components alone is %v", found)
			}
		})
	}
}

func TestImportReadsPlacesAndModifiers(t *testing.T) {
	t.Parallel()
	places, _ := imported(t, request(t, refdata.POS, text("pos.csv",
		"Place of Service Code(s),Place of Service Name,Place of Service Description\n11,Office,x\n28-30,Unassigned,N/A\n")))
	fixed := func(code, record, short, end string) string {
		return fmt.Sprintf("%5s%s%s%-80s%-28s%165s%8s\r\n", code, "00100", record, "LONG", short, "", end)
	}
	fixedModifiers, summary := imported(t, request(t, refdata.Modifiers, text("HCPC2026_JUL_ANWEB.txt",
		fixed("A0021", "3", "AMBULANCE", "")+fixed("AT", "7", "Acute treatment", "")+fixed("AT", "8", "", "")+fixed("ZZ", "7", "Old", "20201231"))))
	if summary.Kept != 1 || summary.Skipped != 3 {
		t.Errorf("%d modifiers kept and %d rows skipped, expected 1 and 3", summary.Kept, summary.Skipped)
	}
	view := openSet(t, places, fixedModifiers).At(day(t, "2026-08-01"))
	for code, want := range map[string]refdata.Place{"11": {Name: "Office", Assigned: true}, "29": {Name: "Unassigned"}} {
		if got, found := view.PlaceOfService(code); found != refdata.Present || got != want {
			t.Errorf("place %s is %v %+v", code, found, got)
		}
	}
	if _, found := view.PlaceOfService("00"); found != refdata.Absent {
		t.Errorf("place 00 is %v", found)
	}
	if m, found := view.Modifier("AT"); found != refdata.Present || m.Name != "Acute treatment" || m.CPT {
		t.Errorf("modifier AT is %v %+v", found, m)
	}
	if _, found := view.Modifier("59"); found != refdata.Outside {
		t.Errorf("modifier 59 is %v, expected outside: the HCPCS file has no CPT modifiers", found)
	}
	named, _ := imported(t, request(t, refdata.Modifiers, text("HCPC2026_JUL_ANWEB.csv",
		"HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,TERM DT\nJ1100,00100,3,x,y,\nGP,00100,7,x,PT plan of care,\nGP,00200,8,x,,\n")))
	report := "HCPC,ACTION CD,SHORT DESCRIPTION,LONG DESCRIPTION\n" + strings.Repeat("J1100,C,x,y\n", 100)
	archived, _ := imported(t, request(t, refdata.Modifiers, zipped(t, "july-2026-alpha-numeric-hcpcs-file.zip",
		workbook(t, "HCPC2026_JUL_ANWEB_Transaction Report.xlsx", report, ","), text("HCPC2026_recordlayout.txt", strings.Repeat("x\n", 100)),
		text("HCPC2026_JUL_ANWEB.txt", fixed("A0021", "3", "AMBULANCE", "")+fixed("GP", "7", "PT plan of care", "")))))
	for name, edition := range map[string][]byte{"named": named, "archived": archived} {
		if m, found := openSet(t, edition).At(day(t, "2026-08-01")).Modifier("GP"); found != refdata.Present || m.Name != "PT plan of care" {
			t.Errorf("%s: modifier GP is %v %+v", name, found, m)
		}
	}
}

func TestImportReportsProgressAndRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("hcpcs,mue_value,mai,rationale\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "%05d,1,3,x\n", i)
	}
	r := request(t, refdata.MUE, text("mue.csv", b.String()))
	calls := 0
	r.Progress = func(file string, rows int) {
		calls++
		if file != "mue.csv" || rows != 50_000 {
			t.Errorf("progress of %s at %d", file, rows)
		}
	}
	_, summary := imported(t, r)
	if calls != 1 || summary.Files[0].Rows != 60_000 || summary.Kept != 60_000 {
		t.Errorf("%d calls, %+v", calls, summary)
	}
}

// A row that begins on the last day of the one before it takes that day, and so does the later of the two orders of a pair.
func TestImportLeavesOneEditADay(t *testing.T) {
	t.Parallel()
	edition, summary := imported(t, request(t, refdata.PTP, text("a.txt",
		"97530\t97116\t\t20100101\t20200101\t1\tx\n97530\t97116\t\t20200101\t*\t0\tx\n"+
			"98940\t98925\t\t20000101\t20101231\t0\tx\n98925\t98940\t\t20100701\t*\t0\tx\n")))
	set := openSet(t, edition)
	for _, c := range []struct {
		a, b, date, column1 string
		indicator           uint8
	}{
		{"97530", "97116", "2019-12-31", "97530", 1}, {"97530", "97116", "2020-01-01", "97530", 0},
		{"98925", "98940", "2010-06-30", "98940", 0}, {"98925", "98940", "2010-07-01", "98925", 0},
	} {
		if p, found := set.At(day(t, c.date)).Pair(refdata.Medicare, c.a, c.b); found != refdata.Present || p.Column1 != c.column1 || p.Indicator != c.indicator {
			t.Errorf("%s with %s on %s: %v %+v", c.a, c.b, c.date, found, p)
		}
	}
	if summary.Trimmed != 2 {
		t.Errorf("%d rows trimmed, expected 2", summary.Trimmed)
	}
}
