package refdata_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"claimscrub/scrubber/refdata"
)

func TestImportRefusesWhatIsNotAWholeEdition(t *testing.T) {
	t.Parallel()
	previous := &refdata.Edition{Table: refdata.PTP, Program: refdata.Medicare, Name: "2026Q2", Rows: 1000}
	row := strings.SplitAfter(ptpRows, "\r\n")
	for name, c := range map[string]struct {
		table refdata.Table
		files []refdata.File
		set   func(*refdata.Request)
		want  string
	}{
		"MUE given as PTP":        {refdata.PTP, []refdata.File{text("x.txt", muePreamble+mueRows)}, nil, "no rows of a ptp table"},
		"PTP given as MUE":        {refdata.MUE, []refdata.File{text("x.csv", ptpPreamble+ptpRows)}, nil, "a row before the header"},
		"ICD given as PTP":        {refdata.PTP, []refdata.File{text("x.txt", icdRows)}, nil, "no rows of a ptp table"},
		"PFS given as MUE":        {refdata.MUE, []refdata.File{text("x.csv", pfsText)}, nil, "a row before the header"},
		"Medicaid as Medicare":    {refdata.PTP, []refdata.File{text("x.txt", "97140\t97124\t20101001\t*\t1\tx\n")}, nil, "columns of the medicaid table"},
		"Medicare as Medicaid":    {refdata.PTP, []refdata.File{text("x.txt", ptpPreamble+ptpRows)}, func(r *refdata.Request) { r.Program = refdata.Medicaid }, "columns of the medicare table"},
		"MUE cut in a rationale":  {refdata.MUE, []refdata.File{text("a.csv", muePreamble+mueRows[:strings.Index(mueRows, "Analyte")]+"\r\n"+mueRows[strings.Index(mueRows, "\n")+1:]+"0003M,1,3 x,Nature of Analyte")}, nil, "cut short"},
		"PFS cut in a row":        {refdata.PFS, []refdata.File{text("a.csv", pfsText[:strings.LastIndex(pfsText, ",")])}, nil, "cut short"},
		"MUE of Medicare":         {refdata.MUE, []refdata.File{text("x.csv", muePreamble+mueRows)}, func(r *refdata.Request) { r.Program = refdata.Medicaid }, "columns of the medicare table"},
		"MUE of another quarter":  {refdata.MUE, []refdata.File{text("MCR_MUE_PractitionerServices_Eff_07-01-2024.csv", muePreamble+mueRows)}, func(r *refdata.Request) { r.Name = "2024Q4" }, "of 2024Q3, expected 2024Q4"},
		"MUE of another half":     {refdata.MUE, []refdata.File{zipped(t, "a.zip", text("MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", muePreamble+mueRows))}, func(r *refdata.Request) { r.Name = "2026H2" }, "of 2026H1, expected 2026H2"},
		"MUE of another year":     {refdata.MUE, []refdata.File{text("MCR_MUE_PractitionerServices_Eff_07-01-2024.csv", muePreamble+mueRows)}, func(r *refdata.Request) { r.Name = "2026" }, "of 2024, expected 2026"},
		"PFS of another year":     {refdata.PFS, []refdata.File{text("PPRRVU25_JUL.csv", pfsText)}, func(r *refdata.Request) { r.Name = "2026" }, "of 2025, expected 2026"},
		"PFS of an earlier year":  {refdata.PFS, []refdata.File{zipped(t, "RVU.zip", text("PPRRVU2025_Jul_nonQPP.csv", pfsText))}, func(r *refdata.Request) { r.Name = "2026Q3" }, "of 2025, expected 2026"},
		"hospital pairs":          {refdata.PTP, []refdata.File{text("ccioph-v322r0-f1.txt", ptpPreamble+ptpRows)}, nil, "hospital"},
		"hospital units":          {refdata.MUE, []refdata.File{text("x.csv", strings.Replace(muePreamble, "Practitioner Services", "Outpatient Hospital Services", 1)+mueRows)}, nil, "practitioner services"},
		"versions mixed":          {refdata.PTP, []refdata.File{text("ccipra-v322r0-f1.txt", row[0]), text("ccipra-v321r0-f2.txt", row[1])}, nil, "part of v321r0"},
		"version mislabelled":     {refdata.PTP, []refdata.File{text("ccipra-v323r0.txt", row[0])}, nil, "version of 2026Q4"},
		"part missing":            {refdata.PTP, []refdata.File{text("ccipra-v322r0-f1.txt", row[0]), text("ccipra-v322r0-f3.txt", row[1])}, nil, "f2 is missing"},
		"part twice":              {refdata.PTP, []refdata.File{text("ccipra-v322r0-f1.txt", row[0]), text("ccipra-v322r0-f1.txt", row[1])}, nil, "f1 is there twice"},
		"rows twice":              {refdata.PTP, []refdata.File{text("a.txt", ptpRows), text("b.txt", ptpRows)}, nil, "a.txt line 1 and b.txt line 1"},
		"edits overlap":           {refdata.PTP, []refdata.File{text("a.txt", "97530\t97116\t\t19960101\t20191231\t1\tx\n97530\t97116\t\t20190101\t*\t0\tx\n")}, nil, "in force on 2019-01-01"},
		"cut in a row":            {refdata.PTP, []refdata.File{text("a.txt", ptpRows[:len(ptpRows)-50])}, nil, "line 5"},
		"cut in the rationale":    {refdata.PTP, []refdata.File{text("a.txt", row[0]+row[3]+row[1][:len(row[1])-10])}, nil, "cut short"},
		"gzip cut":                {refdata.PTP, []refdata.File{cutShort(t, gzipped(t, "a.gz", ptpPreamble+ptpRows))}, nil, "unexpected EOF"},
		"zip cut":                 {refdata.PTP, []refdata.File{cutShort(t, zipped(t, "a.zip", text("a.txt", ptpRows)))}, nil, "zip"},
		"zip of other things":     {refdata.PTP, []refdata.File{zipped(t, "a.zip", text("a.pdf", "%PDF"))}, nil, "no file of a ptp table"},
		"binary":                  {refdata.PTP, []refdata.File{text("a.txt", "\x00\x01\x02")}, nil, "neither text"},
		"empty":                   {refdata.PTP, []refdata.File{text("a.txt", "")}, nil, "no rows"},
		"one part empty":          {refdata.PTP, []refdata.File{text("a.txt", ptpRows), text("b.txt", ptpPreamble)}, nil, "no rows"},
		"bad date":                {refdata.PTP, []refdata.File{text("a.txt", "97530\t97116\t\t20230229\t*\t1\tx\n")}, nil, "effective date"},
		"bad indicator":           {refdata.PTP, []refdata.File{text("a.txt", "97530\t97116\t\t20230201\t*\t2\tx\n")}, nil, "modifier indicator"},
		"pair of one code":        {refdata.PTP, []refdata.File{text("a.txt", "97530\t97530\t\t20230201\t*\t1\tx\n")}, nil, "two procedure codes"},
		"MUE twice":               {refdata.MUE, []refdata.File{text("a.csv", muePreamble+mueRows+"97110,4,3,x\n")}, nil, "a.csv line 7 and a.csv line 10"},
		"MUE without indicator":   {refdata.MUE, []refdata.File{text("a.csv", "hcpcs,mue_value,rationale\n97110,4,x\n")}, nil, "does not name the columns"},
		"MUE of no number":        {refdata.MUE, []refdata.File{text("a.csv", muePreamble+"97110,six,3,x\n")}, nil, "MUE value"},
		"MUE quote open":          {refdata.MUE, []refdata.File{text("a.csv", muePreamble+"97110,\"6,3,x\n")}, nil, "quote"},
		"ICD lines missing":       {refdata.ICD10CM, []refdata.File{text("a.txt", strings.Replace(icdRows, icdRows[:strings.Index(icdRows, "00002")], "", 1))}, nil, "expected 1: lines are missing"},
		"ICD cut after a header":  {refdata.ICD10CM, []refdata.File{text("a.txt", icdRows[:strings.Index(icdRows, "00006")])}, nil, "QA0 is marked billable false and has 0 codes below it"},
		"ICD cut in a title":      {refdata.ICD10CM, []refdata.File{text("a.txt", icdRows[:len(icdRows)-5])}, nil, "cut short"},
		"ICD addenda":             {refdata.ICD10CM, []refdata.File{text("icd10cm_order_addenda_2026.txt", icdRows)}, nil, "addenda"},
		"ICD of another year":     {refdata.ICD10CM, []refdata.File{text("icd10cm_order_2025.txt", icdRows)}, func(r *refdata.Request) { r.Name = "FY2026" }, "fiscal year 2025"},
		"PFS with a bad status":   {refdata.PFS, []refdata.File{text("a.csv", strings.Replace(pfsText, "97140,,x,A", "97140,,x,?", 1))}, nil, "status"},
		"POS of three digits":     {refdata.POS, []refdata.File{text("a.csv", "code,name\n111,x\n")}, nil, "two digits"},
		"modifier of one letter":  {refdata.Modifiers, []refdata.File{text("a.csv", "mod_code,mod_type,name\nA,HCPCS,x\n")}, nil, "two digits or capitals"},
		"far smaller":             {refdata.PTP, []refdata.File{text("a.txt", ptpRows)}, func(r *refdata.Request) { r.Previous = previous }, "far fewer than the 1000"},
		"ends before it begins":   {refdata.PTP, []refdata.File{text("a.txt", ptpRows)}, func(r *refdata.Request) { r.To = r.From - 1 }, "before it begins"},
		"no name":                 {refdata.PTP, []refdata.File{text("a.txt", ptpRows)}, func(r *refdata.Request) { r.Name = "" }, "has a name"},
		"pairs without a program": {refdata.PTP, []refdata.File{text("a.txt", ptpRows)}, func(r *refdata.Request) { r.Program = refdata.NoProgram }, "program"},
		"our own table":           {refdata.Codes, []refdata.File{text("a.txt", ptpRows)}, nil, "another table"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, c.table, c.files...)
			if c.set != nil {
				c.set(&r)
			}
			edition, _, err := refdata.Import(r)
			if err == nil || !strings.Contains(err.Error(), c.want) || edition != nil {
				t.Errorf("%d bytes, error %v, expected one about %q", len(edition), err, c.want)
			}
		})
	}
	r := request(t, refdata.PTP, text("ccipra-v322r0-f1.txt", ptpRows))
	r.Previous, r.Force = previous, true
	imported(t, r)
	for name, r := range map[string]refdata.Request{
		"2026Q2": request(t, refdata.MUE, text("MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", muePreamble+mueRows)),
		"2026H1": request(t, refdata.MUE, text("MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", muePreamble+mueRows)),
		"2026":   request(t, refdata.MUE, text("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", muePreamble+mueRows)),
		"july":   request(t, refdata.MUE, text("MCR_MUE_PractitionerServices_Eff_04-01-2025.csv", muePreamble+mueRows)),
		"2026Q4": request(t, refdata.PFS, text("PPRRVU2026_Oct_nonQPP.csv", pfsText)),
	} {
		r.Name = name
		imported(t, r)
	}
	r = request(t, refdata.MUE, text("x.csv", muePreamble+mueRows))
	r.Program, r.Force = refdata.Medicaid, true
	imported(t, r)
}

func TestImportSaysWhichRowsItRefused(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(muePreamble)
	for i := range 30 {
		fmt.Fprintf(&b, "9711%d,x,3,y\n", i)
	}
	_, s, err := refdata.Import(request(t, refdata.MUE, text("mue.csv", b.String())))
	if !errors.Is(err, refdata.ErrRefused) || s.RefusedCount != 30 || len(s.Refused) != 20 {
		t.Fatalf("%v, %d refused, %d shown", err, s.RefusedCount, len(s.Refused))
	}
	want := refdata.RefusedRow{File: "mue.csv", Line: 6, Reason: `MUE value "x", expected a number of units`}
	if s.Refused[0] != want {
		t.Errorf("%+v, expected %+v", s.Refused[0], want)
	}
}

func cutShort(t testing.TB, f refdata.File) refdata.File {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f.Reader); err != nil {
		t.Fatal(err)
	}
	b.Truncate(b.Len() * 2 / 3)
	return refdata.File{Name: f.Name, Reader: &b}
}
