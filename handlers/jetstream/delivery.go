package jetstream

import (
	"context"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers"
)

// delivery is one message in our hands, from its arrival until the broker is told how it ended. It is also the context of its Watermill message:
// it has the values of the subscription's context but not its cancellation, so that work in flight finishes, and is done when the message is settled.
type delivery struct {
	context.Context
	raw    js.Msg
	msg    *message.Message
	info   handlers.Delivery
	size   int       // bytes of its headers and body
	slots  int       // how many of the window's slots it holds
	weight int64     // how many it should
	aside  bool      // it stands aside and holds none
	last   time.Time // when the broker last heard of it

	mu      sync.Mutex
	settled bool
	done    chan struct{}
}

func newDelivery(ctx context.Context, raw js.Msg) *delivery {
	d := &delivery{Context: ctx, raw: raw, size: len(raw.Data()), last: time.Now()}
	header := raw.Headers()
	d.info.Header = header
	d.info.Delivered = 1
	if meta, err := raw.Metadata(); err == nil {
		d.info.Stream, d.info.Sequence, d.info.Delivered, d.info.Received = meta.Stream, meta.Sequence.Stream, meta.NumDelivered, meta.Timestamp
	}
	id := header.Get(js.MsgIDHeader)
	if id == "" {
		id = header.Get("ce-id")
	}
	d.msg = message.NewMessageWithContext(d, id, raw.Data())
	for k, values := range header {
		for _, v := range values {
			d.size += len(k) + len(v)
		}
		if k != js.MsgIDHeader && len(values) > 0 {
			d.msg.Metadata[k] = values[0]
		}
	}
	return d
}

// identity names a message however often it is delivered; a stream that is made anew counts from 1 again.
type identity struct {
	sequence uint64
	stored   int64 // Unix nanoseconds
}

func (d *delivery) identity() identity { return identity{d.info.Sequence, d.info.Received.UnixNano()} }

// Value answers handlers.DeliveryKey with what the broker knows of this delivery.
func (d *delivery) Value(key any) any {
	if key == (handlers.DeliveryKey{}) {
		return &d.info
	}
	return d.Context.Value(key)
}

// Done is closed when the message is settled or given up.
func (d *delivery) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done == nil {
		d.done = make(chan struct{})
		if d.settled {
			close(d.done)
		}
	}
	return d.done
}

// Err returns context.Canceled once Done is closed.
func (d *delivery) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settled {
		return context.Canceled
	}
	return nil
}

// Deadline reports none.
func (d *delivery) Deadline() (time.Time, bool) { return time.Time{}, false }

// cancel ends the context of the message.
func (d *delivery) cancel() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.settled {
		d.settled = true
		if d.done != nil {
			close(d.done)
		}
	}
}

// outcome reports whether the handler has answered, and what.
func (d *delivery) outcome() (acked, answered bool) {
	select {
	case <-d.msg.Acked():
		return true, true
	case <-d.msg.Nacked():
		return false, true
	default:
		return false, false
	}
}

// settle tells the broker how the message ended. An answer that is lost on the way only means another delivery.
func (d *delivery) settle(acked bool, policy redelivery) error {
	defer d.cancel()
	asked := d.info.Settlement()
	switch {
	case asked != nil && asked.Terminate != "":
		return d.raw.TermWithReason(asked.Terminate)
	case acked:
		return d.raw.Ack()
	case asked != nil:
		return d.nak(asked.Delay, policy)
	default:
		return d.nak(delayOf(policy.delays, d.info.Delivered), policy)
	}
}

// redelivery says when a message that is not done comes again.
type redelivery struct {
	delays  []time.Duration // after a Nack, by delivery
	backOff []time.Duration // the consumer's own, after no answer
}

// nak asks for the next delivery after delay. The server (2.15) measures a delay from its AckWait, but applies it to the back-off of this very delivery, so
// that the difference of the two would come on top; it is taken off here. A delay shorter than that difference cannot be had, and becomes it.
func (d *delivery) nak(delay time.Duration, policy redelivery) error {
	if delay <= 0 {
		return d.raw.Nak()
	}
	if len(policy.backOff) > 0 {
		delay -= delayOf(policy.backOff, d.info.Delivered) - policy.backOff[0]
	}
	return d.raw.NakWithDelay(max(delay, time.Millisecond))
}

// delayOf returns the delay after the given delivery, counted from 1; the last delay repeats.
func delayOf(delays []time.Duration, delivered uint64) time.Duration {
	if len(delays) == 0 {
		return 0
	}
	return delays[min(max(delivered, 1), uint64(len(delays)))-1]
}
