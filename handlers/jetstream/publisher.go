package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers"
)

var _ handlers.Publisher = (*Publisher)(nil)

// Publisher publishes Watermill messages to streams. A message's UUID becomes its Nats-Msg-Id and its metadata its headers.
type Publisher struct{ conn *Conn }

// NewPublisher returns a publisher over conn, which stays the caller's to close.
func NewPublisher(conn *Conn) *Publisher { return &Publisher{conn: conn} }

// Publish sends all messages to the subject topic at once and returns when the broker has stored each, or with every error. It does not retry: a
// message that failed may be stored all the same, and publishing it again under its id is harmless. A message over the broker's limit, or
// the stream's, fails with handlers.ErrTooLarge. A message the broker already had is marked with handlers.MetadataDuplicate.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	stored := make([]func() error, len(messages))
	for i, m := range messages {
		stored[i] = p.Begin(topic, m)
	}
	var errs []error
	for _, wait := range stored {
		errs = append(errs, wait())
	}
	return errors.Join(errs...)
}

// Begin sends m and returns at once; stored, called once, waits as Publish does.
func (p *Publisher) Begin(topic string, m *message.Message) (stored func() error) {
	failed := func(err error) func() error {
		return func() error { return publishError(topic, err) }
	}
	if !p.conn.Connected() {
		return failed(nats.ErrDisconnected)
	}
	future, err := p.conn.publish(&nats.Msg{Subject: topic, Header: header(m), Data: m.Payload})
	if err != nil {
		return failed(err)
	}
	return func() error {
		select {
		case ack := <-future.Ok():
			if ack.Duplicate {
				m.Metadata.Set(handlers.MetadataDuplicate, "true")
			}
			return nil
		case err := <-future.Err(): // comes at the latest after the publish timeout
			return publishError(topic, p.conn.refused(err))
		case <-p.conn.closed: // the client would let us wait for the timeout
			return publishError(topic, nats.ErrConnectionClosed)
		}
	}
}

// PublishRecord stores r on its subject with its headers as they are, all values of each, and returns when the broker has it. Tests send inputs so;
// outcomes go through Publish.
func (c *Conn) PublishRecord(ctx context.Context, r Record) error {
	if _, err := c.js.PublishMsg(ctx, &nats.Msg{Subject: r.Subject, Header: r.Header, Data: r.Body}); err != nil {
		return publishError(r.Subject, err)
	}
	return nil
}

// Close does nothing: nothing is buffered here, and Watermill's router closes publishers while handlers still publish.
func (p *Publisher) Close() error { return nil }

func header(m *message.Message) nats.Header {
	h := make(nats.Header, len(m.Metadata)+1)
	for k, v := range m.Metadata {
		h[k] = []string{v}
	}
	if m.UUID != "" {
		h[js.MsgIDHeader] = []string{m.UUID}
	}
	return h
}

func publishError(topic string, err error) error {
	if errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, js.ErrStreamMessageExceedsMaximum) {
		err = fmt.Errorf("%w: %w", handlers.ErrTooLarge, err)
	}
	return fmt.Errorf("publish to %s: %w", topic, err)
}
