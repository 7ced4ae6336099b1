package events_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"claimscrub/events"
)

const named = `"encounter_id":"E-1","revision":1,`

// field puts members in front of those of the typical encounter.
func withMembers(tb testing.TB, members string) string {
	return "{" + members + string(typicalEncounter(tb)[1:])
}

// event is data as an event in structured mode.
func event(data string) string {
	return `{"specversion":"1.0","type":"encounter.completed","data":` + data + `,"source":"/emr","id":"1"}`
}

// TestHostileInputsAreRefusedInBoundedTimeAndMemory is the table of issue 5: inputs tried, outcome. It is
// not parallel, since it measures what the process allocates.
func TestHostileInputsAreRefusedInBoundedTimeAndMemory(t *testing.T) {
	wide := func(unit string, bytes int) string { return strings.Repeat(unit, bytes/len(unit)) }
	charge := `{"line":1,"code":"97140","units":1,"charge_cents":1,"diagnosis_pointers":[1]},`
	manyKeys := &strings.Builder{}
	for i := range 60_000 {
		fmt.Fprintf(manyKeys, `"key_%d":0,`, i)
	}
	tests := []struct {
		name string
		body string
		want string // a reason, or the text of the first violation
	}{
		{"empty", "", "not_json: byte 0: expected JSON, got the end of the input"},
		{"white space", " \n\t ", "not_json: byte 4: expected JSON, got the end of the input"},
		{"not JSON", "hello", "not_json: byte 0: expected JSON"},
		{"NUL bytes", "\x00\x00", "not_json: byte 0: expected JSON"},
		{"byte order mark", "\ufeff{}", "not_json: byte 0: expected JSON without a byte order mark"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "not_json: byte 0: expected JSON"},
		{"cut off", withMembers(t, "")[:500], "not_json: byte 500: expected JSON, got the end of the input"},
		{"trailing data", withMembers(t, "") + "{}", "not_json: byte 2194: expected one JSON object, got more text after it"},
		{"trailing comma", `{` + named + `}`, "not_json: byte 35: expected JSON"},
		{"comment", `{/**/}`, "not_json: byte 1: expected JSON"},
		{"single quotes", `{'encounter_id':'x'}`, "not_json: byte 1: expected JSON"},
		{"NaN", `{` + named + `"x":NaN}`, "not_json: byte 39: expected JSON"},
		{"leading zero", `{` + named + `"x":01}`, "not_json: byte 40: expected JSON"},
		{"invalid UTF-8", "{" + named + "\"x\":\"\xff\"}", "not_json: byte 40: expected UTF-8"},
		{"overlong UTF-8", "{" + named + "\"x\":\"\xc0\xaf\"}", "not_json: byte 40: expected UTF-8"},
		{"invalid UTF-8 in a key", "{" + named + "\"\xed\xa0\x80\":1}", "not_json: byte 36: expected UTF-8"},
		{"lone surrogate", `{` + named + `"x":"\ud800"}`, "not_json: byte 40: expected a pair of surrogate escapes"},
		{"raw control character", "{" + named + "\"x\":\"a\nb\"}", "not_json: byte 41: expected JSON"},
		{"an array", `[` + withMembers(t, "") + `]`, "not_an_encounter: expected an object, got array"},
		{"a string", `"encounter"`, "not_an_encounter: expected an object, got string"},
		{"null", `null`, "not_an_encounter: expected an object, got null"},
		{"empty object", `{}`, "not_an_encounter: /encounter_id: expected a value, the field is required, got none"},
		{"no revision", `{"encounter_id":"E-1"}`, "not_an_encounter: /revision: expected a value, the field is required, got none"},
		{"encounter id twice", withMembers(t, `"encounter_id":"E-1",`), "not_an_encounter: /encounter_id: expected each key once in an object, got this key again"},
		{"revision twice, one in escapes", withMembers(t, `"\u0072evision":1,`), "not_an_encounter: /revision: expected each key once in an object, got this key again"},
		{"revision 0", `{"encounter_id":"E-1","revision":0}`, "not_an_encounter: /revision: expected 1 to 9007199254740991, got 0"},
		{"revision 1e999", `{"encounter_id":"E-1","revision":1e999}`, "not_an_encounter: /revision: expected 1 to 9007199254740991, got a number beyond 64 bits"},
		{"exponent of a megabyte", `{"encounter_id":"E-1","revision":1e` + wide("9", 1_000_000) + `}`, "not_an_encounter: /revision: expected 1 to 9007199254740991, got a number beyond 64 bits"},
		{"digits of a megabyte", `{"encounter_id":"E-1","revision":1.` + wide("0", 1_000_000) + `1}`, "not_an_encounter: /revision: expected an integer, got a number with a fraction"},
		{"id with a line break", `{"encounter_id":"a\r\nNats-Msg-Id: x","revision":1}`, "not_an_encounter: /encounter_id: expected a string without control characters"},
		{"nested 64 deep", withMembers(t, `"x":`+strings.Repeat(`[`, 63)+strings.Repeat(`]`, 63)+`,`), ""},
		{"nested 65 deep", withMembers(t, `"x":`+strings.Repeat(`[`, 64)+strings.Repeat(`]`, 64)+`,`), "not_json: byte 69: expected at most 64 nested objects and arrays"},
		{"nested 9,000 deep in a field", withMembers(t, `"x":`+strings.Repeat(`{"a":`, 9_000)+`1`+strings.Repeat(`}`, 9_000)+`,`), "not_json: byte 321: expected at most 64 nested objects and arrays"},
		{"data of an event nested 64 deep", event(withMembers(t, `"x":`+strings.Repeat(`[`, 63)+strings.Repeat(`]`, 63)+`,`)), ""},
		{"data of an event nested 65 deep", event(withMembers(t, `"x":`+strings.Repeat(`[`, 64)+strings.Repeat(`]`, 64)+`,`)), "not_json: byte 69: expected at most 64 nested objects and arrays"},
		{"data of an event nested 65 deep, then cut off", strings.TrimSuffix(event(withMembers(t, `"x":`+strings.Repeat(`[`, 64)+strings.Repeat(`]`, 64)+`,`)), "}"), "not_json: byte 2409: expected JSON, got the end of the input"},
		{"attribute of an event nested 65 deep", strings.Replace(event(withMembers(t, "")), `"source"`, `"x":`+strings.Repeat(`[`, 64)+strings.Repeat(`]`, 64)+`,"source"`, 1), "not_json: byte 2320: expected at most 64 nested objects and arrays"},
		{"data of an event is a list", event("[1,2]"), "not_an_encounter: expected an object, got array"},
		{"nested a megabyte deep", wide("[", 1_000_000), "not_json: byte 10000: expected JSON"},
		{"nested a megabyte of objects deep", wide(`{"a":`, 1_000_000), "not_json: byte 50000: expected JSON"},
		{"10,000 charges", `{` + named + `"charges":[` + strings.TrimSuffix(strings.Repeat(charge, 10_000), ",") + `]}`, "/charges: expected at most 100 items, got 10000 items"},
		{"a million charges", `{` + named + `"charges":[` + wide("0,", 1_000_000) + `0]}`, "/charges/0: expected an object, got number"},
		{"a megabyte of text", withMembers(t, `"accident_state":"`+wide("x", 1_000_000)+`",`), "/accident_state: expected 2 capital letters, got a string of 1000000 characters"},
		{"a megabyte of escapes", withMembers(t, `"accident_state":"`+wide(`\u0000`, 999_996)+`",`), "/accident_state: expected a string without control characters, got a string of 166666 characters"},
		{"a megabyte of key", withMembers(t, `"`+wide("x", 1_000_000)+`":1,`), ""},
		{"one key a hundred thousand times", withMembers(t, wide(`"x":0,`, 900_000)), "/x: expected each key once in an object, got this key again"},
		{"sixty thousand keys", withMembers(t, manyKeys.String()), ""},
		{"duplicate keys at the deepest place", withMembers(t, strings.Repeat(`"`+strings.Repeat("k", 40)+`":{`, 62)+`"d":0`+wide(`,"d":0`, 900_000)+strings.Repeat("}", 62)+","), "/" + strings.Repeat(strings.Repeat("k", 40)+"/", 62) + "d: expected each key once in an object"},
		{"64 MiB", wide("[", 64<<20), "too_large: expected at most 1048576 bytes, got 67108864 bytes"},
		{"one byte over the limit", `{` + wide(" ", 1<<20), "too_large: expected at most 1048576 bytes, got 1048577 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			in, err := events.ReadEncounter(nil, []byte(test.body), 0)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if allocated := after.TotalAlloc - before.TotalAlloc - uint64(len(test.body)); allocated > 64<<20 {
				t.Errorf("allocated %d bytes for %d", allocated, len(test.body))
			}
			if took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			got := ""
			switch {
			case err != nil:
				got = strings.TrimPrefix(err.Error(), "decode encounter: ")
			case len(in.Violations) > 0:
				got = in.Violations[0].String()
			}
			if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got  %.200q\nwant %.200q", got, test.want)
			}
			if len(in.Violations) > events.MaxViolations {
				t.Errorf("%d violations kept", len(in.Violations))
			}
		})
	}
}

