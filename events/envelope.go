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
		return in.decode(violations)
	}
	if unreadable := checkSyntax(body); unreadable != nil {
		return Input{Data: body}, unreadable
	}
	s := newScanner(body)
	if !attributes.structured && !strings.Contains(s.text, "specversion") && !strings.Contains(s.text, `\u`) {
		return Input{Data: body}.decodeText(s.text, nil)
	}
	return readStructured(s, body, attributes.structured)
}

// structured is the members of an event in structured mode.
type structured struct {
	attributes
	data       string
	start, end int
	base64     string
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
	{"data", false, func(s *scanner, e *structured) { e.data, e.start, e.end = s.value() }},
	{"data_base64", false, func(s *scanner, e *structured) { e.base64, _ = s.anyString() }},
}

// readStructured reads body as an event in structured mode. Unless it is declared to be one, a body
// without the members of an event is the data itself.
func readStructured(s scanner, body []byte, declared bool) (Input, error) {
	if first := s.peek(); first != '{' {
		return Input{Data: body}, &Unreadable{Reason: ReasonNotAnEncounter, Offset: -1, Expected: "an object", Got: typeName(first)}
	}
	var e structured
	object(&s, structuredFields, &e)
	if s.deep != nil {
		return Input{Data: body}, s.deep
	}
	if !declared && (e.specversion == "" || e.typ == "" || e.data == "" && e.base64 == "") {
		return Input{Data: body}.decodeText(s.text, nil)
	}
	in := Input{Envelope: e.context(), Data: body[e.start:e.end:e.end]}
	if unreadable := e.other(); unreadable != nil {
		return in, unreadable
	}
	violations := ofEnvelope(s.violations)
	switch {
	case e.data != "" && e.base64 != "":
		return in, outside("data", "data or data_base64", "both")
	case e.data != "":
		return in.decodeText(e.data, violations)
	case e.base64 == "":
		return in, outside("data", "a value", "none")
	}
	data, err := base64.StdEncoding.DecodeString(e.base64)
	if err != nil {
		return in, outside("data_base64", "base64", "")
	}
	in.Data = data
	return in.decode(violations)
}

// decode decodes in.Data, whose syntax is not known.
func (in Input) decode(envelope []Violation) (Input, error) {
	if unreadable := checkSyntax(in.Data); unreadable != nil {
		return in, unreadable
	}
	return in.decodeText(string(in.Data), envelope)
}

// decodeText decodes text, which is in.Data and known to be JSON.
func (in Input) decodeText(text string, envelope []Violation) (Input, error) {
	var err error
	in.Decoded, err = decodeText(text)
	if len(envelope) > 0 {
		all := append(envelope, in.Violations...)
		keep := min(len(all), MaxViolations)
		in.Violations, in.Omitted = all[:keep], in.Omitted+len(all)-keep
	}
	return in, err
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
	e.Time, _ = time.Parse(time.RFC3339, a.time)
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
	mediaType, _, err := mime.ParseMediaType(v)
	return err == nil && (mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json"))
}

func timestamp(v string) bool {
	t, err := time.Parse(time.RFC3339, v)
	return err == nil && t.Year() >= 1900 && t.Year() <= 2199
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
