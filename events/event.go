package events

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// DataSchema is the URI that an event's dataschema names: the $id of the schema of its data. It is an
// identifier and is never fetched; the schema itself is in Schemas.
func DataSchema(eventType string) string { return schemaBase + eventType + ".schema.json" }

const schemaBase = "https://claimscrub.example/schema/v1/"

// Event is the CloudEvents 1.0 context of an event that claimscrub writes. Nothing in it comes from a
// clock or a counter: the same input gives the same bytes.
type Event struct {
	ID            string
	Source        string
	Type          string
	Subject       string    // encounter id
	Time          time.Time // that of the input; left out when it had none
	CausationID   string    // id of the input event
	CorrelationID string
	TraceParent   string
	PartitionKey  string // see PartitionKey
}

// Outcome is the context of the outcome of in: its identity, and what the input's own envelope passes on.
func (in Input) Outcome(eventType, source string) Event {
	return Event{
		ID:     OutcomeID(in.Encounter.EncounterID, in.Encounter.Revision, in.Data),
		Source: source, Type: eventType, Subject: in.Encounter.EncounterID, Time: in.Envelope.Time,
		CausationID: in.Envelope.ID, CorrelationID: in.Envelope.CorrelationID, TraceParent: in.Envelope.TraceParent,
		PartitionKey: PartitionKey(in.Encounter.Patient.ID),
	}
}

// DeadLetter is the data of an encounter.deadletter event as the command line prints it. On the broker a
// dead letter is the input's bytes instead, with Reason and Error as headers.
type DeadLetter struct {
	Reason Reason `json:"reason"`
	Error  string `json:"error"` // where, what was expected, what was there; never text of the input
}

// AppendOutcome appends the event with o as its data, in structured mode. The bytes depend on e and o
// alone. The error is that of a value in a JSON Patch that cannot be written as JSON.
func (e Event) AppendOutcome(dst []byte, o *Outcome) ([]byte, error) {
	w := writer{b: e.appendContext(dst)}
	w.outcome(o)
	w.b = append(w.b, '}')
	return w.b, w.err
}

// AppendDeadLetter appends the event with d as its data, in structured mode.
func (e Event) AppendDeadLetter(dst []byte, d DeadLetter) []byte {
	w := writer{b: e.appendContext(dst)}
	w.str(`{"reason":`, string(d.Reason))
	w.str(`,"error":`, d.Error)
	w.raw("}")
	return append(w.b, '}')
}

// appendContext appends the attributes up to the value of data.
func (e Event) appendContext(dst []byte) []byte {
	w := writer{b: dst}
	w.str(`{"specversion":"1.0","id":`, e.ID)
	w.str(`,"source":`, e.Source)
	w.str(`,"type":`, e.Type)
	w.optional(`,"subject":`, e.Subject)
	if !e.Time.IsZero() {
		w.raw(`,"time":"`)
		w.b = e.Time.AppendFormat(w.b, time.RFC3339Nano)
		w.raw(`"`)
	}
	w.str(`,"datacontenttype":"application/json","dataschema":`, DataSchema(e.Type))
	w.optional(`,"causationid":`, e.CausationID)
	w.optional(`,"correlationid":`, e.CorrelationID)
	w.optional(`,"traceparent":`, e.TraceParent)
	w.optional(`,"partitionkey":`, e.PartitionKey)
	w.raw(`,"data":`)
	return w.b
}

// AppendData appends o alone, as it stands in the data of its event.
func (o *Outcome) AppendData(dst []byte) ([]byte, error) {
	w := writer{b: dst}
	w.outcome(o)
	return w.b, w.err
}

// writer appends compact JSON.
type writer struct {
	b   []byte
	err error
}

func (w *writer) raw(text string) { w.b = append(w.b, text...) }

// comma separates element i of an array from the one before it.
func (w *writer) comma(i int) {
	if i > 0 {
		w.b = append(w.b, ',')
	}
}

// member is name without its comma where the object has no member yet.
func (w *writer) member(name string) string {
	if w.b[len(w.b)-1] == '{' {
		return name[1:]
	}
	return name
}

func (w *writer) str(name, value string) {
	w.raw(name)
	w.text(value)
}

// optional writes a member, comma and all, unless value is empty.
func (w *writer) optional(name, value string) {
	if value != "" {
		w.str(w.member(name), value)
	}
}

// text writes a JSON string. Bytes that are no UTF-8 become the replacement character.
func (w *writer) text(value string) {
	if plain(value) < len(value) {
		w.b, _ = jsontext.AppendQuote(w.b, value)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, value...)
	w.b = append(w.b, '"')
}

func (w *writer) integer(name string, n int64) {
	w.raw(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

// texts writes an array, whose bracket name ends with.
func (w *writer) texts(name string, values []string) {
	w.raw(name)
	for i, v := range values {
		w.comma(i)
		w.text(v)
	}
	w.raw("]")
}

// integers writes an array, whose bracket name ends with.
func (w *writer) integers(name string, values []int) {
	w.raw(name)
	for i, v := range values {
		w.comma(i)
		w.b = strconv.AppendInt(w.b, int64(v), 10)
	}
	w.raw("]")
}

// any writes a value of a JSON Patch, with the members of objects in order.
func (w *writer) any(name string, value any) {
	w.raw(name)
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil && w.err == nil {
		w.err = err
	}
	w.b = append(w.b, text...)
}
