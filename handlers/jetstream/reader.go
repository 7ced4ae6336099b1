package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	js "github.com/nats-io/nats.go/jetstream"
)

// Record is one stored message as someone reads it who takes nothing away: watchers, operators, exports.
type Record struct {
	Stream, Subject string
	Sequence        uint64
	Time            time.Time // when the stream stored it
	Header          map[string][]string
	Body            []byte
}

// ReadConfig says what to read.
type ReadConfig struct {
	// Stream to read. Empty means the stream that the broker has bound to the first subject.
	Stream string
	// Subjects to read, all of the stream's when empty.
	Subjects []string
	// New starts with what is stored from now on; Since, when not zero, with what was stored at that time or later; else all is read.
	New   bool
	Since time.Time
	// Stored ends at what is stored now; otherwise reading goes on until ctx ends.
	Stored bool
	// Consumer, when not empty, is a durable consumer to take from: it says what is read and from where on, and each record is acknowledged, and so
	// taken, when the loop asks for the next or leaves. Subjects, New and Since say nothing then.
	Consumer string
}

// Read yields records in the order of the stream, through a consumer that leaves no trace on the broker unless a durable one is named. The last pair
// may hold an error and no record; the end of ctx is such an error.
func (c *Conn) Read(ctx context.Context, cfg ReadConfig) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := c.read(ctx, cfg, func(r Record) bool { return yield(r, nil) }); err != nil {
			yield(Record{}, err)
		}
	}
}

func (c *Conn) read(ctx context.Context, cfg ReadConfig, yield func(Record) bool) error {
	stream := cfg.Stream
	if stream == "" {
		if len(cfg.Subjects) == 0 {
			return errors.New("read stream: neither stream nor subject given")
		}
		var err error
		if stream, err = c.js.StreamNameBySubject(ctx, cfg.Subjects[0]); err != nil {
			return fmt.Errorf("read stream of %s: %w", cfg.Subjects[0], c.refused(err))
		}
	}
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	consumer, err := c.reading(opening, stream, cfg)
	cancel()
	if err != nil {
		return fmt.Errorf("read stream %s: %w", stream, c.refused(err))
	}
	if cfg.Stored && consumer.CachedInfo().NumPending == 0 {
		return nil
	}
	var opts []js.PullMessagesOpt
	if cfg.Consumer != "" {
		opts = append(opts, js.PullMaxMessages(1)) // what is fetched ahead and not acknowledged would be kept from other readers
	}
	messages, err := consumer.Messages(opts...)
	if err != nil {
		return fmt.Errorf("read stream %s: %w", stream, err)
	}
	defer messages.Stop()
	for {
		msg, err := messages.Next(js.NextContext(ctx))
		if errors.Is(err, js.ErrNoHeartbeat) {
			continue // a broker that is slow or away for a moment: the next round asks again
		}
		if err != nil {
			return fmt.Errorf("read stream %s: %w", stream, err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("read stream %s: %w", stream, err)
		}
		more := yield(Record{
			Stream: meta.Stream, Subject: msg.Subject(), Sequence: meta.Sequence.Stream, Time: meta.Timestamp, Header: msg.Headers(), Body: msg.Data(),
		})
		if cfg.Consumer != "" {
			if err := msg.DoubleAck(ctx); err != nil {
				return fmt.Errorf("acknowledge message %d of stream %s: %w", meta.Sequence.Stream, stream, err)
			}
		}
		if !more || cfg.Stored && meta.NumPending == 0 {
			return nil
		}
	}
}

// openTimeout bounds the wait for the broker to say that there is something to read from: it does not answer whom it refuses.
const openTimeout = 5 * time.Second

// reading is the consumer to read through.
func (c *Conn) reading(ctx context.Context, stream string, cfg ReadConfig) (js.Consumer, error) {
	if cfg.Consumer != "" {
		return c.js.Consumer(ctx, stream, cfg.Consumer)
	}
	config := js.OrderedConsumerConfig{FilterSubjects: cfg.Subjects, DeliverPolicy: js.DeliverAllPolicy}
	switch {
	case cfg.New:
		config.DeliverPolicy = js.DeliverNewPolicy
	case !cfg.Since.IsZero():
		config.DeliverPolicy, config.OptStartTime = js.DeliverByStartTimePolicy, &cfg.Since
	}
	return c.js.OrderedConsumer(ctx, stream, config)
}
