package x12_test

import (
	"os"
	"strings"
	"testing"

	"claimscrub/cmd/claimscrub/x12"
)

func readPractice(text string) error {
	_, err := x12.ReadPractice("practice.yaml", []byte(text))
	return err
}

// readPatients says what is wrong with a directory, or with the entry of P-1 in it.
func readPatients(text string) error {
	patients, err := x12.ReadPatients("patients.yaml", []byte(text))
	if err != nil {
		return err
	}
	return patients.Fault("P-1")
}

func TestAFileThatIsWrongIsRefusedWithPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	practice := func(old, new string) string {
		text, err := os.ReadFile("testdata/practice.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(text), old) == 0 {
			t.Fatalf("no %q in the practice file", old)
		}
		return strings.Replace(string(text), old, new, 1)
	}
	patient := func(lines ...string) string { return "patients:\n  P-1:\n    " + strings.Join(lines, "\n    ") + "\n" }
	const (
		who     = "name: {last: Rivera, first: Ana}"
		where   = `address: {street: 9 Elm Street, city: Dayton, state: OH, zip: "45402"}`
		release = "release_of_information: signed"
	)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"empty", readPractice(""), "practice.yaml:1:1: the file is empty"},
		{"no YAML", readPractice("usage: [\n"), "not YAML"},
		{"two documents", readPractice("{}\n---\n{}\n"), "practice.yaml:1:1: more than one YAML document: expected one"},
		{"no mapping", readPractice("[]"), "practice.yaml:1:1: the practice file: expected a mapping, key: value"},
		{"unknown key", readPractice(practice("usage: test", "usage: test\nusge: x")), "practice.yaml:2:1: unknown key in the practice file: expected one of usage, submitter, receiver"},
		{"a key twice", readPractice(practice("usage: test", "usage: test\nusage: test")), "practice.yaml:2:1: a key of the practice file stands twice"},
		{"a key missing", readPractice(practice("usage: test\n", "")), "the practice file lacks usage: expected usage: ..."},
		{"a word of the list", readPractice(practice("usage: test", "usage: T")), "practice.yaml:1:8: usage: expected one of test, production"},
		{"an alias", readPractice(practice("usage: test", "usage: *x")), "not YAML"},
		{"phone", readPractice(practice("(513) 555-0100", "555-0100")), "the contact's phone: expected 10 digits, (555) 555-0100"},
		{"delimiter", readPractice(practice("name: Example Clearinghouse", "name: Example*Clearinghouse")), "practice.yaml:8:9: the receiver's name holds a character that X12 does not carry: expected letters A-Z without accents"},
		{"an id too long for the envelope", readPractice(practice(`id: "CLEAR1"`, `id: "CLEARINGHOUSE-OF-OHIO"`)), "the receiver's id is longer than the 15 characters of an envelope: expected interchange_id and group_id beside it"},
		{"NPI", readPractice(practice(`"1122334455":`, `"112233445":`)), "practice.yaml:20:3: a key of billing_providers: expected an NPI, 10 digits"},
		{"ZIP+4", readPractice(practice("45202-1234", "45202")), `zip: expected 9 digits, "45202-1234"`},
		{"post office box", readPractice(practice("street: 100 Main Street", "street: P.O. Box 9")), "street is a post office box"},
		{"state", readPractice(practice("state: OH", "state: O1")), "state: expected two letters"},
		{"taxonomy", readPractice(practice("225100000X", "225100000")), "taxonomy has 9 characters: expected 10"},
		{"a name of both kinds", readPractice(practice("{last: Keller, first: Ruth", "{organization: X, last: Keller, first: Ruth")), "a name: expected organization alone, or last and first"},
		{"filing indicator", readPractice(practice(`filing_indicator: "12"`, "filing_indicator: PPO")), "filing_indicator: expected one of 11, 12"},
		{"no patients", readPatients("people: {}"), "patients.yaml:1:1: unknown key in the patient directory: expected one of patients"},
		{"first name", readPatients(patient("name: {last: Rivera}", where, release, "coverage: {}")), "patients.yaml:3:11: a name: expected last and first"},
		{"delimiter in a name", readPatients(patient("name: {last: 'Riv~era', first: Ana}", where, release, "coverage: {}")), "patients.yaml:3:18: the last name holds a character that X12 does not carry"},
		{"accent", readPatients(patient("name: {last: Muñoz, first: Ana}", where, release, "coverage: {}")), "patients.yaml:3:18: the last name holds a character"},
		{"name too long", readPatients(patient("name: {last: "+strings.Repeat("a", 61)+", first: Ana}", where, release, "coverage: {}")), "the last name has 61 characters: expected 1 to 60"},
		{"unknown key of a patient", readPatients(patient(who, where, release, "coverage: {}", "Rivera: x")), "patients.yaml:7:5: unknown key in a patient: expected one of name"},
		{"relationship", readPatients(patient(who, where, release, "coverage: {A: {relationship: 18, benefits_assigned: yes}}")), "relationship: expected one of self, spouse"},
		{"no subscriber", readPatients(patient(who, where, release, "coverage: {A: {relationship: child, benefits_assigned: yes}}")), "a coverage lacks subscriber"},
		{"a subscriber too many", readPatients(patient(who, where, release, "coverage: {A: {relationship: self, benefits_assigned: yes, subscriber: {last: Rivera, first: Ana}}}")), "a coverage with a subscriber: expected none where the relationship is self"},
		{"day of an accident", readPatients(patient(who, where, release, "coverage: {}", "accidents: {yesterday: auto}")), "patients.yaml:7:17: a key of accidents: expected a day, YYYY-MM-DD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
				t.Errorf("got %v, expected %s", c.err, c.want)
			}
			if c.err != nil && strings.HasPrefix(c.want, "patients.yaml") && strings.Contains(strings.ToLower(c.err.Error()), "riv") {
				t.Errorf("%v repeats the patient's name", c.err)
			}
		})
	}
}

func FuzzReadFiles(f *testing.F) {
	for _, name := range []string{"testdata/practice.yaml", "testdata/patients.yaml", "testdata/unit_patients.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("patients: {P: {name: &a {last: *a}}}")
	f.Add("? {a: b}\n: c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, err := range []error{readPractice(text), readPatients(text)} {
			if err != nil && !strings.HasPrefix(err.Error(), "practice.yaml:") && !strings.HasPrefix(err.Error(), "patients.yaml:") {
				t.Errorf("no place in %v", err)
			}
		}
	})
}

func TestTheExamplesOfTheDocumentAreRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/export.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	practice, rest, _ := strings.Cut(rest, "```")
	_, rest, _ = strings.Cut(rest, "```yaml\n")
	patients, _, ok := strings.Cut(rest, "```")
	if err := readPractice(practice); err != nil || !ok {
		t.Error(err)
	}
	if err := readPatients(patients); err != nil {
		t.Error(err)
	}
}
