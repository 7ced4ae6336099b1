package deploy_test

import (
	"slices"
	"strings"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

func day(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Facts of the family that a wrong table would get wrong (NCCI 2024Q3 and 2026H1, PFS July 2026, ICD-10-CM FY2026).
func TestShippedPairsAreThoseInForceOnTheDateOfService(t *testing.T) {
	t.Parallel()
	set := shipped(t)
	for _, c := range []struct {
		a, b, date string
		found      refdata.Found
		column1    string
		indicator  uint8
		inferred   bool
	}{
		{"98926", "97140", "2024-08-01", refdata.Present, "98926", 0, false},
		{"97140", "98926", "2024-08-01", refdata.Present, "98926", 0, false},
		{"98941", "97140", "2024-08-01", refdata.Present, "98941", 1, false},
		{"98941", "97140", "2026-11-01", refdata.Present, "98941", 1, true},
		{"97140", "97124", "2024-08-01", refdata.Present, "97140", 0, false},
		{"20561", "20560", "2024-08-01", refdata.Present, "20561", 0, false},
		{"97012", "97140", "2024-08-01", refdata.Present, "97012", 1, false},
		{"97140", "20560", "2024-08-01", refdata.Absent, "", 0, false},
		{"97140", "20560", "2026-11-01", refdata.Absent, "", 0, true},
		{"98940", "98943", "2024-08-01", refdata.Absent, "", 0, false},
		{"97110", "98941", "2024-08-01", refdata.Absent, "", 0, false},
		{"97110", "33533", "2024-08-01", refdata.Outside, "", 0, false},
		{"98979", "98980", "2024-08-01", refdata.Outside, "", 0, false}, // a code of 2026
		// Dead edits: in force until they ended, and not after.
		{"97140", "97530", "2019-12-31", refdata.Present, "97140", 1, false},
		{"97140", "97530", "2020-01-01", refdata.Absent, "", 0, false},
		{"97530", "97116", "2019-12-31", refdata.Present, "97530", 1, false},
		{"97530", "97116", "2020-01-01", refdata.Absent, "", 0, false},
		{"97530", "97116", "2021-06-01", refdata.Absent, "", 0, false},
		{"97530", "97113", "2019-12-31", refdata.Present, "97530", 1, false},
		{"97530", "97113", "2020-01-01", refdata.Absent, "", 0, false},
		{"97530", "97535", "2021-12-31", refdata.Present, "97530", 1, false},
		{"97530", "97535", "2022-01-01", refdata.Absent, "", 0, false},
		{"97530", "97533", "2021-12-31", refdata.Present, "97530", 1, false},
		{"97530", "97533", "2022-01-01", refdata.Absent, "", 0, false},
		{"97161", "97140", "2020-02-01", refdata.Absent, "", 0, false},
		{"97161", "97530", "2020-02-01", refdata.Absent, "", 0, false},
		{"97161", "97165", "2017-06-30", refdata.Present, "97161", 1, false},
		{"97161", "97165", "2017-07-01", refdata.Absent, "", 0, false},
		{"97164", "97140", "2024-08-01", refdata.Absent, "", 0, false},
		{"97032", "97014", "2024-08-01", refdata.Absent, "", 0, false},
	} {
		p, found := set.At(day(t, c.date)).Pair(refdata.Medicare, c.a, c.b)
		if found != c.found || p.Column1 != c.column1 || p.Indicator != c.indicator || p.Inferred != c.inferred {
			t.Errorf("%s with %s on %s: %v %+v, expected %v column 1 %s indicator %d inferred %t",
				c.a, c.b, c.date, found, p, c.found, c.column1, c.indicator, c.inferred)
		}
	}
	if _, found := set.At(day(t, "2024-08-01")).Pair(refdata.Medicaid, "98926", "97140"); found != refdata.NoEdition {
		t.Errorf("Medicaid pairs are %v, expected no edition", found)
	}
}

func TestShippedEditionsHoldTheirInvariants(t *testing.T) {
	t.Parallel()
	for _, edition := range deploy.Refdata() {
		e, err := refdata.Read(edition)
		if err != nil {
			t.Fatal(err)
		}
		if err := refdata.Verify(edition); err != nil {
			t.Error(err)
		}
		if !e.Shipped || e.Source == "" || e.To == 0 {
			t.Errorf("%s: shipped %t, source %q, ends on %q: a shipped edition says where it is from and when it ends", e.Title(), e.Shipped, e.Source, e.To)
		}
	}
}

// MUE values and indicators of the family (codes.md 4.3), the same in both quarters at hand.
func TestShippedUnitLimits(t *testing.T) {
	t.Parallel()
	set := shipped(t)
	for _, date := range []string{"2024-08-01", "2025-08-01", "2026-05-01", "2026-11-01"} {
		view := set.At(day(t, date))
		for codes, want := range map[string]refdata.UnitLimit{
			"97010 97014 98943":                   {Value: 0, MAI: 3},
			"97012 97150 G0283 90901":             {Value: 1, MAI: 3},
			"97161 98925 98940 20560 20553 97810": {Value: 1, MAI: 2},
			"97035 97811 99213":                   {Value: 2, MAI: 3},
			"97036 90913":                         {Value: 3, MAI: 3},
			"97032 97112 97116 97124":             {Value: 4, MAI: 3},
			"97110 97113 97140 97530 97760":       {Value: 6, MAI: 3},
			"97535 97542 97750":                   {Value: 8, MAI: 3},
		} {
			want.Inferred = date == "2025-08-01" || date == "2026-11-01"
			for code := range strings.FieldsSeq(codes) {
				got, found := view.MUE(refdata.Medicare, code)
				if got.Rationale = ""; found != refdata.Present || got != want {
					t.Errorf("%s on %s: %v %+v, expected %+v", code, date, found, got, want)
				}
			}
		}
	}
	view := set.At(day(t, "2024-08-01"))
	if m, found := view.MUE(refdata.Medicaid, "97014"); found != refdata.Present || m.Value != 1 || !m.Inferred {
		t.Errorf("Medicaid 97014: %v %+v, expected one unit, inferred", found, m)
	}
	if _, found := view.MUE(refdata.Medicaid, "97110"); found != refdata.Outside {
		t.Errorf("Medicaid 97110 is %v, expected outside: its value is not known", found)
	}
}

// The fee schedule marks a therapy service by PC/TC 7; our facts must say the same.
func TestShippedCodesAgreeWithTheFeeSchedule(t *testing.T) {
	t.Parallel()
	view := shipped(t).At(day(t, "2026-07-01"))
	seen := 0
	for code := range familyCodes(t) {
		fee, found := view.PFS(code)
		if found != refdata.Present {
			continue
		}
		seen++
		c, found := view.Code(code)
		if found != refdata.Present {
			t.Errorf("%s is in the fee schedule and %v in the table of codes", code, found)
		}
		if therapy := fee.PCTC == '7'; therapy != (c.Therapy == refdata.AlwaysTherapy) && code != "97010" {
			t.Errorf("%s has PC/TC %c and therapy class %s", code, fee.PCTC, c.Therapy)
		}
		if fee.MultProc == '5' && c.Therapy != refdata.AlwaysTherapy {
			t.Errorf("%s has multiple procedure 5 and therapy class %s", code, c.Therapy)
		}
		if zzz := fee.GlobalDays == "ZZZ"; zzz != c.AddOn() && code != "90913" {
			t.Errorf("%s has global days %s and primaries %q", code, fee.GlobalDays, c.Primaries)
		}
	}
	if seen < 130 {
		t.Errorf("%d codes compared", seen)
	}
	for code, status := range map[string]byte{"97140": 'A', "99213": 'A', "G0283": 'A', "97010": 'B', "97014": 'I', "98943": 'N', "97545": 'R', "97799": 'C', "G0151": 'X'} {
		if fee, _ := view.PFS(code); fee.Status != status {
			t.Errorf("%s has status %c, expected %c", code, fee.Status, status)
		}
	}
}

// Every code of the family that is valid is answered for by every shipped table but for those named here: what the copies at hand lack.
func TestShippedTablesAnswerForTheFamily(t *testing.T) {
	t.Parallel()
	view := shipped(t).At(day(t, "2026-07-01"))
	lacks := map[string]string{
		"0552T": "pfs", "96000": "pfs", "96001": "pfs", "96002": "pfs", "S8948": "pfs", "S8990": "pfs",
		"98979": "ptp", "98984": "ptp", "98985": "ptp", // codes of 2026; the pairs are of 2024
	}
	for code := range familyCodes(t) {
		if _, found := view.Code(code); found != refdata.Present {
			continue
		}
		_, pfs := view.PFS(code)
		_, mue := view.MUE(refdata.Medicare, code)
		_, ptp := view.Pair(refdata.Medicare, code, "97140")
		for table, found := range map[string]refdata.Found{"pfs": pfs, "mue": mue, "ptp": ptp} {
			if outside := found == refdata.Outside; outside != (lacks[code] == table) || found == refdata.NoEdition {
				t.Errorf("%s in %s: %v", code, table, found)
			}
		}
	}
}

// Units counted by 15 minutes (Pub. 100-04 chapter 5, section 20.2, and UnitedHealthcare's list of timed codes); the untimed ones that others
// take for timed.
func TestShippedCodesTellTimedFromUntimed(t *testing.T) {
	t.Parallel()
	view := shipped(t).At(day(t, "2026-07-01"))
	for code := range strings.FieldsSeq(`97032 97033 97034 97035 97036 97110 97112 97113 97116 97124 97129 97130 97140 97530 97533 97535 97537 97542
		97750 97755 97760 97761 97763 G0237 G0238 S8948`) {
		if c, _ := view.Code(code); c.Minutes != 15 || !c.EightMinute() {
			t.Errorf("%s is %+v, expected units of 15 minutes", code, c)
		}
	}
	for code := range strings.FieldsSeq("97010 97012 97014 97016 97018 97022 97150 97161 97164 97169 20560 20561 20552 90901 98925 98940 98943 G0283 99213 98980") {
		if c, found := view.Code(code); c.Timed() || found != refdata.Present {
			t.Errorf("%s is %v %+v, expected an untimed code", code, found, c)
		}
	}
}

func TestShippedDiagnosesPlacesAndModifiers(t *testing.T) {
	t.Parallel()
	view := shipped(t).At(day(t, "2026-07-01"))
	for code, want := range map[string]refdata.Diagnosis{"M5450": {Billable: true}, "M9903": {Billable: true}, "M545": {}, "M791": {}} {
		if d, found := view.Diagnosis(code); found != refdata.Present || d != want {
			t.Errorf("%s: %v %+v", code, found, d)
		}
	}
	if got := slices.Collect(view.Children("M545")); !slices.Equal(got, []string{"M5450", "M5451", "M5459"}) {
		t.Errorf("children of M545: %q", got)
	}
	if _, found := view.Diagnosis("A000"); found != refdata.Outside {
		t.Errorf("a diagnosis of another chapter is %v", found)
	}
	for code, want := range map[string]bool{"11": true, "02": true, "99": true, "28": false} {
		if p, found := view.PlaceOfService(code); found != refdata.Present || p.Assigned != want {
			t.Errorf("place %s: %v %+v", code, found, p)
		}
	}
	for code := range strings.FieldsSeq("59 25 XE XS GP GO GN KX AT CQ CO GA GX GY GZ 76 51 LT T9 95") {
		if m, found := view.Modifier(code); found != refdata.Present || m.Name == "" || m.CPT != (code[0] <= '9') {
			t.Errorf("modifier %s: %v %+v", code, found, m)
		}
	}
	if _, found := view.Modifier("ZZ"); found != refdata.Absent {
		t.Errorf("modifier ZZ is %v", found)
	}
}

func BenchmarkShippedStart(b *testing.B) {
	for b.Loop() {
		if _, err := refdata.Open(deploy.Refdata()...); err != nil {
			b.Fatal(err)
		}
	}
}
