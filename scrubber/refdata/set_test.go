package refdata_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"claimscrub/scrubber/refdata"
)

// limits is an edition of unit limits in which 97110 has the given value.
func limits(t testing.TB, name, from, to string, value int) []byte {
	t.Helper()
	r := request(t, refdata.MUE, text("mue.csv", fmt.Sprintf("hcpcs,mue_value,mai,rationale\n97110,%d,3,x\n", value)))
	r.Name, r.From = name, day(t, from)
	if to != "" {
		r.To = day(t, to)
	}
	edition, _ := imported(t, r)
	return edition
}

func shippedLimits(t testing.TB, name, from, to string, value int) []byte {
	t.Helper()
	edition, err := refdata.Compile(name, fmt.Appendf(nil,
		"table: mue\nprogram: medicare\nedition: %s\nfrom: %s\nto: %s\nsource: x\ncoverage: 97110 97112\n\nhcpcs\tmue_value\tmai\trationale\n97110\t%d\t3\tx\n",
		name, from, to, value))
	if err != nil {
		t.Fatal(err)
	}
	return edition
}

func TestAtChoosesTheEditionOfTheDateOfService(t *testing.T) {
	t.Parallel()
	type want struct {
		date     string
		found    refdata.Found
		value    int
		inferred bool
	}
	for name, c := range map[string]struct {
		editions [][]byte
		want     []want
	}{
		"imported, with ends": {
			[][]byte{limits(t, "B", "2026-07-01", "2026-09-30", 2), limits(t, "A", "2026-01-01", "2026-03-31", 1)},
			[]want{{"2025-12-31", refdata.NoEdition, 0, false}, {"2026-01-01", refdata.Present, 1, false}, {"2026-03-31", refdata.Present, 1, false},
				{"2026-04-01", refdata.NoEdition, 0, false}, {"2026-07-01", refdata.Present, 2, false}, {"2026-10-01", refdata.NoEdition, 0, false}},
		},
		"imported, open until the next": {
			[][]byte{limits(t, "A", "2026-01-01", "", 1), limits(t, "B", "2026-07-01", "", 2)},
			[]want{{"2026-06-30", refdata.Present, 1, false}, {"2026-07-01", refdata.Present, 2, false}, {"2030-01-01", refdata.Present, 2, false}},
		},
		"a correction within a quarter": {
			[][]byte{limits(t, "A", "2026-07-01", "2026-09-30", 1), limits(t, "A1", "2026-08-01", "2026-08-31", 2)},
			[]want{{"2026-07-31", refdata.Present, 1, false}, {"2026-08-15", refdata.Present, 2, false}, {"2026-09-01", refdata.Present, 1, false}},
		},
		"shipped, carried forward": {
			[][]byte{shippedLimits(t, "A", "2024-07-01", "2024-09-30", 1), shippedLimits(t, "B", "2026-01-01", "2026-06-30", 2)},
			[]want{{"2024-06-30", refdata.NoEdition, 0, false}, {"2024-09-30", refdata.Present, 1, false}, {"2024-10-01", refdata.Present, 1, true},
				{"2025-12-31", refdata.Present, 1, true}, {"2026-01-01", refdata.Present, 2, false}, {"2026-07-01", refdata.Present, 2, true}},
		},
		"imported in place of shipped": {
			[][]byte{shippedLimits(t, "A", "2024-07-01", "2026-09-30", 1), limits(t, "B", "2026-07-01", "2026-09-30", 2)},
			[]want{{"2024-08-01", refdata.NoEdition, 0, false}, {"2026-08-01", refdata.Present, 2, false}, {"2026-10-01", refdata.NoEdition, 0, false}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := openSet(t, c.editions...)
			for _, w := range c.want {
				got, found := set.At(day(t, w.date)).MUE(refdata.Medicare, "97110")
				if found != w.found || got.Value != w.value || got.Inferred != w.inferred {
					t.Errorf("%s: %v %+v, expected %+v", w.date, found, got, w)
				}
			}
		})
	}
}

