package events_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"claimscrub/events"
)

func TestDecoderReportsEveryViolationWithItsPlace(t *testing.T) {
	t.Parallel()
	body := `{
		"encounter_id": "E-1", "revision": 1, "service_date": "2026-02-30", "place_of_service": 11,
		"patient": {"id": "P", "birth_date": "1980-01-01", "sex": "f", "sex": "M"},
		"coverage": [{"program": "commercial", "payer_id": "A"}, {"program": "self_pay"}],
		"billing_provider": {"npi": "1234567893", "tax_id": null},
		"rendering_provider": {"npi": "1234567893"},
		"diagnoses": [],
		"services": [{"id": "s1", "kind": "Dry Needling", "minutes": 1.5, "intervals": [{"start": "9:00", "end": "09:10"}]}],
		"charges": [
			{"line": 1, "code": "97140", "units": "2", "charge_cents": 1e3, "diagnosis_pointers": [1, "2"]},
			[],
			{"line": 0, "code": "", "units": 0, "charge_cents": -5, "diagnosis_pointers": [], "modifiers": ["1","2","3","4","5","6","7","8","9"]}
		],
		"extension": {"a": {"b": 1, "\u0062": 2}}
	}`
	want := []string{
		`out_of_range /service_date: expected a calendar date YYYY-MM-DD from 1900 to 2199, got a string of 10 characters`,
		`wrong_type /place_of_service: expected a string, got number`,
		`unknown_enum /patient/sex: expected one of F, M, U, got another spelling of F`,
		`duplicate_key /patient/sex: expected each key once in an object, got this key again`,
		`missing_field /coverage/0/member_id: expected a value, the field is required unless program is self_pay, got none`,
		`wrong_type /billing_provider/tax_id: expected a string, got null`,
		`missing_field /rendering_provider/credential: expected a value, the field is required, got none`,
		`unknown_enum /services/0/kind: expected one of `,
		`wrong_type /services/0/minutes: expected an integer, got a number with a fraction`,
		`out_of_range /services/0/intervals/0/start: expected a time of day HH:MM from 00:00 to 24:00, got a string of 4 characters`,
		`missing_field /services/0/intervals/0/by: expected a value, the field is required, got none`,
		`wrong_type /charges/0/units: expected an integer, got string`,
		`wrong_type /charges/0/diagnosis_pointers/1: expected an integer, got string`,
		`wrong_type /charges/1: expected an object, got array`,
		`out_of_range /charges/2/line: expected 1 to 999999, got 0`,
		`out_of_range /charges/2/code: expected 1 to 16 characters, got a string of 0 characters`,
		`too_many /charges/2/modifiers: expected at most 8 items, got 9 items`,
		`duplicate_key /extension/a/b: expected each key once in an object, got this key again`,
	}
	d, err := events.DecodeEncounter([]byte(body), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Violations) != len(want) {
		t.Fatalf("got %d violations, want %d: %v", len(d.Violations), len(want), d.Violations)
	}
	for i, v := range d.Violations {
		if got := string(v.Kind) + " " + v.String(); !strings.HasPrefix(got, want[i]) {
			t.Errorf("violation %d:\ngot  %s\nwant %s", i, got, want[i])
		}
	}
	if got := d.Violations[7].Got; got != "another spelling of dry_needling" {
		t.Errorf("got %q for another spelling", got)
	}
	// What was right is there all the same.
	if d.Encounter.EncounterID != "E-1" || d.Encounter.Patient.ID != "P" || d.Encounter.Charges[0].ChargeCents != 1000 || len(d.Encounter.Charges) != 3 {
		t.Errorf("encounter is %+v", d.Encounter)
	}
}

