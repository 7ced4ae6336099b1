package events_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"claimscrub/events"
)

// seeds adds encounters, good and broken ones, to the corpus.
func seeds(f *testing.F, add func([]byte)) {
	f.Helper()
	full, err := os.ReadFile("testdata/full.json")
	if err != nil {
		f.Fatal(err)
	}
	add(full)
	for _, text := range []string{
		"", "{}", "[]", "null", `{"encounter_id":"E","revision":1}`, `{"encounter_id":"E","revision":1,"revision":2}`,
		`{"encounter_id":"E","revision":1.0e0,"patient":{"id":"\u00e9"},"x":{"a":[{"b":1,"\u0062":2}]}}`,
		`{"encounter_id":"E","revision":1,"charges":[{"units":-0,"charge_cents":1e-1}],"services":[null,{"minutes":1441}]}`,
		`{"specversion":"1.0","type":"encounter.completed","id":"1","source":"s","data":{"encounter_id":"E","revision":1}}`,
		`{"specversion":"1.0","type":"encounter.completed","data_base64":"e30="}`,
		"\ufeff{}", `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"encounter_id":"\u0000","revision":1e999}`, strings.Repeat("[", 100),
	} {
		add([]byte(text))
	}
}

// FuzzDecodeEncounter: what decodes without a violation is valid by the schema, and is the same after it
// was written and read again; what does not is invalid or has a duplicate key.
func FuzzDecodeEncounter(f *testing.F) {
	seeds(f, func(text []byte) { f.Add(text) })
	schema := compiledSchema(f, events.TypeEncounterCompleted)
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := events.DecodeEncounter(text, 0)
		unreadable := (*events.Unreadable)(nil)
		if err != nil && !errors.As(err, &unreadable) {
			t.Fatalf("the error is a %T", err)
		}
		if err != nil && (unreadable.Reason == events.ReasonNotJSON) != !isIJSON(text) {
			t.Fatalf("jsontext and the decoder differ on whether this is JSON: %v", err)
		}
		if err == nil && len(d.Violations) == 0 {
			again, err := json.Marshal(d.Encounter)
			if err != nil {
				t.Fatal(err)
			}
			second, err := events.DecodeEncounter(again, 1<<30)
			if err != nil || len(second.Violations) > 0 {
				t.Fatalf("%v %v after a round trip: %s", err, second.Violations, again)
			}
			if diff := cmp.Diff(d.Encounter, second.Encounter); diff != "" {
				t.Fatalf("changed by a round trip:\n%s", diff)
			}
		}
		if err != nil && unreadable.Reason != events.ReasonNotAnEncounter || !cheap(text) || duplicates(d, unreadable) {
			return
		}
		if invalid := schemaError(t, schema, text); (invalid == nil) != (err == nil && len(d.Violations) == 0) {
			t.Fatalf("schema says %v, decoder says %v %v", invalid, err, d.Violations)
		}
	})
}

// isIJSON tells whether text is JSON as the decoder reads it, by the library alone.
func isIJSON(text []byte) bool {
	if !jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)) {
		return false
	}
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest <= events.MaxDepth
}

// cheap tells whether the schema's library can be asked: it turns 1e999999999 into that many digits.
func cheap(text []byte) bool {
	dec := stdjson.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return true
		}
		if number, ok := token.(stdjson.Number); ok {
			if _, exponent, ok := strings.Cut(strings.ToLower(number.String()), "e"); ok && len(exponent) > 4 {
				return false
			}
		}
	}
}

func duplicates(d events.Decoded, unreadable *events.Unreadable) bool {
	for _, v := range d.Violations {
		if v.Kind == events.DuplicateKey {
			return true
		}
	}
	return d.Omitted > 0 || unreadable != nil && strings.HasPrefix(unreadable.Expected, "each key once")
}

// FuzzReadEncounter: no input makes the reader panic, and the data it finds decodes to the same when it
// is sent alone.
func FuzzReadEncounter(f *testing.F) {
	seeds(f, func(text []byte) {
		f.Add("", "", text)
		f.Add("content-type", "application/cloudevents+json", text)
		f.Add("ce-type", "encounter.completed", text)
		f.Add("CE-Time", "2026-03-02T10:00:00%2B01:00", text)
	})
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		in, err := events.ReadEncounter(map[string]string{name: value}, body, 0)
		if err != nil {
			return
		}
		alone, err := events.DecodeEncounter(in.Data, 0)
		if err != nil {
			t.Fatalf("the data alone: %v", err)
		}
		if diff := cmp.Diff(alone.Encounter, in.Encounter); diff != "" {
			t.Fatalf("the data alone is another encounter:\n%s", diff)
		}
		if len(in.Violations) < len(alone.Violations) {
			t.Fatalf("%d violations, %d in the data alone", len(in.Violations), len(alone.Violations))
		}
		if !bytes.Contains(body, in.Data) && !bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString(in.Data))) && !bytes.Contains(body, []byte(`\`)) {
			t.Fatalf("data that was not sent: %s", in.Data)
		}
		event, err := in.Outcome(events.TypeClaimReady, "claimscrub").AppendOutcome(nil, &events.Outcome{})
		if err != nil || !jsontext.Value(event).IsValid() {
			t.Fatalf("the outcome is no JSON: %v %s", err, event)
		}
	})
}

// TestIntegersAreReadExactly compares with arbitrary precision, by way of a field that takes them.
func TestIntegersAreReadExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		d, err := events.DecodeEncounter([]byte(`{"encounter_id":"E","revision":1,"charges":[{"charge_cents":`+number+`}]}`), 0)
		if err != nil {
			t.Fatal(err)
		}
		exact, _ := new(big.Rat).SetString(number)
		bound := big.NewRat(999_999_999_999, 1)
		within := exact.IsInt() && new(big.Rat).Abs(exact).Cmp(bound) <= 0
		kind := events.ViolationKind("")
		for _, v := range d.Violations {
			if v.Pointer == "/charges/0/charge_cents" {
				kind = v.Kind
			}
		}
		switch {
		case !exact.IsInt() && kind != events.WrongType, exact.IsInt() && !within && kind != events.OutOfRange:
			t.Fatalf("%s gives %q", number, kind)
		case within && (kind != "" || exact.Num().Int64() != d.Encounter.Charges[0].ChargeCents):
			t.Fatalf("%s gives %d and %q", number, d.Encounter.Charges[0].ChargeCents, kind)
		}
	})
}
