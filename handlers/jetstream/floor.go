package jetstream

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// Floor is what the broker and its client library can do on this machine without any of our machinery: the figure a worker is measured beside. It
// reads n messages of the topology's consumer on as many goroutines as workers, publishes what work makes of each to subject, and acknowledges each
// when its outcome is stored, all asynchronously. It gives no promise on failure but to return the error.
func Floor(ctx context.Context, c *Conn, t Topology, workers, n int, subject string, work func([]byte) []byte) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var left atomic.Int64
	left.Store(int64(n))
	var answering sync.WaitGroup
	for range workers {
		consumer, err := c.js.Consumer(ctx, t.Encounters.Name, t.Consumer.Name)
		if err != nil {
			return fmt.Errorf("measure floor: %w", err)
		}
		type pair struct {
			in     js.Msg
			future js.PubAckFuture
		}
		pairs := make(chan pair, 2000)
		answering.Go(func() {
			for {
				select {
				case p := <-pairs:
					select {
					case <-p.future.Ok():
						_ = p.in.Ack()
						if left.Add(-1) == 0 {
							cancel(nil)
						}
					case err := <-p.future.Err():
						cancel(fmt.Errorf("measure floor: %w", err))
					}
				case <-ctx.Done():
					return
				}
			}
		})
		reading, err := consumer.Consume(func(in js.Msg) {
			meta, err := in.Metadata()
			if err == nil {
				var future js.PubAckFuture
				out := &nats.Msg{Subject: subject, Data: work(in.Data()), Header: nats.Header{js.MsgIDHeader: {fmt.Sprintf("floor:%d", meta.Sequence.Stream)}}}
				if future, err = c.publish(out); err == nil {
					select {
					case pairs <- pair{in, future}:
					case <-ctx.Done():
					}
				}
			}
			if err != nil {
				cancel(fmt.Errorf("measure floor: %w", err))
			}
		}, js.PullMaxMessages(2000))
		if err != nil {
			return fmt.Errorf("measure floor: %w", err)
		}
		defer reading.Stop()
	}
	<-ctx.Done()
	answering.Wait()
	c.flush()
	if left.Load() <= 0 {
		return nil
	}
	return context.Cause(ctx)
}
