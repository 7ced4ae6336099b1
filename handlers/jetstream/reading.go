package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// reading goes through one stream and yields each record once, in order: in bulk through consumers, each made anew where the one before ended, and what
// those leave out, when it is to be whole, from the stream's leader.
type reading struct {
	conn     *Conn
	stream   string
	subjects []string // all when empty
	stored   bool
	patience time.Duration
	yield    func(Record) bool

	next  uint64 // everything before it was yielded, or is not there
	until uint64 // the last to read
	count uint64 // how many were yielded
	left  bool   // the loop wants no more
	made  bool   // a consumer could be made
}

const (
	// heartbeat is how often the broker gives a sign of life while it has nothing to deliver. Two that are missing end a consumer.
	heartbeat = time.Second
	// silence ends a consumer that delivers nothing although there is more to read.
	silence = 2 * time.Second
	// mending is how many messages are asked of the leader, at a round trip each, before another consumer is tried.
	mending = 1000
)

// errSkipped ends a consumer of which a message was lost on the way; the next one delivers it.
var errSkipped = errors.New("a message was lost on the way")

// open finds where to begin and where to end, and returns how many messages the stream has.
func (r *reading) open(ctx context.Context, cfg ReadConfig) (messages uint64, err error) {
	state, err := r.state(ctx)
	if err != nil {
		return 0, err
	}
	// A replica that takes itself for the leader, or knows of none, may have answered; the next request is answered by the leader alone, and what it has
	// nothing of may end behind what it finds. The higher of the two is right in any case.
	newest, err := r.newest(ctx)
	if err != nil {
		return 0, err
	}
	r.next, r.until = 1, max(state.LastSeq, newest)
	if cfg.New {
		r.next = r.until + 1
	} else if !cfg.Since.IsZero() && r.next <= r.until {
		r.next += uint64(sort.Search(int(r.until-r.next+1), func(i int) bool {
			var at *Record
			if err == nil {
				at, err = r.held(ctx, r.next+uint64(i))
			}
			return at == nil || !at.Time.Before(cfg.Since)
		}))
	}
	return state.Msgs, err
}

// follow reads on until ctx ends. A first consumer that cannot be made is an error: nobody has seen then that reading is allowed.
func (r *reading) follow(ctx context.Context) error {
	r.until = math.MaxUint64
	for {
		err := r.consume(ctx)
		switch {
		case r.left:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !r.made, errors.Is(err, nats.ErrConnectionClosed):
			return err
		}
		rest(ctx, heartbeat)
	}
}

// finish reads to the end.
func (r *reading) finish(ctx context.Context) error {
	for r.next <= r.until && !r.left {
		_ = r.consume(ctx) // why it ended does not matter: what it left out is had otherwise
		if err := r.fill(ctx, r.until+1, mending); err != nil {
			return err
		}
	}
	return nil
}

// consume yields what a consumer delivers until there is no more to read; its error is why it ended before. What it leaves out between two messages of
// a stored read is taken from the leader.
func (r *reading) consume(ctx context.Context) error {
	making, cancel := context.WithTimeout(ctx, openTimeout)
	consumer, err := r.conn.js.CreateConsumer(making, r.stream, js.ConsumerConfig{
		FilterSubjects: r.subjects, DeliverPolicy: js.DeliverByStartSequencePolicy, OptStartSeq: r.next,
		AckPolicy: js.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: 10 * time.Second,
	})
	cancel()
	if err != nil {
		return r.conn.refused(err)
	}
	r.made = true
	if r.stored && consumer.CachedInfo().NumPending == 0 {
		return nil
	}
	messages, err := consumer.Messages(js.PullMaxMessagesWithBytesLimit(500, r.conn.fetchBytes(0)), js.PullExpiry(30*time.Second), js.PullHeartbeat(heartbeat))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for delivered := uint64(1); ; delivered++ {
		msg, err := r.await(ctx, messages)
		if err != nil {
			return err
		}
		record, meta, err := recordOf(msg)
		if err != nil {
			return err
		}
		if meta.Sequence.Consumer != delivered {
			return errSkipped
		}
		if r.stored {
			if err := r.fill(ctx, min(record.Sequence, r.until+1), math.MaxInt); err != nil {
				return err
			}
		}
		if record.Sequence <= r.until && !r.left {
			r.hand(record)
		}
		if r.left || r.stored && (r.next > r.until || meta.NumPending == 0) {
			return nil
		}
	}
}

func (r *reading) await(ctx context.Context, messages js.MessagesContext) (js.Msg, error) {
	if r.stored {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, silence)
		defer cancel()
	}
	return messages.Next(js.NextContext(ctx))
}

