// Package handlers is how a message travels: one Watermill handler with its middleware chain, the worker's life from start to drained stop,
// metrics, and the HTTP endpoints. It is given a Decide and knows no single rule, flag or environment variable.
package handlers

import (
	"context"
	"time"
)

// Message is one input as it arrived.
type Message struct {
	Body   []byte
	Header map[string][]string
	// Received is the broker's timestamp: when the stream stored the message.
	Received time.Time
	// Stream and Sequence name the message in the broker for ever; both are empty when there is no broker.
	Stream   string
	Sequence uint64
	// Delivered counts deliveries of this message from 1, this one included.
	Delivered uint64
}

// Result is how an input ended.
type Result uint8

// Every input ends in exactly one of these.
const (
	Ready Result = iota
	Rejected
	DeadLettered
)

// String returns the result as metrics and logs name it.
func (r Result) String() string {
	switch r {
	case Ready:
		return "ready"
	case Rejected:
		return "rejected"
	case DeadLettered:
		return "deadletter"
	default:
		return "unknown"
	}
}

// Subjects of the three outcomes by their default names. A worker maps them to the configured names when it publishes.
const (
	SubjectReady      = "claim.ready"
	SubjectRejected   = "claim.rejected"
	SubjectDeadLetter = "encounter.deadletter"
)

// Decision is the one outcome of a message: what to publish, and what the metrics say of it.
type Decision struct {
	Result  Result
	Subject string
	// ID is the outcome's event id. It becomes Nats-Msg-Id, by which the broker drops a second publish of the same outcome.
	ID     string
	Header map[string]string // read only: decisions may share it
	Body   []byte
	// EncounterID is for logs, and is empty for a dead letter.
	EncounterID string
	// Reason is one of DeadLetterReasons for a dead letter, otherwise empty.
	Reason       string
	Findings     []FindingCount
	NotEvaluated []NotEvaluatedCount
}

// FindingCount is one finding as the metrics count it.
type FindingCount struct{ Rule, Severity string }

// NotEvaluatedCount is one rule that could not be judged, as the metrics count it.
type NotEvaluatedCount struct{ Rule, Reason string }

// Decide turns a message into its outcome. It always decides: an unreadable message is a dead letter, not an error. It is called from several
// goroutines at once and must not keep or change the message's body.
type Decide func(context.Context, Message) Decision
