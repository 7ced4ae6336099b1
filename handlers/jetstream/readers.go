package jetstream

import (
	"context"
	"fmt"
	"time"

	js "github.com/nats-io/nats.go/jetstream"
)

// Reader declares a durable consumer of the outcomes for one kind of reader. A broker that keeps readers apart lets each take from its own alone; which
// subject it has is the provisioner's to say.
type Reader struct{ Name, Subject string }

// Readers returns the readers of the contract: billing takes what is ready, work queues what is rejected, by their subjects.
func Readers(ready, rejected string) []Reader {
	return []Reader{{"submitter", ready}, {"workqueue", rejected}}
}

// EnsureReaders creates the readers' consumers on the stream of the claims, or makes those that exist so.
func (t Topology) EnsureReaders(ctx context.Context, c *Conn, readers []Reader) error {
	for _, r := range readers {
		_, err := c.js.CreateOrUpdateConsumer(ctx, t.Claims.Name, js.ConsumerConfig{
			Durable: r.Name, FilterSubject: r.Subject, DeliverPolicy: js.DeliverAllPolicy, AckPolicy: js.AckExplicitPolicy,
			AckWait: 30 * time.Second, MaxDeliver: -1, MaxAckPending: 1000,
		})
		if err != nil {
			return fmt.Errorf("ensure consumer %s of stream %s: %w", r.Name, t.Claims.Name, c.refused(err))
		}
	}
	return nil
}