func (r *reading) hand(record Record) {
	r.next = record.Sequence + 1
	r.count++
	r.left = !r.yield(record)
}

// fill yields what the leader holds from next on and before end, at most n messages of it.
func (r *reading) fill(ctx context.Context, end uint64, n int) error {
	for ; r.next < end && n > 0 && !r.left; n-- {
		record, err := r.held(ctx, r.next)
		if err != nil {
			return err
		}
		if record == nil || record.Sequence >= end {
			r.next = end
			return nil
		}
		r.hand(*record)
	}
	return nil
}

// held returns the first message at or after seq that the leader has; nil when it has none. A store that fails, or is being closed, is told as not
// found too: what is not found is therefore asked for again, once the stream has shown that it is there and as long as it was.
func (r *reading) held(ctx context.Context, seq uint64) (*Record, error) {
	for again := false; ; again = true {
		var first *Record
		for _, subject := range r.filters() {
			found, err := r.get(ctx, getRequest{Sequence: seq, Next: subject})
			if err != nil {
				return nil, err
			}
			if first == nil || found != nil && found.Sequence < first.Sequence {
				first = found
			}
		}
		if first != nil || again {
			return first, nil
		}
		if _, err := r.state(ctx); err != nil {
			return nil, err
		}
	}
}

// newest returns the number of the last message that the leader has, 0 when it has none.
func (r *reading) newest(ctx context.Context) (newest uint64, err error) {
	for _, subject := range r.filters() {
		found, err := r.get(ctx, getRequest{Last: subject})
		if err != nil {
			return 0, err
		}
		if found != nil {
			newest = max(newest, found.Sequence)
		}
	}
	return newest, nil
}

func (r *reading) filters() []string {
	if len(r.subjects) == 0 {
		return []string{">"}
	}
	return r.subjects
}

// state returns what the stream says of itself. A replica that is behind may answer; one that does not reach to the end is not taken for an answer.
func (r *reading) state(ctx context.Context) (state js.StreamState, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		stream, err := r.conn.js.Stream(ctx, r.stream)
		if err != nil {
			return err
		}
		if state = stream.CachedInfo().State; r.stored && state.LastSeq < r.until {
			return fmt.Errorf("the stream now ends at message %d", state.LastSeq)
		}
		return nil
	})
	return state, err
}

// getRequest asks for one message: the next of a subject from a sequence on, or the last.
type getRequest struct {
	Sequence uint64 `json:"seq,omitempty"`
	Next     string `json:"next_by_subj,omitempty"`
	Last     string `json:"last_by_subj,omitempty"`
}

// get asks the stream's leader for one message; nil when there is none. The leader alone answers this request. The client library has it too, but asks
// any replica of a stream that allows that.
func (r *reading) get(ctx context.Context, request getRequest) (found *Record, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	err = r.ask(ctx, func(ctx context.Context) error {
		answer, err := r.conn.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+r.stream, body)
		if err != nil {
			return err
		}
		var got struct {
			Error   *js.APIError `json:"error"`
			Message struct {
				Subject  string    `json:"subject"`
				Sequence uint64    `json:"seq"`
				Time     time.Time `json:"time"`
				Header   []byte    `json:"hdrs"`
				Body     []byte    `json:"data"`
			} `json:"message"`
		}
		if err := json.Unmarshal(answer.Data, &got); err != nil {
			return err
		}
		if errors.Is(got.Error, js.ErrMsgNotFound) {
			return nil
		} else if got.Error != nil {
			return got.Error
		}
		m := got.Message
		found = &Record{Stream: r.stream, Subject: m.Subject, Sequence: m.Sequence, Time: m.Time, Body: m.Body}
		if len(m.Header) > 0 {
			header, err := nats.DecodeHeadersMsg(m.Header)
			found.Header = header
			return err
		}
		return nil
	})
	return found, err
}

// ask repeats a request until it is answered, its answer is final, or patience is at its end. Without a leader, a stream does not answer.
func (r *reading) ask(ctx context.Context, request func(context.Context) error) error {
	for end := time.Now().Add(r.patience); ; {
		attempt, cancel := context.WithTimeout(ctx, min(openTimeout, r.patience))
		err := r.conn.refused(request(attempt))
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case final(err), !time.Now().Before(end):
			return err
		}
		rest(ctx, heartbeat/4)
	}
}

func final(err error) bool {
	for _, target := range []error{nats.ErrPermissionViolation, nats.ErrConnectionClosed, js.ErrStreamNotFound, js.ErrJetStreamNotEnabled, js.ErrJetStreamNotEnabledForAccount} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
