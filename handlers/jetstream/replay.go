package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers"
)

// Replays remembers which dead letters were published again, so that replaying twice is replaying once.
type Replays struct {
	conn    *Conn
	subject string
	done    js.KeyValue
}

// Replays opens the record of what was replayed from t's dead letters, creating it when there is none. It is kept as the dead letters themselves are:
// an entry for as long, on as many servers.
func (t Topology) Replays(ctx context.Context, c *Conn) (*Replays, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	letters, err := c.js.Stream(ctx, t.DeadLetters.Name)
	if err != nil {
		return nil, fmt.Errorf("open record of replays: stream %s: %w", t.DeadLetters.Name, c.refused(err))
	}
	config := letters.CachedInfo().Config
	done, err := c.js.CreateOrUpdateKeyValue(ctx, js.KeyValueConfig{
		Bucket: t.DeadLetters.Name + "_REPLAYED", Description: "dead letters that were published again, by stream sequence and time",
		TTL: config.MaxAge, Replicas: config.Replicas,
	})
	if err != nil {
		return nil, fmt.Errorf("open record of replays: %w", c.refused(err))
	}
	return &Replays{c, t.Encounters.Subjects[0], done}, nil
}

// Done tells whether the letter was replayed.
func (r *Replays) Done(ctx context.Context, letter Record) (bool, error) {
	_, err := r.done.Get(ctx, replayKey(letter))
	if errors.Is(err, js.ErrKeyNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Replay publishes the letter as it was received, with its own headers, and records that once the broker has
// stored it. Dying between the two leaves the letter to be replayed again: within the stream's duplicate
// window the broker drops the second, which fresh tells, and later its outcome has the id of the first. A letter that fits as it was, but not with what
// names it a replay, fails with handlers.ErrTooLarge.
func (r *Replays) Replay(ctx context.Context, letter Record) (fresh bool, err error) {
	h := nats.Header{handlers.HeaderReplayOf: {strconv.FormatUint(letter.Sequence, 10)}}
	for name, values := range letter.Header {
		if lower := strings.ToLower(name); !strings.HasPrefix(lower, "claimscrub-") && !strings.HasPrefix(lower, "nats-") {
			h[name] = values
		}
	}
	m := &nats.Msg{Subject: r.subject, Header: h, Data: letter.Body}
	ack, err := r.conn.js.PublishMsg(ctx, m, js.WithMsgID("replay:"+letter.Stream+":"+replayKey(letter)))
	if err != nil {
		return false, fmt.Errorf("replay dead letter %d: %w", letter.Sequence, publishError(r.subject, r.conn.refused(err)))
	}
	if _, err := r.done.Put(ctx, replayKey(letter), nil); err != nil {
		return false, fmt.Errorf("record replay of dead letter %d: %w", letter.Sequence, r.conn.refused(err))
	}
	return !ack.Duplicate, nil
}

// replayKey names a letter beyond the life of its stream: one that is made anew counts from 1 again.
func replayKey(letter Record) string {
	return fmt.Sprintf("%d.%d", letter.Sequence, letter.Time.UnixNano())
}
