package handlers

import (
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Delivery is what the broker knows of one delivery beside the message. A subscriber answers the context key DeliveryKey with it, since a Watermill
// message has room for strings alone. It also carries how the message is to be settled when Ack and Nack say too little.
type Delivery struct {
	Stream   string
	Sequence uint64
	// Delivered counts deliveries of the message from 1, this one included.
	Delivered uint64
	// Received is when the stream stored the message.
	Received time.Time
	// Header holds every value of every header; Watermill's metadata keeps the first value alone.
	Header map[string][]string

	settlement atomic.Pointer[Settlement]
	aside      atomic.Bool
	onAside    func() // set before the message can step aside
}

// Settlement says how a message leaves, where Ack (done) and Nack (again, after the subscriber's own delay) say too little.
type Settlement struct {
	// Terminate is the reason for never delivering the message again. It goes out as the broker's advisory, so it is a word of a closed list.
	Terminate string
	// Delay is how long a message that is not terminated waits for its next delivery.
	Delay time.Duration
}

// Terminate makes the coming Ack or Nack tell the broker never to deliver the message again, and why.
func (d *Delivery) Terminate(reason string) { d.settlement.Store(&Settlement{Terminate: reason}) }

// RedeliverAfter makes the coming Nack ask for the next delivery after delay, 0 being at once.
func (d *Delivery) RedeliverAfter(delay time.Duration) {
	d.settlement.Store(&Settlement{Delay: delay})
}

// Settlement returns what was asked for, nil when nothing was.
func (d *Delivery) Settlement() *Settlement { return d.settlement.Load() }

// StepAside says that the message waits for something that the messages behind it do not need: a subscriber then fetches others in its place, as far as
// it has room, and keeps this one from being delivered elsewhere all the same.
func (d *Delivery) StepAside() {
	if !d.aside.Swap(true) && d.onAside != nil {
		d.onAside()
	}
}

// Aside reports whether the message stepped aside.
func (d *Delivery) Aside() bool { return d.aside.Load() }

// DeliveryKey is the context key that a subscriber answers with a *Delivery.
type DeliveryKey struct{}

// MetadataDuplicate is set to "true" by a publisher on a message that the broker had already stored under the same id.
const MetadataDuplicate = "claimscrub-duplicate"

// deliveryOf returns the delivery of msg. A subscriber without a broker behind it gives none: then this is a first delivery, just received.
func deliveryOf(msg *message.Message) *Delivery {
	if d, ok := msg.Context().Value(DeliveryKey{}).(*Delivery); ok {
		return d
	}
	header := make(map[string][]string, len(msg.Metadata))
	for k, v := range msg.Metadata {
		header[k] = []string{v}
	}
	return &Delivery{Delivered: 1, Received: time.Now(), Header: header}
}

// messageOf returns msg as a Decide reads it.
func messageOf(msg *message.Message, d *Delivery) Message {
	return Message{
		Body: msg.Payload, Header: d.Header, Received: d.Received,
		Stream: d.Stream, Sequence: d.Sequence, Delivered: d.Delivered,
	}
}

// Subscriber is Watermill's subscriber, able to stop and go on fetching without giving up what it holds.
type Subscriber interface {
	message.Subscriber
	// Pause stops fetching. Messages already received stay with the handler and are kept from being delivered to another.
	Pause()
	// Resume goes on fetching.
	Resume()
}

// Publisher is Watermill's publisher, able to send now and wait later.
type Publisher interface {
	message.Publisher
	// Begin sends m to topic and returns at once; stored, called once, returns when the broker has m, or why it may not have.
	Begin(topic string, m *message.Message) (stored func() error)
}

// Backlog is what the broker says of the messages not yet settled.
type Backlog struct {
	Pending     uint64 // stored, not yet delivered to any worker
	AckPending  uint64 // delivered, not yet settled
	Redelivered uint64 // of AckPending, delivered more than once
	// Oldest is when the oldest message without an outcome was stored; zero when there is none.
	Oldest time.Time
	// MaxAge is the age at which the stream drops a message, read or unread; zero means never.
	MaxAge time.Duration
}

// ErrTooLarge is wrapped by a publisher's error when a message is over the broker's payload limit, which no retry mends.
var ErrTooLarge = errorString("message over the broker's payload limit")

type errorString string

func (e errorString) Error() string { return string(e) }
