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

// Replays opens the record of what was replayed from t's dead letters, creating it when there is none. An
// entry lives as long as a dead letter does.
func (t Topology) Replays(ctx context.Context, c *Conn) (*Replays, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	done, err := c.js.CreateOrUpdateKeyValue(ctx, js.KeyValueConfig{
		Bucket: t.DeadLetters.Name + "_REPLAYED", Description: "dead letters that were published again, by stream sequence",
		TTL: t.DeadLetters.MaxAge, Replicas: max(t.Replicas, 1),
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
// window the broker drops the second, which fresh tells, and later its outcome has the id of the first.
func (r *Replays) Replay(ctx context.Context, letter Record) (fresh bool, err error) {
	h := nats.Header{handlers.HeaderReplayOf: {replayKey(letter)}}
	for name, values := range letter.Header {
		if lower := strings.ToLower(name); !strings.HasPrefix(lower, "claimscrub-") && !strings.HasPrefix(lower, "nats-") {
			h[name] = values
		}
	}
	m := &nats.Msg{Subject: r.subject, Header: h, Data: letter.Body}
	ack, err := r.conn.js.PublishMsg(ctx, m, js.WithMsgID("replay:"+letter.Stream+":"+replayKey(letter)))
	if err != nil {
		return false, fmt.Errorf("replay dead letter %d: %w", letter.Sequence, r.conn.refused(err))
	}
	if _, err := r.done.Put(ctx, replayKey(letter), nil); err != nil {
		return false, fmt.Errorf("record replay of dead letter %d: %w", letter.Sequence, r.conn.refused(err))
	}
	return !ack.Duplicate, nil
}

func replayKey(letter Record) string { return strconv.FormatUint(letter.Sequence, 10) }
