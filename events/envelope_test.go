package events_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"claimscrub/events"
)

func binaryHeader() map[string]string {
	return map[string]string{
		"ce-specversion": "1.0", "ce-id": "evt-1", "ce-source": "/emr/north", "ce-type": "encounter.completed",
		"ce-time": "2026-03-02T23:30:00-05:00", "ce-datacontenttype": "application/json", "ce-correlationid": "corr-1",
		"ce-traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
}

// structuredEvent is the same event in structured mode; change may alter its members.
func structuredEvent(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	event := map[string]any{"data": json.RawMessage(typicalEncounter(t))}
	for name, value := range binaryHeader() {
		event[strings.TrimPrefix(name, "ce-")] = value
	}
	if change != nil {
		change(event)
	}
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAllModesGiveTheSameEncounter(t *testing.T) {
	t.Parallel()
	data := typicalEncounter(t)
	envelope := events.Envelope{
		ID: "evt-1", Source: "/emr/north", Type: "encounter.completed", CorrelationID: "corr-1",
		TraceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
	shouting := map[string]string{}
	for name, value := range binaryHeader() {
		shouting[strings.ToUpper(name)] = value
	}
	encoded := maps.Clone(binaryHeader())
	encoded["ce-source"] = "%2Femr%2fnorth"
	encoded["ce-id"] = "%65vt-1"
	inBase64 := structuredEvent(t, func(event map[string]any) {
		delete(event, "data")
		event["data_base64"] = base64.StdEncoding.EncodeToString(data)
	})
	tests := []struct {
		name     string
		header   map[string]string
		body     []byte
		envelope bool
	}{
		{"bare", nil, data, false},
		{"bare with a content type", map[string]string{"content-type": "application/json"}, data, false},
		{"bare with the broker's headers", map[string]string{"Nats-Msg-Id": "1", "ce-": "x"}, data, false},
		{"binary", binaryHeader(), data, true},
		{"binary in capitals", shouting, data, true},
		{"binary percent-encoded", encoded, data, true},
		{"structured by content type", map[string]string{"Content-Type": "application/cloudevents+json; charset=utf-8"}, structuredEvent(t, nil), true},
		{"structured by its members", nil, structuredEvent(t, nil), true},
		{"structured beside headers", merge(map[string]string{"content-type": events.ContentType}, map[string]string{"ce-id": "other", "ce-type": "other"}), structuredEvent(t, nil), true},
		{"structured with a member written in escapes", nil, bytes.Replace(structuredEvent(t, nil), []byte(`"specversion"`), []byte(`"\u0073pecversion"`), 1), true},
		{"data in base64", nil, inBase64, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in, err := events.ReadEncounter(test.header, test.body, 0)
			if err != nil || len(in.Violations) > 0 {
				t.Fatal(err, in.Violations)
			}
			if !bytes.Equal(in.Data, data) {
				t.Errorf("data is not what was sent: %s", in.Data)
			}
			bare, err := events.DecodeEncounter(data, 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(bare.Encounter, in.Encounter); diff != "" {
				t.Errorf("encounter differs from that of the bare data:\n%s", diff)
			}
			want, day := events.Envelope{}, ""
			if test.envelope {
				want, day = envelope, "2026-03-02" // in UTC it is the third already
				want.Time = time.Date(2026, 3, 3, 4, 30, 0, 0, time.UTC)
			}
			if diff := cmp.Diff(want, in.Envelope); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
			if in.Envelope.AsOf() != day {
				t.Errorf("as of %q, want %q", in.Envelope.AsOf(), day)
			}
		})
	}
}

func merge(a, b map[string]string) map[string]string {
	maps.Copy(a, b)
	return a
}

func TestHeadersThatDifferInCaseAloneAreReadAlikeEveryTime(t *testing.T) {
	t.Parallel()
	body := typicalEncounter(t)
	for name, twice := range map[string]map[string]string{
		"attributes":   {"CE-ID": "evt-2", "Ce-Time": "2026-03-01T08:00:00Z"},
		"content type": {"content-type": "application/json", "Content-Type": "application/cloudevents+json"},
	} {
		header := binaryHeader()
		maps.Copy(header, twice)
		first, firstErr := events.ReadEncounter(header, body, 0)
		for range 50 { // as often as a map may be walked in another order
			if again, err := events.ReadEncounter(header, body, 0); again.Envelope != first.Envelope || (err == nil) != (firstErr == nil) {
				t.Fatalf("%s: %+v, error %v; before %+v, error %v", name, again.Envelope, err, first.Envelope, firstErr)
			}
		}
	}
}

func TestEnvelopeViolationsComeBesideThoseOfTheData(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		attribute  string
		value      any // nil: left out
		want       string
		structured bool // structured mode alone can say it
	}{
		{"no id", "id", nil, "envelope id: expected a value", false},
		{"no source", "source", nil, "envelope source: expected a value", false},
		{"time is no timestamp", "time", "yesterday", "envelope time: expected a timestamp (RFC 3339), got a string of 9 characters", false},
		{"time without an offset", "time", "2026-03-02T10:00:00", "envelope time: expected a timestamp (RFC 3339), got a string of 19 characters", false},
		{"other media type", "datacontenttype", "text/xml", "envelope datacontenttype: expected a JSON media type, got a string of 8 characters", false},
		{"id too long", "id", strings.Repeat("x", 1025), "envelope id: expected 1 to 1024 characters, got a string of 1025 characters", false},
		{"control character", "correlationid", "a\r\nNats-Msg-Id: 1", "envelope correlationid: expected", false},
		{"id is a number", "id", 7, "envelope id: expected a string, got number", true},
		{"null", "time", json.RawMessage("null"), "envelope time: expected a string, got null", true},
	}
	broken := bytes.Replace(typicalEncounter(t), []byte(`"place_of_service":"11"`), []byte(`"place_of_service":11`), 1)
	const ofData = "/place_of_service: expected a string, got number"
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := structuredEvent(t, func(event map[string]any) {
				event["data"] = json.RawMessage(broken)
				if event[test.attribute] = test.value; test.value == nil {
					delete(event, test.attribute)
				}
			})
			in, err := events.ReadEncounter(map[string]string{"content-type": events.ContentType}, body, 0)
			checkViolations(t, in, err, test.want, ofData)
			if test.structured {
				return
			}
			header := binaryHeader()
			if delete(header, "ce-"+test.attribute); test.value != nil {
				header["ce-"+test.attribute] = test.value.(string)
			}
			in, err = events.ReadEncounter(header, broken, 0)
			checkViolations(t, in, err, test.want, ofData)
		})
	}
}