func TestAbsentAndEmptyListsDiffer(t *testing.T) {
	t.Parallel()
	base := string(typicalEncounter(t))
	from := strings.Index(base, `"services":[`)
	to := strings.Index(base, `"charges":[`)
	absent, err := events.DecodeEncounter([]byte(base[:from]+base[to:]), 0)
	if err != nil || len(absent.Violations) > 0 || absent.Encounter.Services != nil {
		t.Errorf("absent: %v %v %v", err, absent.Violations, absent.Encounter.Services)
	}
	empty, err := events.DecodeEncounter([]byte(base[:from]+`"services":[],`+base[to:]), 0)
	if err != nil || len(empty.Violations) > 0 || empty.Encounter.Services == nil {
		t.Errorf("empty: %v %v %v", err, empty.Violations, empty.Encounter.Services)
	}
}

func TestFieldOrderAndEscapesDoNotMatter(t *testing.T) {
	t.Parallel()
	body := string(typicalEncounter(t))
	want, err := events.DecodeEncounter([]byte(body), 0)
	if err != nil {
		t.Fatal(err)
	}
	replaced := strings.NewReplacer(
		`"encounter_id":"ENC-FULL-1","revision":2,`, "", `"part":[`, `"\u0070art":[`, `"left piriformis"`, `"left\u0020pirifor\u006dis"`,
		`"kind":"manual_therapy"`, `"kind":"manual\u005ftherapy"`, `"units":2`, `"units":2.0`, `"09:00"`, `"09\u003a00"`,
	).Replace(body)
	replaced = strings.TrimSuffix(replaced, "}") + ` , "revision" : 2e0,` + "\r\n\t" + `"encounter_id":"ENC-FULL\u002d1"}`
	got, err := events.DecodeEncounter([]byte(replaced), 0)
	if err != nil || len(got.Violations) > 0 {
		t.Fatal(err, got.Violations)
	}
	if diff := cmp.Diff(want.Encounter, got.Encounter); diff != "" {
		t.Error(diff)
	}
}

func TestWhiteSpaceDoesNotMatter(t *testing.T) {
	t.Parallel()
	body := typicalEncounter(t)
	want, err := events.DecodeEncounter(body, 0)
	if err != nil {
		t.Fatal(err)
	}
	spaced := jsontext.Value(bytes.Clone(body))
	if err := spaced.Indent(jsontext.WithIndent(" "), jsontext.SpaceAfterComma(true)); err != nil {
		t.Fatal(err)
	}
	for width := range 20 {
		for _, unit := range []string{" ", "\t", " \r\n"} {
			indent := strings.Repeat(unit, width)
			text := indent + strings.ReplaceAll(string(spaced), "\n", "\n"+indent) + "\n" + indent
			got, err := events.DecodeEncounter([]byte(text), 0)
			if err != nil || len(got.Violations) > 0 {
				t.Fatalf("indented by %q: %v %v", indent, err, got.Violations)
			}
			if diff := cmp.Diff(want.Encounter, got.Encounter); diff != "" {
				t.Fatalf("indented by %q:\n%s", indent, diff)
			}
		}
	}
}