func TestViolationsBeyondTheCapAreCounted(t *testing.T) {
	t.Parallel()
	body := []byte(withMembers(t, strings.Repeat(`"x":0,`, 2_001)))
	d, err := events.DecodeEncounter(body, 0)
	if err != nil || len(d.Violations) != events.MaxViolations || d.Omitted != 2_000-events.MaxViolations {
		t.Errorf("got %v, %d violations and %d omitted", err, len(d.Violations), d.Omitted)
	}
	in, err := events.ReadEncounter(map[string]string{"ce-id": "1"}, body, 0)
	if err != nil || len(in.Violations) != events.MaxViolations || in.Omitted != 2_000+3-events.MaxViolations {
		t.Errorf("with an envelope: got %v, %d violations and %d omitted", err, len(in.Violations), in.Omitted)
	}
	// What names the encounter is found wherever it stands.
	late := []byte(`{` + strings.Repeat(`"x":0,`, 2_001) + `"encounter_id":7,"revision":1}`)
	_, err = events.DecodeEncounter(late, 0)
	checkUnreadable(t, err, events.ReasonNotAnEncounter, "/encounter_id")
}

func TestLimitIsTheCallers(t *testing.T) {
	t.Parallel()
	body := typicalEncounter(t)
	if _, err := events.ReadEncounter(nil, body, len(body)); err != nil {
		t.Errorf("a body of the limit: %v", err)
	}
	_, err := events.ReadEncounter(nil, body, len(body)-1)
	checkUnreadable(t, err, events.ReasonTooLarge, "")
	_, err = events.DecodeEncounter(body, len(body)-1)
	checkUnreadable(t, err, events.ReasonTooLarge, "")
}

