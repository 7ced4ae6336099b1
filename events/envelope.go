package events

import (
	"encoding/base64"
	"mime"
	"strings"
	"time"
	"unicode/utf8"
)

// ContentType is the content type of a CloudEvent in structured mode, the mode that claimscrub writes.
const ContentType = "application/cloudevents+json"

// Envelope is the CloudEvents 1.0 context of an input. The zero value is an input without an envelope.
type Envelope struct {
	ID            string
	Source        string
	Type          string
	Time          time.Time // zero when not sent; in the publisher's own offset
	CorrelationID string
	TraceParent   string // as W3C Trace Context writes it; a malformed one is dropped
}

// AsOf is the day that rules call today, YYYY-MM-DD in the offset the publisher wrote; empty without a time.
// The publisher's own offset is used since UTC is already tomorrow, or still yesterday, where it works.
func (e Envelope) AsOf() string {
	if e.Time.IsZero() {
		return ""
	}
	return e.Time.Format(time.DateOnly)
}

// Input is an encounter.completed message as it was received: its envelope, its data and what the
// decoder made of it.
type Input struct {
	Envelope Envelope
	Data     []byte // the data's bytes as they were sent, a part of the body where possible
	Decoded
}

// ReadEncounter reads an encounter.completed message: a CloudEvent in structured mode (by the header
// content-type, or by its members specversion, type and data), a CloudEvent in binary mode (ce-* headers), or the data
// alone. Header names are compared without case. limit bounds the body in bytes, MaxBody when it is 0.
//
// Violations of the envelope come before those of the data. The error is an *Unreadable; beside the
// reasons of DecodeEncounter it says that the envelope is that of another event. The Input then holds
// what could be read.
func ReadEncounter(header map[string]string, body []byte, limit int) (Input, error) {
	if err := checkSize(body, limit); err != nil {
		return Input{}, err
	}
	attributes := readHeader(header)
	if attributes.binary && !attributes.structured {
		env, violations, unreadable := attributes.envelope()
		in := Input{Envelope: env, Data: body}
		if unreadable != nil {
			return in, unreadable
		}
		return in.decode(string(body), violations)
	}
	text := string(body)
	if !attributes.structured && !strings.Contains(text, "specversion") && !strings.Contains(text, `\u`) {
		return Input{Data: body}.decode(text, nil)
	}
	return readStructured(text, body, attributes.structured)
}

// structured is the members of an event in structured mode.
type structured struct {
	attributes
	data   eventData
	base64 string
}

// eventData is what stands in data, decoded as it is met: publishers send it last, and rarely anything else there.
type eventData struct {
	start, end int // in the body; both are 0 when there is no data
	decoded    Decoded
	err        error
}

var structuredFields = []field[structured]{
	{"specversion", true, func(s *scanner, e *structured) { e.specversion = s.str(attributeText) }},
	{"id", true, func(s *scanner, e *structured) { e.id = s.str(attributeText) }},
	{"source", true, func(s *scanner, e *structured) { e.source = s.str(attributeText) }},
	{"type", true, func(s *scanner, e *structured) { e.typ = s.str(attributeText) }},
	{"time", false, func(s *scanner, e *structured) { e.time = s.format("a timestamp (RFC 3339)", timestamp) }},
	{"datacontenttype", false, func(s *scanner, e *structured) { e.datacontenttype = s.format(jsonMediaType, isJSON) }},
	{"correlationid", false, func(s *scanner, e *structured) { e.correlationid = s.str(attributeText) }},
	{"traceparent", false, func(s *scanner, e *structured) { e.traceparent = s.str(attributeText) }},
	{"data", false, func(s *scanner, e *structured) { e.data = s.eventData() }},
	{"data_base64", false, func(s *scanner, e *structured) { e.base64, _ = s.anyString() }},
}

// eventData decodes the data of an event as a document of its own: with pointers that begin there.
func (s *scanner) eventData() (d eventData) {
	s.peek()
	d.start = s.pos
	event := s.document
	s.document = document{origin: s.pos, path: event.path[len(event.path):]}
	d.decoded, d.err = s.encounter()
	deep := s.deep
	s.document = event
	if deep != nil {
		d.err = deep
		s.pos = d.start
		s.value()
	}
	d.end = s.pos
	return d
}

