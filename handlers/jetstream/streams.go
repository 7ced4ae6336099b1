package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	js "github.com/nats-io/nats.go/jetstream"
)

// Stream declares one stream. All are file-backed with discard-new: a full stream refuses loudly where discard-old would drop in silence.
type Stream struct {
	Name     string
	Subjects []string
	// MaxAge is when a message leaves, read or unread; zero means never.
	MaxAge time.Duration
	// MaxBytes is the size at which the stream refuses more; zero or less means the broker's own storage limit.
	MaxBytes int64
	// MaxMsgSize is the size of a message, headers and body, above which the stream refuses it, in bytes; zero or less means the broker's own limit.
	MaxMsgSize int32
	// Duplicates is how long a message id is remembered. It must be longer than the longest redelivery delay, at about 150 bytes of the broker's
	// memory an id.
	Duplicates time.Duration
}

// Consumer declares the durable consumer that all workers share.
type Consumer struct {
	Name string
	// BackOff is how long the broker waits for an answer before it delivers again, by delivery; the last repeats. The first is the plain AckWait.
	BackOff []time.Duration
	// MaxAckPending bounds the messages held by all workers together.
	MaxAckPending int
}

// Topology declares everything the worker needs of the broker.
type Topology struct {
	Encounters, Claims, DeadLetters Stream
	Consumer                        Consumer
	// Replicas of each stream: 1, or 3 in a cluster.
	Replicas int
}

// letterHeaders is more than a dead letter has in headers that its input had not. An input so large that its dead letter could not be stored would come
// again for ever, and is refused instead: on a broker with a lower limit than ours too.
const letterHeaders = 64 << 10

// DefaultTopology returns the names and limits of the contract.
func DefaultTopology() Topology {
	const day = 24 * time.Hour
	return Topology{
		Encounters: Stream{
			Name: "ENCOUNTERS", Subjects: []string{"encounter.completed"}, MaxAge: 7 * day, MaxMsgSize: MaxPayload - letterHeaders, Duplicates: 2 * time.Minute,
		},
		Claims:      Stream{Name: "CLAIMS", Subjects: []string{"claim.>"}, MaxAge: 30 * day, Duplicates: 10 * time.Minute},
		DeadLetters: Stream{Name: "DEADLETTERS", Subjects: []string{"encounter.deadletter"}, MaxAge: 90 * day, Duplicates: 10 * time.Minute},
		Consumer: Consumer{
			Name:          "claimscrub",
			BackOff:       []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
			MaxAckPending: 16384,
		},
		Replicas: 1,
	}
}

// Drift is one field in which the broker differs from the declaration.
type Drift struct{ Object, Field, Declared, Actual string }

// String reads "stream CLAIMS: discard is old, declared new".
func (d Drift) String() string {
	return fmt.Sprintf("%s: %s is %s, declared %s", d.Object, d.Field, d.Actual, d.Declared)
}

// Ensure creates what is missing and reports in what the rest differs from the declaration. It changes what exists only when update is true, and
// then reports what it could not change as an error. It may run in many workers at once.
func (t Topology) Ensure(ctx context.Context, c *Conn, update bool) ([]Drift, error) {
	if !c.Connected() {
		return nil, fmt.Errorf("ensure streams: %w", c.notConnected())
	}
	var drifts []Drift
	if limit := c.nc.MaxPayload(); limit < MaxPayload {
		drifts = append(drifts, Drift{"server", "max_payload", fmt.Sprint(MaxPayload), fmt.Sprint(limit)})
		if fits := int32(limit - min(letterHeaders, limit/2)); t.Encounters.MaxMsgSize <= 0 || t.Encounters.MaxMsgSize > fits {
			t.Encounters.MaxMsgSize = fits
		}
	}
	for _, s := range []Stream{t.Encounters, t.Claims, t.DeadLetters} {
		found, err := s.ensure(ctx, c.js, t.Replicas, update)
		if err != nil {
			return drifts, fmt.Errorf("ensure stream %s: %w", s.Name, c.refused(err))
		}
		drifts = append(drifts, found...)
	}
	found, err := t.Consumer.ensure(ctx, c.js, t.Encounters, update)
	if err != nil {
		return drifts, fmt.Errorf("ensure consumer %s of stream %s: %w", t.Consumer.Name, t.Encounters.Name, c.refused(err))
	}
	return append(drifts, found...), nil
}

func (s Stream) config(replicas int) js.StreamConfig {
	maxBytes := s.MaxBytes
	if maxBytes <= 0 {
		maxBytes = -1
	}
	maxMsgSize := s.MaxMsgSize
	if maxMsgSize <= 0 {
		maxMsgSize = -1
	}
	return js.StreamConfig{
		Name: s.Name, Subjects: s.Subjects, Retention: js.LimitsPolicy, Discard: js.DiscardNew, Storage: js.FileStorage,
		MaxAge: s.MaxAge, MaxBytes: maxBytes, MaxMsgs: -1, MaxMsgsPerSubject: -1, MaxMsgSize: maxMsgSize, Duplicates: s.Duplicates, Replicas: max(replicas, 1),
	}
}

