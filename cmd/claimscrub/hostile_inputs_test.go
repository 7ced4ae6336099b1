package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"claimscrub/events"
)

// hostileInput is one input and the message headers it comes with through a broker.
type hostileInput struct {
	name   string
	header map[string]string
	body   []byte
}

func hostileInputs(t *testing.T) []hostileInput {
	t.Helper()
	good, id := goodEncounter(t)
	n := 0
	// with puts members in front of those of a good encounter, under an id of its own.
	with := func(members string) []byte {
		n++
		body := bytes.Replace(good, []byte(id), fmt.Appendf(nil, "H-%03d", n), 1)
		return append([]byte("{"+members), bytes.TrimSpace(body)[1:]...)
	}
	wide := func(unit string, bytes int) string { return strings.Repeat(unit, bytes/len(unit)) }
	charge := `{"line":1,"code":"97140","units":1,"charge_cents":1,"diagnosis_pointers":[1]}`
	event := func(attributes string, data []byte) []byte {
		return fmt.Appendf(nil, `{"specversion":"1.0","id":"1","source":"emr",%s"data":%s}`, attributes, data)
	}
	structured := map[string]string{"content-type": "application/cloudevents+json"}
	charged := func(charges string) []byte {
		var e map[string]json.RawMessage
		if err := json.Unmarshal(with(""), &e); err != nil {
			t.Fatal(err)
		}
		e["charges"] = json.RawMessage("[" + charges + "]")
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	line := func(units, cents string) []byte {
		return charged(strings.Replace(strings.Replace(charge, `"units":1`, `"units":`+units, 1), `"charge_cents":1`, `"charge_cents":`+cents, 1))
	}
	in := []hostileInput{
		{"nothing", nil, nil},
		{"NUL bytes", nil, []byte("\x00\x00\x00")},
		{"a NUL byte in a text", nil, with("\"x\":\"a\x00b\",")},
		{"an escaped NUL in a text that is read", nil, with(`"accident_state":"\u0000\u0000",`)},
		{"invalid UTF-8 in a text", nil, with("\"x\":\"\xff\xfe\",")},
		{"invalid UTF-8 in a key", nil, with("\"\xed\xa0\x80\":1,")},
		{"half a surrogate pair", nil, with(`"x":"\ud800",`)},
		{"UTF-16", nil, []byte("\xff\xfe{\x00}\x00")},
		{"a byte order mark", nil, append([]byte("\ufeff"), good...)},
		{"cut off in the middle", nil, good[:len(good)/2]},
		{"two encounters in one message", nil, append(append([]byte(nil), good...), good...)},
		{"encounter id twice", nil, with(`"encounter_id":"X",`)},
		{"a key twice, once in escapes", nil, with(`"\u0072evision":7,`)},
		{"an unknown key a hundred thousand times", nil, with(wide(`"x":0,`, 600_000))},
		{"sixty thousand unknown keys", nil, with(manyKeys(60_000))},
		{"nested 65 deep in an unknown field", nil, with(`"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + ",")},
		{"objects nested 100,000 deep", nil, []byte(wide(`{"a":`, 500_000))},
		{"arrays nested half a million deep, in an object", nil, []byte(`{"a":` + wide("[", 500_000))},
		{"10,000 charges", nil, charged(strings.Repeat(charge+",", 9_999) + charge)},
		{"a quarter of a million charges that are numbers", nil, charged(strings.Repeat("0,", 249_999) + "0")},
		{"units of 10^999", nil, line("1e999", "1")},
		{"units of a million digits", nil, line(wide("9", 1_000_000), "1")},
		{"a charge below what 64 bits hold", nil, line("1", "-9223372036854775809")},
		{"a fraction of a unit", nil, line("1.5", "1")},
		{"a revision below 1", nil, []byte(`{"encounter_id":"H-000","revision":0}`)},
		{"a text of a megabyte", nil, with(`"accident_state":"` + wide("x", 1_000_000) + `",`)},
		{"a header in the encounter id", nil, []byte(`{"encounter_id":"a\r\nNats-Msg-Id: x","revision":1}`)},
		{"a header in the event's correlation id", structured, event(`"type":"encounter.completed","correlationid":"a\r\nNats-Msg-Id: x",`, with(""))},
		{"an event that says it is an outcome", structured, event(`"type":"claim.ready",`, with(""))},
		{"an event of another version", structured, bytes.Replace(event(`"type":"encounter.completed",`, with("")), []byte(`"1.0"`), []byte(`"9.0"`), 1)},
		{"an event whose data is a text", structured, event(`"type":"encounter.completed",`, []byte(`"`+wide("x", 1000)+`"`))},
		{"an event in an event", structured, event(`"type":"encounter.completed",`, event(`"type":"encounter.completed",`, with("")))},
		{"an event whose data is base64", structured, []byte(`{"specversion":"1.0","id":"1","source":"emr","type":"encounter.completed","data_base64":"e30="}`)},
		{"bare data that says it is an event", structured, with("")},
		{"headers of an event that say it is an outcome", map[string]string{"ce-specversion": "1.0", "ce-id": "1", "ce-source": "emr", "ce-type": "claim.ready"}, with("")},
		{"headers of half an event", map[string]string{"ce-id": "1"}, with("")},
		{"one byte over the limit of an input", nil, []byte(wide(" ", events.MaxBody) + "{")},
		{"5 MiB", nil, with(`"x":"` + wide("x", 5<<20) + `",`)},
		{"64 MiB", nil, with(`"x":"` + wide("x", 64<<20) + `",`)},
		{"64 MiB of brackets, in an object", nil, []byte(`{"a":` + wide("[", 64<<20))},
	}
	return in
}

// goodEncounter is one that is ready, of a file of its own: the table quotes its size.
func goodEncounter(t *testing.T) (body []byte, id string) {
	t.Helper()
	body, err := os.ReadFile("testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	return body, "GOOD-0000"
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"k%d":0,`, i)
	}
	return b.String()
}
