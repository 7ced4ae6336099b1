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
	refused         *bool // nil unless a durable consumer gave it
}

// Refuse keeps a record of a durable consumer from being taken when the loop leaves: it comes again, here or to another reader.
func (r Record) Refuse() {
	if r.refused != nil {
		*r.refused = true
	}
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
	// Patience is how long a Stored read waits for the stream's leader to answer before it is an error. Default 30 seconds.
	Patience time.Duration
	// Consumer, when not empty, is a durable consumer to take from: it says what is read and from where on, and each record is acknowledged, and so
	// taken, when the loop asks for the next or leaves; one that was refused, or whose acknowledgement is lost, comes again. Subjects, New and Since say nothing then, and Stored
	// is an error.
	Consumer string
}

// Read yields records in the order of the stream, each once, through consumers that leave no trace on the broker unless a durable one is named. The last
// pair may hold an error and no record; the end of ctx is such an error.
//
// A Stored read is whole or ends in an error. The stream's leader says how far to read when reading begins. Every message up to there is yielded, but
// for those deleted, purged or expired before reading came to them; none behind. A consumer lives on one replica, which may be behind the leader or
// damaged, and dies with it: whatever consumers leave out is asked of the leader, message by message, so that reading goes on when a server is lost and
// ends in an error only when the leader does not answer (see Patience), when what it stated is lost, or when ctx ends. The error says how much was stated and
// how much was read. It takes permission to ask for STREAM.INFO and STREAM.MSG.GET of the stream, and to make consumers on it.
func (c *Conn) Read(ctx context.Context, cfg ReadConfig) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		more := true
		err := c.read(ctx, cfg, func(r Record) bool {
			more = yield(r, nil)
			return more
		})
		if err != nil && more {
			yield(Record{}, err)
		}
	}
}

// openTimeout bounds the wait for one answer of the broker: it does not answer whom it refuses.
const openTimeout = 5 * time.Second

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
	if cfg.Consumer != "" {
		if cfg.Stored {
			return fmt.Errorf("read stream %s: expected either a consumer or what is stored now", stream)
		}
		return c.take(ctx, stream, cfg.Consumer, yield)
	}
	r := &reading{conn: c, stream: stream, subjects: cfg.Subjects, stored: cfg.Stored, patience: cfg.Patience, yield: yield}
	if r.patience <= 0 {
		r.patience = 30 * time.Second
	}
	stored, err := r.open(ctx, cfg)
	if err != nil {
		return fmt.Errorf("read stream %s: %w", stream, err)
	}
	if !cfg.Stored {
		if err := r.follow(ctx); err != nil {
			return fmt.Errorf("read stream %s: %w", stream, err)
		}
		return nil
	}
	if err := r.finish(ctx); err != nil {
		return fmt.Errorf("read stream %s: expected all of its %d messages up to message %d, read %d up to message %d: %w",
			stream, stored, r.until, r.count, r.next-1, err)
	}
	return nil
}

// take reads through a durable consumer.
func (c *Conn) take(ctx context.Context, stream, name string, yield func(Record) bool) error {
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	consumer, err := c.js.Consumer(opening, stream, name)
	cancel()
	if err != nil {
		return fmt.Errorf("read stream %s: %w", stream, c.refused(err))
	}
	messages, err := consumer.Messages(js.PullMaxMessages(1)) // what is fetched ahead and not acknowledged would be kept from other readers
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
		record, _, err := recordOf(msg)
		if err != nil {
			return fmt.Errorf("read stream %s: %w", stream, err)
		}
		record.refused = new(bool)
		more := yield(record)
		if *record.refused {
			err = msg.Nak()
		} else {
			acking, cancel := context.WithTimeout(context.WithoutCancel(ctx), openTimeout) // what the loop has had is taken, though ctx ended meanwhile
			err = msg.DoubleAck(acking)
			cancel()
		}
		if err != nil {
			return fmt.Errorf("acknowledge message %d of stream %s: %w", record.Sequence, stream, err)
		}
		if !more {
			return nil
		}
	}
}

func recordOf(msg js.Msg) (Record, *js.MsgMetadata, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return Record{}, nil, err
	}
	return Record{
		Stream: meta.Stream, Subject: msg.Subject(), Sequence: meta.Sequence.Stream, Time: meta.Timestamp, Header: msg.Headers(), Body: msg.Data(),
	}, meta, nil
}