func checkViolations(t *testing.T, in events.Input, err error, want ...string) {
	t.Helper()
	if err != nil || len(in.Violations) != len(want) {
		t.Fatalf("got %v %v, want %d violations", err, in.Violations, len(want))
	}
	for i, v := range in.Violations {
		if !strings.HasPrefix(v.String(), want[i]) {
			t.Errorf("got %q, want %q", v, want[i])
		}
	}
	if in.Encounter.EncounterID != "ENC-FULL-1" {
		t.Errorf("encounter id is %q", in.Encounter.EncounterID)
	}
}

func TestDuplicateAttributesAreViolations(t *testing.T) {
	t.Parallel()
	body := bytes.Replace(structuredEvent(t, nil), []byte(`{`), []byte(`{"id":"other","jane_doe":1,"jane_doe":2,`), 1)
	in, err := events.ReadEncounter(nil, body, 0)
	checkViolations(t, in, err, "envelope extension: expected each key once", "envelope id: expected each key once")
}

func TestEnvelopeOfAnotherEventIsUnreadable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		mode  string // binary, structured or both
		alter func(map[string]any)
		where string
	}{
		{"another type", "both", func(e map[string]any) { e["type"] = "claim.ready" }, "envelope type"},
		{"another version", "both", func(e map[string]any) { e["specversion"] = "0.3" }, "envelope specversion"},
		{"no data", "structured", func(e map[string]any) { delete(e, "data") }, "envelope data"},
		{"data twice", "structured", func(e map[string]any) { e["data_base64"] = "e30=" }, "envelope data"},
		{"no base64", "structured", func(e map[string]any) { delete(e, "data"); e["data_base64"] = "!" }, "envelope data_base64"},
		{"data is a string", "structured", func(e map[string]any) { e["data"] = "<xml/>" }, ""},
		{"data is null", "structured", func(e map[string]any) { e["data"] = nil }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var attributes map[string]any
			body := structuredEvent(t, func(event map[string]any) {
				test.alter(event)
				attributes = event
			})
			_, err := events.ReadEncounter(map[string]string{"content-type": events.ContentType}, body, 0)
			checkUnreadable(t, err, events.ReasonNotAnEncounter, test.where)
			if test.mode != "both" {
				return
			}
			header := map[string]string{}
			for name, value := range attributes {
				if name != "data" {
					header["ce-"+name] = fmt.Sprint(value)
				}
			}
			_, err = events.ReadEncounter(header, typicalEncounter(t), 0)
			checkUnreadable(t, err, events.ReasonNotAnEncounter, test.where)
		})
	}
}