func TestLookupsTellAbsentFromOutside(t *testing.T) {
	t.Parallel()
	view := openSet(t, shippedLimits(t, "A", "2026-01-01", "2026-06-30", 6)).At(day(t, "2026-07-01"))
	if m, found := view.MUE(refdata.Medicare, "97112"); found != refdata.Absent || !m.Inferred {
		t.Errorf("a covered code without a limit is %v %+v", found, m)
	}
	if _, found := view.MUE(refdata.Medicare, "99213"); found != refdata.Outside {
		t.Errorf("a code that is not covered is %v", found)
	}
	for _, odd := range []string{"", "9711", "971100", "97110 ", "9711\x00", "９７１", "a7110", "97110/", strings.Repeat("9", 300)} {
		if m, found := view.MUE(refdata.Medicare, odd); found != refdata.Outside {
			t.Errorf("%q is %v %+v", odd, found, m)
		}
	}
	for at := range 5 {
		for b := range 256 {
			odd := []byte("97110")
			odd[at] = byte(b)
			if _, found := view.MUE(refdata.Medicare, string(odd)); (found == refdata.Present) != (string(odd) == "97110") {
				t.Errorf("%q is %v", odd, found)
			}
		}
	}
	var nothing refdata.Set
	empty := nothing.At(day(t, "2026-07-01"))
	_, found := empty.Diagnosis("M5450")
	_, found2 := empty.Pair(refdata.Medicare, "97110", "97112")
	_, found3 := empty.Code("97110")
	if e, _ := empty.Edition(refdata.MUE, refdata.Medicare); found != refdata.NoEdition || found2 != found || found3 != found || e != nil {
		t.Errorf("a set of nothing finds %v %v %v %v", found, found2, found3, e)
	}
}

func TestViewNamesTheEditionItRead(t *testing.T) {
	t.Parallel()
	set := openSet(t, shippedLimits(t, "2026H1", "2026-01-01", "2026-06-30", 6))
	e, inferred := set.At(day(t, "2026-07-10")).Edition(refdata.MUE, refdata.Medicare)
	if e == nil || e.Title() != "mue medicare 2026H1" || !inferred || e.AgeDays(day(t, "2026-07-10")) != 10 {
		t.Errorf("%+v inferred %t", e, inferred)
	}
	if e, _ := set.At(day(t, "2026-07-10")).Edition(refdata.MUE, refdata.Medicaid); e != nil {
		t.Errorf("Medicaid has %s", e.Title())
	}
	if len(set.Editions()) != 1 {
		t.Errorf("%d editions", len(set.Editions()))
	}
}

func TestOpenRefusesTwoEditionsOfADay(t *testing.T) {
	t.Parallel()
	_, err := refdata.Open(limits(t, "A", "2026-01-01", "", 1), limits(t, "B", "2026-01-01", "", 2))
	if err == nil || !strings.Contains(err.Error(), "both begin on 2026-01-01") {
		t.Errorf("error %v", err)
	}
}

func TestGapsNamesUncoveredDays(t *testing.T) {
	t.Parallel()
	set := openSet(t, limits(t, "A", "2026-01-01", "2026-03-31", 1), limits(t, "B", "2026-07-01", "", 2))
	want := []string{"no edition covers 2026-04-01 to 2026-06-30, between mue medicare A and mue medicare B"}
	if diff := cmp.Diff(want, set.Gaps()); diff != "" {
		t.Error(diff)
	}
	if gaps := openSet(t, limits(t, "A", "2026-01-01", "2026-06-30", 1), limits(t, "B", "2026-07-01", "", 2)).Gaps(); gaps != nil {
		t.Error(gaps)
	}
}

// A quarter that was never imported stands in the next one's history.
func TestPairsBetweenEditionsAreReadFromTheNext(t *testing.T) {
	t.Parallel()
	pairs := func(name, from, to, indicator string) []byte {
		r := request(t, refdata.PTP, text("a.txt", "97530\t97116\t\t19960101\t*\t"+indicator+"\tx\n"))
		r.Name, r.From, r.To = name, day(t, from), day(t, to)
		edition, _ := imported(t, r)
		return edition
	}
	set := openSet(t, pairs("2025Q4", "2025-10-01", "2025-12-31", "1"), pairs("2026Q2", "2026-04-01", "2026-06-30", "0"))
	for date, want := range map[string]string{
		"2025-09-30": "2025Q4", "2025-12-31": "2025Q4", "2026-01-01": "2026Q2", "2026-03-31": "2026Q2", "2026-06-30": "2026Q2", "2026-07-01": "",
	} {
		view := set.At(day(t, date))
		e, inferred := view.Edition(refdata.PTP, refdata.Medicare)
		if _, found := view.Pair(refdata.Medicare, "97116", "97530"); (e == nil) != (want == "") || e != nil && e.Name != want || inferred || (found == refdata.Present) != (want != "") {
			t.Errorf("%s: %+v, %v, expected %q", date, e, found, want)
		}
	}
	if gaps := set.Gaps(); gaps != nil {
		t.Error(gaps)
	}
}

