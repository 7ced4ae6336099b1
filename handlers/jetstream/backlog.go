package jetstream

import (
	"context"
	"errors"
	"fmt"

	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers"
)

// Backlog returns what the broker says of the messages without an outcome. An error also means that one of the streams, or
// the consumer, is not there to work with.
func (t Topology) Backlog(ctx context.Context, c *Conn) (handlers.Backlog, error) {
	if !c.Connected() {
		return handlers.Backlog{}, fmt.Errorf("read backlog: %w", c.notConnected())
	}
	stream, err := c.js.Stream(ctx, t.Encounters.Name)
	if err != nil {
		return handlers.Backlog{}, fmt.Errorf("read backlog: stream %s: %w", t.Encounters.Name, err)
	}
	consumer, err := stream.Consumer(ctx, t.Consumer.Name)
	if err != nil {
		return handlers.Backlog{}, fmt.Errorf("read backlog: consumer %s: %w", t.Consumer.Name, err)
	}
	for _, output := range []string{t.Claims.Name, t.DeadLetters.Name} {
		if _, err := c.js.Stream(ctx, output); err != nil {
			return handlers.Backlog{}, fmt.Errorf("read backlog: stream %s: %w", output, err)
		}
	}
	info, config := consumer.CachedInfo(), stream.CachedInfo().Config
	b := handlers.Backlog{
		Pending: info.NumPending, AckPending: uint64(info.NumAckPending), Redelivered: uint64(info.NumRedelivered), MaxAge: config.MaxAge,
	}
	if b.Pending+b.AckPending > 0 && len(t.Encounters.Subjects) == 1 {
		// Everything up to the ack floor is settled; the next message of the subject is the oldest that is not, or nearly so.
		oldest, err := stream.GetMsg(ctx, info.AckFloor.Stream+1, js.WithGetMsgSubject(t.Encounters.Subjects[0]))
		if err != nil && !errors.Is(err, js.ErrMsgNotFound) {
			return handlers.Backlog{}, fmt.Errorf("read backlog: oldest message: %w", err)
		}
		if err == nil {
			b.Oldest = oldest.Time
		}
	}
	return b, nil
}