// readStructured reads body, whose text it is given, as an event in structured mode. Unless it is declared
// to be one, a body without the members of an event is the data itself.
func readStructured(text string, body []byte, declared bool) (Input, error) {
	s := newScanner(text)
	first := s.peek()
	var e structured
	if first == '{' {
		object(s, structuredFields, &e)
	} else {
		s.value()
	}
	if fault := s.fault(); fault != nil {
		return Input{Data: body}, fault
	}
	if first != '{' {
		return Input{Data: body}, notAnObject(first)
	}
	hasData := e.data.end > 0
	if !declared && (e.specversion == "" || e.typ == "" || !hasData && e.base64 == "") {
		return Input{Data: body}.decode(text, nil)
	}
	in := Input{Envelope: e.context(), Data: body[e.data.start:e.data.end:e.data.end]}
	if unreadable := e.other(); unreadable != nil {
		return in, unreadable
	}
	violations := ofEnvelope(s.violations)
	switch {
	case hasData && e.base64 != "":
		return in, outside("data", "data or data_base64", "both")
	case hasData:
		return in.with(e.data.decoded, violations), e.data.err
	case e.base64 == "":
		return in, outside("data", "a value", "none")
	}
	data, err := base64.StdEncoding.DecodeString(e.base64)
	if err != nil {
		return in, outside("data_base64", "base64", "")
	}
	in.Data = data
	return in.decode(string(data), violations)
}

// decode decodes text, which is in.Data.
func (in Input) decode(text string, envelope []Violation) (Input, error) {
	decoded, err := decodeText(text)
	return in.with(decoded, envelope), err
}

// with is the input with what its data holds, and the violations of its envelope before those of the data.
func (in Input) with(decoded Decoded, envelope []Violation) Input {
	in.Decoded = decoded
	if len(envelope) > 0 {
		all := append(envelope, in.Violations...)
		keep := min(len(all), MaxViolations)
		in.Violations, in.Omitted = all[:keep], in.Omitted+len(all)-keep
	}
	return in
}

// ofEnvelope makes violations of an envelope out of those of an object: an attribute instead of a pointer.
func ofEnvelope(violations []Violation) []Violation {
	for i := range violations {
		v := &violations[i]
		v.Attribute = "extension" // an unknown one is not named: its name may be anything
		for _, f := range structuredFields {
			if v.Pointer == "/"+f.name {
				v.Attribute = f.name
			}
		}
		v.Pointer = ""
	}
	return violations
}

// attributes is the context attributes of an event, as text.
type attributes struct {
	specversion, id, source, typ, time, datacontenttype, correlationid, traceparent string
	structured, binary                                                              bool
}

// context is the envelope of attributes that were checked.
func (a attributes) context() Envelope {
	e := Envelope{ID: a.id, Source: a.source, Type: a.typ, CorrelationID: a.correlationid}
	e.Time, _ = rfc3339(a.time)
	if isTraceParent(a.traceparent) {
		e.TraceParent = a.traceparent
	}
	return e
}

// other tells why the envelope is that of another event; an attribute that is missing is a violation instead.
func (a attributes) other() *Unreadable {
	switch {
	case a.specversion != "" && a.specversion != "1.0":
		return outside("specversion", "1.0", "")
	case a.typ != "" && a.typ != TypeEncounterCompleted:
		return outside("type", TypeEncounterCompleted, "another type")
	}
	return nil
}

func outside(attribute, expected, got string) *Unreadable {
	return &Unreadable{Reason: ReasonNotAnEncounter, Where: "envelope " + attribute, Offset: -1, Expected: expected, Got: got}
}

const jsonMediaType = "a JSON media type"

func isJSON(v string) bool {
	if v == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(v)
	return err == nil && (mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json"))
}

func timestamp(v string) bool {
	t, ok := rfc3339(v)
	return ok && t.Year() >= 1900 && t.Year() <= 2199
}

// rfc3339 reads a timestamp of RFC 3339, whose letters may be small. time.Parse takes more (go.dev/issue/54580),
// such as an offset of 24 hours, which an outcome would then repeat.
func rfc3339(v string) (time.Time, bool) {
	v = strings.ToUpper(v)
	t, err := time.Parse(time.RFC3339, v)
	if err != nil || v[13] != ':' || v[19] == ',' {
		return time.Time{}, false
	}
	hours, minutes := v[len(v)-5:len(v)-3], v[len(v)-2:]
	return t, v[len(v)-1] == 'Z' || hours < "24" && minutes < "60"
}

// isTraceParent tells whether v is a traceparent of version 00 (W3C Trace Context).
func isTraceParent(v string) bool {
	if len(v) != 55 || v[:3] != "00-" || v[35] != '-' || v[52] != '-' {
		return false
	}
	for i := range len(v) {
		if c := v[i]; i != 2 && i != 35 && i != 52 && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func validText(v string) bool {
	return utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' })
}
