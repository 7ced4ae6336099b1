package events_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"claimscrub/events"
)

// fill sets every field of v from t, leaving some zero.
func fill(t *rapid.T, v reflect.Value) {
	if !rapid.Bool().Draw(t, "set") && v.Kind() != reflect.Struct {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", `"\`, "\x00\u2028<&>", "7"})).Draw(t, "text"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-1<<53, 1<<53).Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range rapid.IntRange(0, 4).Draw(t, "size") {
			value := reflect.New(v.Type().Elem()).Elem()
			fill(t, value)
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint("key", i)), value)
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf(rapid.SampledFrom([]any{"x", 3, []string{"59", "GP"}, true, map[string]any{"b": 1, "a": 2}}).Draw(t, "any")))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("no way to fill a %s", v.Type())
	}
}

func TestWriterGivesTheBytesOfTheStructTags(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var o events.Outcome
		fill(t, reflect.ValueOf(&o).Elem())
		want, err := json.Marshal(&o, json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.AppendData(nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Fatalf("bytes differ (-library +writer):\n%s", diff)
		}
	})
}

func TestWriterEscapesAtEveryPlaceOfAString(t *testing.T) {
	t.Parallel()
	const plain = "0123456789abcdefghi"
	for c := range rune(0x300) {
		for at := range len(plain) {
			text := plain[:at] + string(c) + plain[at:]
			data, err := (&events.Outcome{Engine: text}).AppendData(nil)
			quoted, _ := jsontext.AppendQuote(nil, text)
			if err != nil || !bytes.HasSuffix(data, append([]byte(`"engine":`), append(quoted, '}')...)) {
				t.Fatalf("%q is written as %s, %v", text, data, err)
			}
		}
	}
}

func TestWriterReplacesBytesThatAreNoUTF8(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"a\xffb", "012345a\x80b"} {
		data, err := (&events.Outcome{Engine: engine}).AppendData(nil)
		if err != nil || !jsontext.Value(data).IsValid() {
			t.Fatalf("got %q, %v; want valid JSON", data, err)
		}
		if !strings.Contains(string(data), "a\ufffdb") {
			t.Fatalf("got %q, want the replacement character", data)
		}
	}
}

func TestWriterReportsAPatchValueThatIsNoJSON(t *testing.T) {
	t.Parallel()
	o := events.Outcome{Findings: []events.Finding{{Fix: &events.Fix{Patch: []events.PatchOp{{Op: "add", Value: make(chan int)}}}}}}
	if _, err := (events.Event{}).AppendOutcome(nil, &o); err == nil {
		t.Fatal("got no error for a channel as the value of a patch")
	}
}

func TestOutcomeEventIsACloudEventWithTheDataInside(t *testing.T) {
	t.Parallel()
	o := typicalOutcome(t)
	e := typicalEvent(t)
	got, err := e.AppendOutcome(nil, o)
	if err != nil {
		t.Fatal(err)
	}
	var event struct {
		SpecVersion, ID, Source, Type, Subject, Time, DataContentType, DataSchema string
		CausationID, CorrelationID, TraceParent, PartitionKey                     string
		Data                                                                      jsontext.Value
	}
	if err := json.Unmarshal(got, &event, json.MatchCaseInsensitiveNames(true), json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if event.SpecVersion != "1.0" || event.Type != events.TypeClaimReady || event.Subject != "ENC-FULL-1" ||
		event.Time != "2026-03-02T18:30:00-05:00" || event.CausationID != "evt-1" || event.CorrelationID != "corr-1" ||
		event.ID != events.OutcomeID("ENC-FULL-1", 2, typicalEncounter(t)) || event.PartitionKey != events.PartitionKey("PT-1001") {
		t.Errorf("context is %+v", event)
	}
	data, err := o.AppendData(nil)
	if err != nil || !bytes.Equal(event.Data, data) {
		t.Errorf("data of the event is not the outcome's: %v", err)
	}
	again, err := typicalEvent(t).AppendOutcome(make([]byte, 0, 64), typicalOutcome(t))
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("the same input gave other bytes: %v", err)
	}
}

func TestTimeIsLeftOutWhenTheInputHadNone(t *testing.T) {
	t.Parallel()
	in, err := events.ReadEncounter(nil, typicalEncounter(t), 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := in.Outcome(events.TypeClaimReady, "claimscrub").AppendOutcome(nil, typicalOutcome(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, attribute := range []string{`"time"`, `"causationid"`, `"correlationid"`, `"traceparent"`} {
		if strings.Contains(string(got), attribute) {
			t.Errorf("event without an envelope in has %s", attribute)
		}
	}
}

func typicalEvent(tb testing.TB) events.Event {
	tb.Helper()
	in, err := events.ReadEncounter(map[string]string{
		"ce-specversion": "1.0", "ce-id": "evt-1", "ce-source": "/emr/north", "ce-type": "encounter.completed",
		"ce-time": "2026-03-02T18:30:00-05:00", "ce-correlationid": "corr-1",
		"ce-traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}, typicalEncounter(tb), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return in.Outcome(events.TypeClaimReady, "claimscrub")
}

// typicalOutcome is a ready claim of two lines with a dozen rules not evaluated.
func typicalOutcome(tb testing.TB) *events.Outcome {
	tb.Helper()
	in, err := events.ReadEncounter(nil, typicalEncounter(tb), 0)
	if err != nil {
		tb.Fatal(err)
	}
	e := in.Encounter
	o := &events.Outcome{
		EncounterID: e.EncounterID, Revision: e.Revision, ServiceDate: e.ServiceDate, AsOf: "2026-03-02",
		Claim: &events.Claim{
			ControlNumber: "ENC-FULL-1-2", TotalCents: 13500, PlaceOfService: e.PlaceOfService, FrequencyCode: "1",
			Patient: e.Patient, Coverage: e.Coverage, BillingProvider: e.BillingProvider, RenderingProvider: e.RenderingProvider,
			ReferringProvider: e.ReferringProvider, Dates: e.Dates, Diagnoses: []string{"M5450", "M9903"},
		},
		Findings: []events.Finding{},
		Editions: map[string]events.Edition{
			"ptp": {Name: "2026q1", Checksum: strings.Repeat("0a", 32)}, "mue": {Name: "2026q1", Checksum: strings.Repeat("1b", 32)},
			"icd10cm": {Name: "2026", Checksum: strings.Repeat("2c", 32)}, "codes": {Name: "2026", Checksum: strings.Repeat("3d", 32)},
		},
		Profile: events.Profile{ID: "medicare_b", Revision: "2026-01-01"}, Engine: "0.1.0",
	}
	for _, c := range e.Charges {
		o.Claim.Lines = append(o.Claim.Lines, events.ClaimLine{
			Line: c.Line, ControlNumber: fmt.Sprint("ENC-FULL-1-2-", c.Line), Code: c.Code, Modifiers: c.Modifiers,
			Units: c.Units, ChargeCents: c.ChargeCents, DiagnosisPointers: c.DiagnosisPointers,
		})
	}
	for i := range 12 {
		o.NotEvaluated = append(o.NotEvaluated, events.NotEvaluated{Rule: fmt.Sprintf("DOC%03d", i), Reason: "documentation_not_sent"})
	}
	return o
}

func BenchmarkAppendOutcome(b *testing.B) {
	e, o := typicalEvent(b), typicalOutcome(b)
	buf, err := e.AppendOutcome(nil, o)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = e.AppendOutcome(buf[:0], o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendOutcomeLibrary is what the JSON library takes for the data alone.
func BenchmarkAppendOutcomeLibrary(b *testing.B) {
	o := typicalOutcome(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(o, json.Deterministic(true)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOutcomeID(b *testing.B) {
	data := typicalEncounter(b)
	b.ReportAllocs()
	for b.Loop() {
		events.OutcomeID("ENC-FULL-1", 2, data)
	}
}