// TestNothingSaysWhatThePatientIs puts sentinels everywhere they could be and searches what the reader says.
func TestNothingSaysWhatThePatientIs(t *testing.T) {
	t.Parallel()
	sentinels := []string{"SENTINELID", "SENTINEL-MEMBER", "1911-11-11", "Sentinel Doe", "911911911"}
	check := func(body []byte) {
		in, err := events.ReadEncounter(nil, body, 0)
		said := fmt.Sprint(err, in.Violations)
		for _, sentinel := range sentinels {
			if strings.Contains(said, sentinel) {
				t.Errorf("%q is in %s\nfor %s", sentinel, said, body)
			}
		}
	}
	base := strings.NewReplacer(
		`"PT-1001"`, `"SENTINELID"`, `"1EG4TE5MK73"`, `"SENTINEL-MEMBER"`, `"1980-02-29"`, `"1911-11-11"`,
	)
	full := []byte(base.Replace(string(typicalEncounter(t))))
	mutate(t, full, func(_ string, text []byte) { check(text) })
	for _, sentinel := range sentinels {
		text := func(s string) []byte { return []byte(s) }
		keyed := `"` + sentinel + `":{"x":1,"x":2},"` + sentinel + `":3`
		check(text(strings.Replace(string(full), "{", "{"+keyed+",", 1)))
		check(text(strings.Replace(string(full), `"sex"`, keyed+`,"sex"`, 1)))
		check(text(strings.Replace(string(full), `"sex":"F"`, `"sex":"`+sentinel+`"`, 1)))
		check(text(strings.Replace(string(full), `"revision":2`, `"revision":"`+sentinel+`"`, 1)))
		check(text(strings.Replace(string(full), `"sex":"F"`, `"sex":"`+sentinel, 1)))
		check(text(`{"specversion":"1.0","type":"` + sentinel + `","data":{}}`))
		check(text(`{"specversion":"1.0","type":"encounter.completed","time":"` + sentinel + `",` + keyed + `,"data":` + string(full) + `}`))
	}
	for _, field := range []string{`"units":2`, `"minutes":23`, `"line":1`, `"revision":2`, `"charge_cents":9000`} {
		check([]byte(strings.Replace(string(full), field, field+"911911911911", 1)))
		check([]byte(strings.Replace(string(full), field, field[:strings.Index(field, ":")+1]+"-911911911", 1)))
	}
	var unreadable *events.Unreadable
	if _, err := events.DecodeEncounter([]byte(`{"a":Sentinel}`), 0); !errors.As(err, &unreadable) || strings.Contains(err.Error(), "Sentinel") {
		t.Errorf("a syntax error quotes the input: %v", err)
	}
}