// diagnoses is an edition of a fiscal year whose billable codes below M54 are given; shipped ones cover M54 alone.
func diagnoses(t testing.TB, year int, ship bool, codes ...string) []byte {
	t.Helper()
	rows := "M54\t0\tDorsalgia\n"
	for _, c := range codes {
		flag := 1
		if strings.HasSuffix(c, "-") {
			c, flag = c[:len(c)-1], 0
		}
		rows += fmt.Sprintf("%s\t%d\tx\n", c, flag)
	}
	name, from, to := fmt.Sprintf("FY%d", year), fmt.Sprintf("%d-10-01", year-1), fmt.Sprintf("%d-09-30", year)
	if ship {
		edition, err := refdata.Compile(name, fmt.Appendf(nil,
			"table: icd10cm\nedition: %s\nfrom: %s\nto: %s\nsource: x\ncoverage: M54\n\ncode\tbillable\ttitle\n%s", name, from, to, rows))
		if err != nil {
			t.Fatal(err)
		}
		return edition
	}
	r := request(t, refdata.ICD10CM, text("a.tsv", "code\tbillable\ttitle\n"+rows))
	r.Name, r.From, r.To = name, day(t, from), day(t, to)
	edition, _ := imported(t, r)
	return edition
}

func TestDiagnosisOfEachFiscalYear(t *testing.T) {
	t.Parallel()
	set := openSet(t, diagnoses(t, 2021, false, "M545", "M546"), diagnoses(t, 2022, false, "M545-", "M5450", "M5459", "M546"),
		diagnoses(t, 2023, false, "M545-", "M5450", "M5459"))
	for _, c := range []struct {
		code, date string
		found      refdata.Found
		want       refdata.Diagnosis
	}{
		{"M545", "2021-09-30", refdata.Present, refdata.Diagnosis{Billable: true}},
		{"M545", "2021-10-01", refdata.Present, refdata.Diagnosis{ExpiredOn: day(t, "2021-09-30")}}, // a header since
		{"M5450", "2021-09-30", refdata.Absent, refdata.Diagnosis{ValidFrom: day(t, "2021-10-01")}},
		{"M5450", "2021-10-01", refdata.Present, refdata.Diagnosis{Billable: true}},
		{"M546", "2022-10-01", refdata.Absent, refdata.Diagnosis{ExpiredOn: day(t, "2022-09-30")}},
		{"M999", "2022-10-01", refdata.Absent, refdata.Diagnosis{}},
		{"M546", "2023-10-01", refdata.NoEdition, refdata.Diagnosis{}},
		{"M546", "2020-09-30", refdata.NoEdition, refdata.Diagnosis{}},
	} {
		d, found := set.At(day(t, c.date)).Diagnosis(c.code)
		if found != c.found || d != c.want {
			t.Errorf("%s on %s: %v %+v, expected %v %+v", c.code, c.date, found, d, c.found, c.want)
		}
	}
	if got := slices.Collect(set.At(day(t, "2021-10-01")).Children("M54")); !slices.Equal(got, []string{"M5450", "M5459", "M546"}) {
		t.Errorf("children of M54: %q", got)
	}
	for range set.At(day(t, "2021-10-01")).Children("M54") {
		break
	}
}

// Past the end of a shipped edition a diagnosis found is valid, and one not found is not judged.
func TestDiagnosisPastTheEndOfAShippedEdition(t *testing.T) {
	t.Parallel()
	set := openSet(t, diagnoses(t, 2026, true, "M545-", "M5450"))
	for _, c := range []struct {
		code, date string
		found      refdata.Found
		want       refdata.Diagnosis
	}{
		{"M5450", "2026-09-30", refdata.Present, refdata.Diagnosis{Billable: true}},
		{"M5499", "2026-09-30", refdata.Absent, refdata.Diagnosis{}},
		{"S134", "2026-09-30", refdata.Outside, refdata.Diagnosis{}},
		{"M5450", "2026-10-01", refdata.Present, refdata.Diagnosis{Billable: true, Inferred: true}},
		{"M545", "2026-10-01", refdata.Present, refdata.Diagnosis{Inferred: true}},
		{"M5499", "2026-10-01", refdata.NoEdition, refdata.Diagnosis{Inferred: true}},
		{"S134", "2026-10-01", refdata.Outside, refdata.Diagnosis{Inferred: true}},
	} {
		d, found := set.At(day(t, c.date)).Diagnosis(c.code)
		if found != c.found || d != c.want {
			t.Errorf("%s on %s: %v %+v, expected %v %+v", c.code, c.date, found, d, c.found, c.want)
		}
	}
}