// TestListsAreApart: lists share memory while they are few, and no list reaches into the next.
func TestListsAreApart(t *testing.T) {
	t.Parallel()
	var charges []events.Charge
	for i := range 100 {
		charge := events.Charge{Line: i + 1, Code: "97140", DiagnosisPointers: []int{}, Modifiers: []string{}}
		for n := range i % 8 {
			charge.Modifiers = append(charge.Modifiers, strconv.Itoa(10*i+n))
			charge.DiagnosisPointers = append(charge.DiagnosisPointers, 10*i+n)
		}
		charges = append(charges, charge)
	}
	body, err := json.Marshal(events.Encounter{EncounterID: "E-1", Revision: 1, Charges: charges})
	if err != nil {
		t.Fatal(err)
	}
	d, err := events.DecodeEncounter(body, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(charges, d.Encounter.Charges); diff != "" {
		t.Fatal(diff)
	}
	for _, charge := range d.Encounter.Charges {
		_, _ = append(charge.Modifiers, "XX"), append(charge.DiagnosisPointers, -1)
	}
	if diff := cmp.Diff(charges, d.Encounter.Charges); diff != "" {
		t.Errorf("appending to one list changed another:\n%s", diff)
	}
}

// TestGrammarIsAsStrictAsTheLibrary puts fragments where the scanner reads a known field, a field that it skips,
// an attribute of an envelope and the data inside one.
func TestGrammarIsAsStrictAsTheLibrary(t *testing.T) {
	t.Parallel()
	fragments := []string{
		`0`, `-0`, `1.5`, `1e5`, `1E+5`, `-1.0e-5`, `01`, `-`, `+1`, `-01`, `1.`, `.5`, `1e`, `1e+`, `1.e5`, `1-`, `1a`, `0x1`, `1 2`, `Infinity`, `-NaN`,
		`true`, `false`, `null`, `tru`, `True`, `truee`, `nul`, `true false`, ``, ` `,
		`""`, `"a`, `"\u00e9"`, `"\u00e"`, `"\q"`, `"\"`, `"\\"`, "\"\t\"", "\"a\x00\"", "\"\\\n\"", `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, "\"\xff\"", "\"é\"", "\"é\xff\"", `'a'`, `"a""b"`,
		`[]`, `[1]`, `[1,2]`, `[,]`, `[1,]`, `[,1]`, `[1 2]`, `[1,,2]`, `[1:2]`, `[`, `]`, `[1`, `[1}`, `[[]`, `[]]`, `["a" "b"]`,
		`{}`, `{"a":1}`, `{"a":1,"b":2}`, `{,}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a",1}`, `{"a"}`, `{"a":}`, `{"a"::1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1`, `{"a":1]`, `{"a"`, `{"a":`, `{`, `}`, `{null:1}`, "{\"\xff\":1}",
		"\v1", "1\f", "\u00a01", "\x00", "\ufeff1", "/**/1", "1//",
	}
	places := []string{
		`%s`, `{"encounter_id":%s}`, `{"revision":%s,"encounter_id":"E"}`, `{"encounter_id":"E","revision":1,"service_date":%s}`, `{"encounter_id":"E","revision":1,"patient":%s}`,
		`{"encounter_id":"E","revision":1,"notes":{"consent":%s}}`, `{"encounter_id":"E","revision":1,"diagnoses":%s}`, `{"encounter_id":"E","revision":1,"charges":[{"units":%s}]}`,
		`{"encounter_id":"E","revision":1,"x":%s}`, `{"encounter_id":"E","revision":1,"x":[{"y":%s}]}`, `{"encounter_id":"E","revision":1}%s`,
		`{"specversion":"1.0","type":"encounter.completed","x":%s,"data":{"encounter_id":"E","revision":1}}`, `{"specversion":%s,"data":{"encounter_id":"E","revision":1}}`,
		`{"specversion":"1.0","type":"encounter.completed","data":%s,"id":"1"}`, `{"specversion":"1.0","type":"encounter.completed","data":{"x":%s},"id":"1"}`,
	}
	for _, place := range places {
		for _, fragment := range fragments {
			body := strings.Replace(place, "%s", fragment, 1)
			_, err := events.ReadEncounter(nil, []byte(body), 0)
			unreadable := (*events.Unreadable)(nil)
			refused := errors.As(err, &unreadable) && unreadable.Reason == events.ReasonNotJSON
			if valid := jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true)); refused == valid {
				t.Errorf("%q: refused %v, the library says valid %v", body, refused, valid)
			}
		}
	}
}

// TestDecodedStringsOutliveTheBody: a subscriber may use the buffer of a message again.
func TestDecodedStringsOutliveTheBody(t *testing.T) {
	t.Parallel()
	body := typicalEncounter(t)
	d, err := events.DecodeEncounter(body, 0)
	if err != nil {
		t.Fatal(err)
	}
	clear(body)
	if d.Encounter.EncounterID != "ENC-FULL-1" || d.Encounter.Services[0].Muscles[0] != "left piriformis" {
		t.Errorf("strings changed with the body: %q", d.Encounter.EncounterID)
	}
}