func checkUnreadable(t *testing.T, err error, reason events.Reason, where string) {
	t.Helper()
	var unreadable *events.Unreadable
	if !errors.As(err, &unreadable) {
		t.Fatalf("got %v, want an Unreadable", err)
	}
	if unreadable.Reason != reason || unreadable.Where != where {
		t.Errorf("got %s at %q, want %s at %q: %v", unreadable.Reason, unreadable.Where, reason, where, err)
	}
}

// TestMembersOfAnEventInBareDataAreUnknownFields: an encounter may have fields that we do not know.
func TestMembersOfAnEventInBareDataAreUnknownFields(t *testing.T) {
	t.Parallel()
	body := bytes.Replace(typicalEncounter(t), []byte(`{`), []byte(`{"specversion":"7","type":"visit","id":3,`), 1)
	in, err := events.ReadEncounter(nil, body, 0)
	if err != nil || len(in.Violations) > 0 || in.Envelope != (events.Envelope{}) {
		t.Errorf("got %v %v %+v", err, in.Violations, in.Envelope)
	}
}

func TestMalformedTraceParentIsDropped(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"x", strings.Repeat("0", 55), "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "\r\n"} {
		header := binaryHeader()
		header["ce-traceparent"] = value
		in, err := events.ReadEncounter(header, typicalEncounter(t), 0)
		if err != nil || in.Envelope.TraceParent != "" {
			t.Errorf("%q: got %q, %v", value, in.Envelope.TraceParent, err)
		}
	}
}

func TestOutcomeIDDependsOnEncounterRevisionAndDataAlone(t *testing.T) {
	t.Parallel()
	data := typicalEncounter(t)
	id := events.OutcomeID("ENC-FULL-1", 2, data)
	// Written down once: the same input must have the same id for ever.
	if got, want := events.OutcomeID("E-1", 1, []byte("{}")), "ae236ea6-e2c2-55d3-83cd-488eeb8787bc"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if version := uuid.MustParse(id).Version(); version != 5 {
		t.Errorf("version is %d, want 5", version)
	}
	for name, other := range map[string]string{
		"other encounter":      events.OutcomeID("ENC-FULL-2", 2, data),
		"other revision":       events.OutcomeID("ENC-FULL-1", 3, data),
		"other data":           events.OutcomeID("ENC-FULL-1", 2, append(bytes.Clone(data), ' ')),
		"digits moved to id":   events.OutcomeID("ENC-FULL-12", 2, data),
		"length moved into id": events.OutcomeID("", 2, data),
		"revision moved to id": events.OutcomeID("ENC-FULL-1\x00\x00\x00\x00\x00\x00\x00\x02", 2, data),
	} {
		if other == id {
			t.Errorf("%s gives the same id", name)
		}
	}
	fromEnvelope, err := events.ReadEncounter(binaryHeader(), data, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := fromEnvelope.Outcome(events.TypeClaimRejected, "elsewhere").ID; got != id {
		t.Errorf("an envelope changes the id to %s", got)
	}
}

func TestPartitionKeyHidesThePatient(t *testing.T) {
	t.Parallel()
	if got := events.PartitionKey("PT-1001"); len(got) != 32 || strings.Contains(got, "1001") {
		t.Errorf("got %q", got)
	}
	if events.PartitionKey("PT-1001") == events.PartitionKey("PT-1002") || events.PartitionKey("") != "" {
		t.Error("two patients share a key, or nobody has one")
	}
}

func TestTheTimeOfAnEventIsATimestampOfRFC3339(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-03-02t23:30:00z":           "2026-03-02T23:30:00Z",
		"2026-03-02T23:30:00.25-05:00":   "2026-03-02T23:30:00.25-05:00",
		"2026-03-02T23:30:00+23:59":      "2026-03-02T23:30:00+23:59",
		"2026-03-02T23:30:00+24:00":      "",
		"2026-03-02T23:30:00+05:60":      "",
		"2026-03-02T23:30:00,25Z":        "",
		"2026-03-02T3:30:00Z":            "",
		"2026-03-02T23:30:00+0500":       "",
		"2026-03-02T23:30:00Z and later": "",
	} {
		header := binaryHeader()
		header["ce-time"] = text
		inBinary, err := events.ReadEncounter(header, typicalEncounter(t), 0)
		if err != nil {
			t.Fatal(err)
		}
		inStructured, err := events.ReadEncounter(nil, structuredEvent(t, func(event map[string]any) { event["time"] = text }), 0)
		if err != nil {
			t.Fatal(err)
		}
		for mode, in := range map[string]events.Input{"binary": inBinary, "structured": inStructured} {
			got := ""
			if len(in.Violations) == 0 {
				got = in.Envelope.Time.Format(time.RFC3339Nano)
			}
			if got != want {
				t.Errorf("%s %q: got %q, want %q", mode, text, got, want)
			}
		}
	}
}
