package handlers

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestDeadLetterKeepsBytesAndNamesItsMessage(t *testing.T) {
	t.Parallel()
	m := Message{Body: []byte("\x00{not json\xff"), Stream: "ENCOUNTERS", Sequence: 42, Received: time.Unix(1, 5)}
	d := DeadLetter(m, ReasonNotJSON, "offset 1: expected an object")
	if string(d.Body) != string(m.Body) || d.Result != DeadLettered || d.Reason != ReasonNotJSON || d.Subject != SubjectDeadLetter || d.EncounterID != "" {
		t.Errorf("dead letter %+v", d)
	}
	want := map[string]string{HeaderReason: "not_json", HeaderError: "offset 1: expected an object", HeaderStreamSequence: "42"}
	for k, v := range want {
		if d.Header[k] != v {
			t.Errorf("header %s is %q, want %q", k, d.Header[k], v)
		}
	}
	if other := DeadLetter(m, ReasonDeliveryLimit, "again"); other.ID != d.ID {
		t.Errorf("ids %q and %q for one message: it would be set aside twice", d.ID, other.ID)
	}
	if d.ID != "deadletter:ENCOUNTERS:42:1000000005" {
		t.Errorf("id %q", d.ID)
	}
	anew := m
	anew.Received = time.Unix(2, 0)
	if other := DeadLetter(anew, ReasonNotJSON, ""); other.ID == d.ID {
		t.Error("the message of the same number in a stream made anew would be dropped as a duplicate")
	}
	a, b := DeadLetter(Message{Body: []byte("a")}, ReasonNotJSON, ""), DeadLetter(Message{Body: []byte("b")}, ReasonNotJSON, "")
	if a.ID == b.ID {
		t.Errorf("without a broker two inputs share the id %q", a.ID)
	}
}

func TestADeadLetterIsTheSameWhoeverMakesIt(t *testing.T) {
	t.Parallel()
	for range 100 { // the order of a map differs from one time to the next
		m := Message{Header: map[string][]string{"CE-Type": {"b"}, "ce-type": {""}, "Ce-Type": {"a"}, "ce-TYPE": {"c"}}}
		if got := DeadLetter(m, ReasonNotAnEncounter, "").Header["ce-type"]; got != "a" {
			t.Fatalf("ce-type %q, want a, which is what the decoder reads", got)
		}
	}
}

func TestErrorHeaderCannotBreakOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(400, 900, -1), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		value := DeadLetter(Message{}, ReasonNotJSON, text).Header[HeaderError]
		if len(value) > 512 || !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("header %q from %q", value, text)
		}
	})
	if got := headerText("bad\r\nNats-Msg-Id: forged"); got != "bad  Nats-Msg-Id: forged" {
		t.Errorf("got %q", got)
	}
}