func TestCodeAsOfTheDateOfService(t *testing.T) {
	t.Parallel()
	set := openSet(t, editionsOfAll(t)["codes"])
	for _, c := range []struct {
		code, date string
		found      refdata.Found
		inferred   bool
	}{
		{"97110", "2020-01-01", refdata.Present, false}, // the table has its own history
		{"97762", "2017-12-31", refdata.Present, false},
		{"97762", "2018-01-01", refdata.Absent, false},
		{"97161", "2016-12-31", refdata.Absent, true},
		{"97110", "2027-01-01", refdata.Present, true},
		{"99213", "2026-01-01", refdata.Outside, false},
	} {
		got, found := set.At(day(t, c.date)).Code(c.code)
		if found != c.found || got.Inferred != c.inferred {
			t.Errorf("%s on %s: %v %+v", c.code, c.date, found, got)
		}
	}
	view := set.At(day(t, "2026-01-01"))
	addOn, _ := view.Code("97811")
	if !addOn.AddOn() || !slices.Equal(addOn.Primaries, []string{"97810"}) || !addOn.Is(refdata.Acupuncture) || !addOn.Timed() || addOn.EightMinute() {
		t.Errorf("97811 is %+v", addOn)
	}
	exercise, _ := view.Code("97110")
	evaluation, _ := view.Code("97161")
	if !exercise.EightMinute() || exercise.AddOn() || evaluation.Timed() || evaluation.Discipline != refdata.PT || evaluation.Therapy != refdata.AlwaysTherapy {
		t.Errorf("97110 is %+v, 97161 is %+v", exercise, evaluation)
	}
}

// CMS's file of modifiers has no CPT ones: the shipped table answers for them beside an imported one.
func TestShippedModifiersStayBesideImportedOnes(t *testing.T) {
	t.Parallel()
	ours, err := refdata.Compile("modifiers.tsv", []byte("table: modifiers\nedition: A\nfrom: 2026-01-01\nto: 2026-12-31\nsource: x\n\n"+
		"mod_code\tmod_type\tname\n59\tCPT\tdistinct\nGP\tHCPCS\told name\n"))
	if err != nil {
		t.Fatal(err)
	}
	hcpcs, _ := imported(t, request(t, refdata.Modifiers, text("x.csv", "HCPC,RECID,SHORT DESCRIPTION\nGP,7,new name\n")))
	view := openSet(t, ours, hcpcs).At(day(t, "2026-08-01"))
	gp, _ := view.Modifier("GP")
	distinct, found := view.Modifier("59")
	if gp.Name != "new name" || found != refdata.Present || !distinct.CPT {
		t.Errorf("GP is %+v, 59 is %v %+v", gp, found, distinct)
	}
	if _, found := view.Modifier("ZZ"); found != refdata.Absent {
		t.Errorf("ZZ is %v, expected absent", found)
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	set := openSet(t, editionsOfAll(t)["ptp"], editionsOfAll(t)["mue"], editionsOfAll(t)["icd10cm"], editionsOfAll(t)["pfs"],
		editionsOfAll(t)["pos"], editionsOfAll(t)["modifiers"], editionsOfAll(t)["codes"])
	on := day(t, "2026-08-01")
	if n := testing.AllocsPerRun(100, func() {
		v := set.At(on)
		v.Pair(refdata.Medicare, "97140", "98926")
		var pair refdata.Pair
		table := v.Pairs(refdata.Medicare)
		a, b := table.Code("97140"), table.Code("98926")
		if table.Between(&a, &b, &pair) != refdata.Present || pair.Column1 != "98926" {
			t.Errorf("%+v", pair)
		}
		v.MUE(refdata.Medicare, "97110")
		v.Diagnosis("M5450")
		v.PFS("97140")
		v.PlaceOfService("11")
		v.Modifier("59")
		v.Code("97811")
		v.Edition(refdata.PTP, refdata.Medicare)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestCompileRefusesAMistakenTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"no such key":        {"source: test", "sauce: test", "line 6: sauce: no such key"},
		"no description":     {"\n\n", "\n", "no empty line"},
		"no table":           {"table: codes", "table: code", `"code" is not one of`},
		"ends too early":     {"to: 2026-12-31", "to: 2025-12-31", "before it begins"},
		"bad kind":           {"\tprocedure\t", "\tprocedures\t", "line 9"},
		"bad minutes":        {"acupuncture\t15", "acupuncture\t0", "minutes"},
		"bad code":           {"97110\t", "9711O0\t", "procedure code"},
		"unknown column":     {"code\tname", "code\tnames", "rows"},
		"codes out of order": {"97161\t", "97109\t", "97109 is not after 97110"},
		"code twice":         {"97161\t", "97110\t", "twice"},
		"ends before begins": {"\t2017-01-01\t", "\t2017-01-01\t2016-01-01", "before it begins"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(codesText, c.old) {
				t.Fatal("the case changes nothing")
			}
			_, err := refdata.Compile("codes.tsv", []byte(strings.Replace(codesText, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), "compile codes.tsv") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, expected one about %q", err, c.want)
			}
		})
	}
	_, err := refdata.Compile("mue.tsv", []byte("table: mue\nprogram: medicare\nedition: A\nfrom: 2026-01-01\nsource: x\ncoverage: 97112\n\nhcpcs\tmue_value\tmai\trationale\n97110\t1\t3\tx\n"))
	if err == nil || !strings.Contains(err.Error(), "97110 is not in the declared coverage") {
		t.Errorf("error %v", err)
	}
}