func (s Stream) ensure(ctx context.Context, broker js.JetStream, replicas int, update bool) ([]Drift, error) {
	want := s.config(replicas)
	stream, err := broker.Stream(ctx, s.Name)
	if errors.Is(err, js.ErrStreamNotFound) {
		stream, err = broker.CreateStream(ctx, want)
		if errors.Is(err, js.ErrStreamNameAlreadyInUse) { // another worker was first
			stream, err = broker.Stream(ctx, s.Name)
		}
	}
	if err != nil {
		return nil, err
	}
	drifts := s.drift(want, stream.CachedInfo().Config)
	if update && len(drifts) > 0 {
		got := stream.CachedInfo().Config
		got.Subjects, got.Discard, got.MaxAge, got.MaxBytes = want.Subjects, want.Discard, want.MaxAge, want.MaxBytes
		got.MaxMsgs, got.MaxMsgsPerSubject, got.Duplicates, got.Replicas = want.MaxMsgs, want.MaxMsgsPerSubject, want.Duplicates, want.Replicas
		got.MaxMsgSize, got.Retention, got.Storage = want.MaxMsgSize, want.Retention, want.Storage
		if _, err := broker.UpdateStream(ctx, got); err != nil {
			return drifts, fmt.Errorf("update: %w", err)
		}
		return nil, nil
	}
	return drifts, nil
}

func (s Stream) drift(want, got js.StreamConfig) []Drift {
	return differing("stream "+s.Name, []field{
		{"subjects", strings.Join(want.Subjects, " "), strings.Join(got.Subjects, " ")},
		{"retention", want.Retention.String(), got.Retention.String()},
		{"discard", want.Discard.String(), got.Discard.String()},
		{"storage", want.Storage.String(), got.Storage.String()},
		{"max_age", want.MaxAge.String(), got.MaxAge.String()},
		{"max_bytes", fmt.Sprint(want.MaxBytes), fmt.Sprint(got.MaxBytes)},
		{"max_msgs", fmt.Sprint(want.MaxMsgs), fmt.Sprint(got.MaxMsgs)},
		{"max_msgs_per_subject", fmt.Sprint(want.MaxMsgsPerSubject), fmt.Sprint(got.MaxMsgsPerSubject)},
		{"max_msg_size", fmt.Sprint(want.MaxMsgSize), fmt.Sprint(got.MaxMsgSize)},
		{"duplicate_window", want.Duplicates.String(), got.Duplicates.String()},
		{"num_replicas", fmt.Sprint(want.Replicas), fmt.Sprint(got.Replicas)},
		{"no_ack", fmt.Sprint(want.NoAck), fmt.Sprint(got.NoAck)},
		{"sealed", fmt.Sprint(want.Sealed), fmt.Sprint(got.Sealed)},
	})
}

func (c Consumer) config(encounters Stream) js.ConsumerConfig {
	config := js.ConsumerConfig{
		Durable: c.Name, DeliverPolicy: js.DeliverAllPolicy, AckPolicy: js.AckExplicitPolicy, ReplayPolicy: js.ReplayInstantPolicy,
		MaxDeliver: -1, MaxAckPending: c.MaxAckPending, BackOff: c.BackOff,
	}
	if len(c.BackOff) > 0 {
		config.AckWait = c.BackOff[0]
	}
	if len(encounters.Subjects) == 1 {
		config.FilterSubject = encounters.Subjects[0]
	} else {
		config.FilterSubjects = encounters.Subjects
	}
	return config
}

func (c Consumer) ensure(ctx context.Context, broker js.JetStream, encounters Stream, update bool) ([]Drift, error) {
	want := c.config(encounters)
	consumer, err := broker.Consumer(ctx, encounters.Name, c.Name)
	if errors.Is(err, js.ErrConsumerNotFound) {
		consumer, err = broker.CreateConsumer(ctx, encounters.Name, want)
		if errors.Is(err, js.ErrConsumerExists) { // another worker was first
			consumer, err = broker.Consumer(ctx, encounters.Name, c.Name)
		}
	}
	if err != nil {
		return nil, err
	}
	drifts := c.drift(want, consumer.CachedInfo().Config)
	if update && len(drifts) > 0 {
		if _, err := broker.UpdateConsumer(ctx, encounters.Name, want); err != nil {
			return drifts, fmt.Errorf("update: %w", err)
		}
		return nil, nil
	}
	return drifts, nil
}

func (c Consumer) drift(want, got js.ConsumerConfig) []Drift {
	filters := func(c js.ConsumerConfig) string { return strings.Join(append(c.FilterSubjects, c.FilterSubject), " ") }
	return differing("consumer "+c.Name, []field{
		{"filter_subject", strings.TrimSpace(filters(want)), strings.TrimSpace(filters(got))},
		{"deliver_policy", want.DeliverPolicy.String(), got.DeliverPolicy.String()},
		{"ack_policy", want.AckPolicy.String(), got.AckPolicy.String()},
		{"ack_wait", want.AckWait.String(), got.AckWait.String()},
		{"backoff", fmt.Sprint(want.BackOff), fmt.Sprint(got.BackOff)},
		{"max_deliver", fmt.Sprint(want.MaxDeliver), fmt.Sprint(got.MaxDeliver)},
		{"max_ack_pending", fmt.Sprint(want.MaxAckPending), fmt.Sprint(got.MaxAckPending)},
	})
}

type field struct{ name, declared, actual string }

func differing(object string, fields []field) []Drift {
	var drifts []Drift
	for _, f := range fields {
		if f.declared != f.actual {
			drifts = append(drifts, Drift{object, f.name, f.declared, f.actual})
		}
	}
	return drifts
}
