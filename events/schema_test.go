package events_test

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"claimscrub/events"
)

// compiledSchema is the schema of the data of an event, or another file of the folder, with formats asserted.
func compiledSchema(tb testing.TB, name string) *jsonschema.Schema {
	tb.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	files, err := fs.Glob(events.Schemas(), "*.json")
	if err != nil {
		tb.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(events.Schemas(), file)
		if err != nil {
			tb.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		if err := c.AddResource(doc.(map[string]any)["$id"].(string), doc); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
	}
	schema, err := c.Compile(events.DataSchema(name))
	if err != nil {
		tb.Fatal(err)
	}
	return schema
}

// schemaError is what the schema says of a JSON text.
func schemaError(tb testing.TB, schema *jsonschema.Schema, text []byte) error {
	tb.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	return schema.Validate(value)
}

func TestSchemasAreNamedByTheirFiles(t *testing.T) {
	t.Parallel()
	for _, eventType := range []string{
		events.TypeEncounterCompleted, events.TypeClaimReady, events.TypeClaimRejected, events.TypeEncounterDeadLetter,
	} {
		if _, err := fs.Stat(events.Schemas(), path.Base(events.DataSchema(eventType))); err != nil {
			t.Errorf("no schema file for %s: %v", eventType, err)
		}
		compiledSchema(t, eventType)
	}
}

func TestSamplesObeyTheSchemaUnlessTheyAreThereToBreakIt(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t, events.TypeEncounterCompleted)
	for _, s := range events.Samples() {
		in, err := events.ReadEncounter(nil, s.Data, 0)
		breaks := slices.ContainsFunc(s.Findings, func(f string) bool { return strings.Contains(f, " SCH") })
		switch {
		case s.Verdict == "deadletter":
			if err == nil {
				t.Errorf("%s: a dead letter that can be read", s.Name)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", s.Name, err)
			continue
		case breaks != (len(in.Violations) > 0):
			t.Errorf("%s: expects %q and has the violations %v", s.Name, s.Findings, in.Violations)
			continue
		case breaks:
			continue
		}
		if err := schemaError(t, schema, in.Data); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		wrong := slices.ContainsFunc(npis(in.Encounter), func(npi string) bool { return !luhn("80840" + npi) })
		if wrong != slices.Contains(s.Findings, "reject FRM001") {
			t.Errorf("%s: expects %q and has the NPIs %q", s.Name, s.Findings, npis(in.Encounter))
		}
	}
}

func TestSamplesTellAStoryAndAVerdict(t *testing.T) {
	t.Parallel()
	all := events.Samples()
	if len(all) < 20 {
		t.Errorf("%d samples, expected 20 or more", len(all))
	}
	finding := regexp.MustCompile(`^(reject|warn|info) [A-Z]{2,4}[0-9]{3}$`)
	encounters := map[string]string{}
	for _, s := range all {
		if len(s.Story) < 40 || !slices.Contains([]string{"ready", "rejected", "deadletter"}, s.Verdict) {
			t.Errorf("%s: the story is %q and the verdict %q", s.Name, s.Story, s.Verdict)
		}
		for _, f := range s.Findings {
			if !finding.MatchString(f) {
				t.Errorf("%s: the finding %q; expected one as \"reject REG001\"", s.Name, f)
			}
		}
		rejects := slices.ContainsFunc(s.Findings, func(f string) bool { return strings.HasPrefix(f, "reject ") })
		if rejects != (s.Verdict == "rejected") {
			t.Errorf("%s: %s with the findings %q", s.Name, s.Verdict, s.Findings)
		}
		if in, err := events.ReadEncounter(nil, s.Data, 0); err == nil {
			if other := encounters[in.Encounter.EncounterID]; other != "" {
				t.Errorf("%s and %s have one encounter id", other, s.Name)
			}
			encounters[in.Encounter.EncounterID] = s.Name
		}
	}
}

func npis(e *events.Encounter) []string {
	all := []string{e.BillingProvider.NPI, e.RenderingProvider.NPI}
	people := []*events.Provider{e.ReferringProvider, e.SupervisingProvider}
	for _, c := range e.Charges {
		people = append(people, c.RenderingProvider, c.SupervisingProvider)
	}
	for _, p := range people {
		if p != nil {
			all = append(all, p.NPI)
		}
	}
	for _, l := range e.SameDay {
		if l.RenderingNPI != "" {
			all = append(all, l.RenderingNPI)
		}
	}
	return all
}

// luhn checks the digit that NPIs carry after the prefix 80840 (45 CFR 162.406).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func TestOutcomesAreValidByTheSchemaOfTheirEvent(t *testing.T) {
	t.Parallel()
	ready, rejected := compiledSchema(t, events.TypeClaimReady), compiledSchema(t, events.TypeClaimRejected)
	envelope := compiledSchema(t, "cloudevent")
	tests := []struct {
		name            string
		change          func(*events.Outcome)
		ready, rejected bool
	}{
		{"no finding", func(*events.Outcome) {}, true, false},
		{"a warning", func(o *events.Outcome) { o.Findings = append(o.Findings, fullFinding("warn")) }, true, false},
		{"a rejection", func(o *events.Outcome) {
			o.Findings = append(o.Findings, fullFinding("reject"), fullFinding("info"))
		}, false, true},
		{"broken schema", func(o *events.Outcome) {
			o.Claim, o.ServiceDate = nil, ""
			o.Findings = append(o.Findings, fullFinding("reject"))
		}, false, true},
		{"neither claim nor rejection", func(o *events.Outcome) { o.Claim = nil }, false, false},
		{"pointer without a slash", func(o *events.Outcome) {
			f := fullFinding("reject")
			f.Pointer = "charges"
			o.Findings = append(o.Findings, f)
		}, false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := typicalOutcome(t)
			test.change(o)
			event, err := typicalEvent(t).AppendOutcome(nil, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := schemaError(t, envelope, event); err != nil {
				t.Errorf("envelope: %v", err)
			}
			data, err := o.AppendData(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := schemaError(t, ready, data); (err == nil) != test.ready {
				t.Errorf("claim.ready: %v", err)
			}
			if err := schemaError(t, rejected, data); (err == nil) != test.rejected {
				t.Errorf("claim.rejected: %v", err)
			}
		})
	}
}

func fullFinding(severity string) events.Finding {
	return events.Finding{
		Rule: "TIM001", Name: "timed-units-exceed-minutes", Severity: severity, Certainty: "published",
		Message: "2 units of 97140 billed for 15 minutes", Pointer: "/charges/0/units", Lines: []int{1},
		Billed: "2", Expected: "1", SNIP: 6,
		Fix:       &events.Fix{Summary: "bill 1 unit", Safe: true, Patch: []events.PatchOp{{Op: "replace", Path: "/charges/0/units", Value: 1}}},
		Source:    events.Source{Authority: "CMS", Title: "Pub 100-04 chapter 5", Section: "20.2", URL: "https://www.cms.gov"},
		Predicted: &events.Predicted{Group: "CO", CARC: "151", RARC: "N362"},
	}
}

func TestDeadLetterEventIsValidForEveryReason(t *testing.T) {
	t.Parallel()
	envelope, data := compiledSchema(t, "cloudevent"), compiledSchema(t, events.TypeEncounterDeadLetter)
	for _, reason := range []events.Reason{
		events.ReasonNotJSON, events.ReasonNotAnEncounter, events.ReasonTooLarge, events.ReasonDeliveryLimit, events.ReasonPanic,
	} {
		letter := events.DeadLetter{Reason: reason, Error: "decode encounter"}
		event := events.Event{ID: "x", Source: "claimscrub", Type: events.TypeEncounterDeadLetter}.AppendDeadLetter(nil, letter)
		if err := schemaError(t, envelope, event); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
		_, inner, ok := strings.Cut(string(event), `"data":`)
		if !ok {
			t.Fatalf("%s: no data in %s", reason, event)
		}
		if err := schemaError(t, data, []byte(strings.TrimSuffix(inner, "}"))); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
	}
}
