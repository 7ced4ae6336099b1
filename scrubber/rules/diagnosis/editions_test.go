package diagnosis_test

import (
	"slices"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/rules/diagnosis"
)

// Two editions of one category: M54.5 is divided, M54.7 is new, M54.9 goes.
const (
	yearOne = "table: icd10cm\nedition: one\nfrom: 2024-10-01\nto: 2025-09-30\nsource: a test\ncoverage: M54\n\n" +
		"code\tbillable\ttitle\nM54\t0\tpain\nM545\t1\tlow\nM549\t1\tunspecified\n"
	yearTwo = "table: icd10cm\nedition: two\nfrom: 2025-10-01\nto: 2026-09-30\nsource: a test\ncoverage: M54\n\n" +
		"code\tbillable\ttitle\nM54\t0\tpain\nM545\t0\tlow\nM5450\t1\tlow, unspecified\nM547\t1\tnew\n"
)

func TestTheEditionOfTheDateOfServiceDecides(t *testing.T) {
	t.Parallel()
	var editions [][]byte
	for name, text := range map[string]string{"one.tsv": yearOne, "two.tsv": yearTwo} {
		edition, err := refdata.Compile(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		editions = append(editions, edition)
	}
	tables, err := refdata.Open(editions...)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := scrubber.New("test", diagnosis.Rules(), tables, []*scrubber.Policy{{ID: "any", UnitMethod: scrubber.CPTMidpoint, Edits: refdata.Medicare}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ date, code, want string }{
		{"2025-09-30", "M549", ""},
		{"2025-10-01", "M549", "DX003 M54.9 was valid until 2025-09-30"},
		{"2025-09-30", "M547", "DX003 M54.7 is valid only from 2025-10-01"},
		{"2025-10-01", "M547", ""},
		{"2025-09-30", "M545", ""},
		{"2025-10-01", "M545", "DX002 M54.5 is a header; the billable codes below it are M54.50"},
		{"2025-10-01", "M548", "DX001 M54.8 is not an ICD-10-CM code"},
	} {
		day, err := civil.ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		o := engine.Scrub(&scrubber.Case{ServiceDate: day, AsOf: day, Diagnoses: []string{c.code}})
		got := []string{}
		for _, f := range o.Findings {
			got = append(got, f.Rule.ID+" "+f.Message)
		}
		if want := slices.DeleteFunc([]string{c.want}, func(s string) bool { return s == "" }); !slices.Equal(got, want) {
			t.Errorf("%s on %s: %q, want %q", c.code, c.date, got, want)
		}
	}
}
