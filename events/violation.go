package events

import (
	"fmt"
	"strings"
)

// MaxViolations is how many violations of one input are kept; the rest is counted.
const MaxViolations = 500

// ViolationKind says in which way a place of an input breaks the schema. The list is closed.
type ViolationKind string

// The kinds of violation.
const (
	DuplicateKey ViolationKind = "duplicate_key" // an object has two members of one name
	WrongType    ViolationKind = "wrong_type"    // another JSON type than the schema's; null is a type
	UnknownEnum  ViolationKind = "unknown_enum"  // a string outside a closed list
	MissingField ViolationKind = "missing_field" // a required field was not sent
	OutOfRange   ViolationKind = "out_of_range"  // a length, a number or a format outside its bounds
	TooMany      ViolationKind = "too_many"      // a list longer than its cap
)

// Violation is one place where an input breaks the schema. It never holds text of the input, since
// any field may carry an identifier that was sent in the wrong place: Got says a JSON type, a length,
// a count, a number of at most 5 digits, or the listed word that was meant.
type Violation struct {
	Kind      ViolationKind
	Pointer   string // JSON pointer (RFC 6901) into the data; empty for the data itself and for the envelope
	Attribute string // the CloudEvents attribute at fault; empty for a violation of the data
	Expected  string // "an integer", "1 to 64 characters"
	Got       string // "string", "65 characters"; empty when there is nothing to add
}

// String is the violation as one line: `/charges/2/units: expected an integer, got string`.
func (v Violation) String() string {
	var b strings.Builder
	switch {
	case v.Attribute != "":
		b.WriteString("envelope " + v.Attribute)
	case v.Pointer == "":
		b.WriteString("data")
	default:
		b.WriteString(v.Pointer)
	}
	b.WriteString(": expected " + v.Expected)
	if v.Got != "" {
		b.WriteString(", got " + v.Got)
	}
	return b.String()
}

// Reason says why an input ended as a dead letter. The list is closed; it is the header claimscrub-reason.
type Reason string

// The reasons. The decoder gives the first three, the worker the others.
const (
	ReasonNotJSON        Reason = "not_json"         // not one JSON text (RFC 8259) in UTF-8, or nested deeper than MaxDepth
	ReasonNotAnEncounter Reason = "not_an_encounter" // JSON, but no object that names one encounter id and one revision, or the envelope of another event
	ReasonTooLarge       Reason = "too_large"        // more bytes than the limit
	ReasonDeliveryLimit  Reason = "delivery_limit"   // delivered too often without an outcome
	ReasonPanic          Reason = "panic"            // a fault of claimscrub itself, which the operator should report
)

// Unreadable is the error of an input that cannot be read as an encounter. Like a Violation it never
// holds text of the input.
type Unreadable struct {
	Reason   Reason
	Where    string // a JSON pointer into the data, "envelope <attribute>" or empty
	Offset   int64  // bytes of the body or of the data before the fault; -1 when it has no one place
	Expected string
	Got      string
}

// Error says where, what was expected and what was there.
func (u *Unreadable) Error() string {
	var b strings.Builder
	b.WriteString("decode encounter: " + string(u.Reason) + ": ")
	switch {
	case u.Where != "":
		b.WriteString(u.Where + ": ")
	case u.Offset >= 0:
		fmt.Fprintf(&b, "byte %d: ", u.Offset)
	}
	b.WriteString("expected " + u.Expected)
	if u.Got != "" {
		b.WriteString(", got " + u.Got)
	}
	return b.String()
}
