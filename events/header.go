package events

import (
	"strconv"
	"strings"
)

// readHeader reads the ce-* headers of binary mode and the content type. By the NATS binding the
// content type tells the modes apart: that of a CloudEvent means structured, any other one binary.
func readHeader(header map[string]string) (a attributes) {
	for name, value := range header {
		if strings.EqualFold(name, "content-type") {
			a.structured = a.structured || len(value) >= 23 && strings.EqualFold(value[:23], "application/cloudevents")
			continue
		}
		if len(name) <= 3 || !strings.EqualFold(name[:3], "ce-") {
			continue
		}
		to := a.attribute(strings.ToLower(name[3:]))
		if to == nil {
			continue
		}
		a.binary = true
		// Of names that differ in case alone the least value counts: a map has no order, and the same input has one outcome.
		if value = percentDecode(value); *to == "" || value != "" && value < *to {
			*to = value
		}
	}
	return a
}

func (a *attributes) attribute(name string) *string {
	switch name {
	case "specversion":
		return &a.specversion
	case "id":
		return &a.id
	case "source":
		return &a.source
	case "type":
		return &a.typ
	case "time":
		return &a.time
	case "datacontenttype":
		return &a.datacontenttype
	case "correlationid":
		return &a.correlationid
	case "traceparent":
		return &a.traceparent
	}
	return nil
}

// envelope checks the attributes of binary mode as the fields of structured mode are.
func (a *attributes) envelope() (Envelope, []Violation, *Unreadable) {
	if unreadable := a.other(); unreadable != nil {
		return a.context(), nil, unreadable
	}
	var violations []Violation
	for _, f := range structuredFields {
		value := a.attribute(f.name)
		if value == nil {
			continue
		}
		kind, expected, got := OutOfRange, "", characters(*value)
		switch {
		case *value == "" && f.required:
			kind, expected, got = MissingField, "a value, the attribute is required", "none"
		case *value == "":
			continue
		case !validText(*value):
			expected = "UTF-8 without control characters"
		case len([]rune(*value)) > attributeText.max:
			expected = lengthOf(attributeText)
		case f.name == "time" && !timestamp(*value):
			expected = "a timestamp (RFC 3339)"
		case f.name == "datacontenttype" && !isJSON(*value):
			expected = jsonMediaType
		default:
			continue
		}
		violations = append(violations, Violation{Kind: kind, Attribute: f.name, Expected: expected, Got: got})
		*value = ""
	}
	return a.context(), violations, nil
}

// percentDecode undoes the encoding of header values (RFC 3986 section 2.1); a percent sign that starts
// no pair of hexadecimal digits stays.
func percentDecode(v string) string {
	if !strings.Contains(v, "%") {
		return v
	}
	b := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			if n, err := strconv.ParseUint(v[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, v[i])
	}
	return string(b)
}
