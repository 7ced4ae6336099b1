package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/handlers"
)

var _ handlers.Subscriber = (*Subscriber)(nil)

// SubscriberConfig configures a Subscriber.
type SubscriberConfig struct {
	// Stream holds the topic. Empty means the stream that the broker has bound to it.
	Stream string
	// Consumer is the durable pull consumer to read through. It must exist.
	Consumer string
	// Window is how many messages may be in the handler's hands at once. Default 1000. Up to half as many more are fetched ahead.
	Window int
	// WindowBytes is how many bytes of messages that may be: large messages make the window smaller. Default 64 MiB. Half of that, and twice the
	// broker's largest message at least, is fetched ahead.
	WindowBytes int
	// CloseTimeout bounds how long closing waits for messages in hand to be answered. Default 30 seconds.
	CloseTimeout time.Duration
	// Redelivery is the delay of a message's next delivery after a Nack, by how often it was delivered; the last repeats. Default: the consumer's
	// back-off, which the broker itself applies to unanswered messages only.
	Redelivery []time.Duration
	Logger     *slog.Logger
}

// Subscriber reads a stream through a durable pull consumer with many messages in flight. Order is not kept.
type Subscriber struct {
	conn *Conn
	cfg  SubscriberConfig

	mu      sync.Mutex
	closing chan struct{} // closed by Close
	paused  bool
	changed chan struct{} // closed and replaced when paused changes
	running sync.WaitGroup
}

// NewSubscriber returns a subscriber over conn, which stays the caller's to close, after the subscriber.
func NewSubscriber(conn *Conn, cfg SubscriberConfig) *Subscriber {
	if cfg.Window <= 0 {
		cfg.Window = 1000
	}
	if cfg.WindowBytes <= 0 {
		cfg.WindowBytes = 64 << 20
	}
	if cfg.CloseTimeout <= 0 {
		cfg.CloseTimeout = 30 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Subscriber{conn: conn, cfg: cfg, closing: make(chan struct{}), changed: make(chan struct{})}
}

// Subscribe returns the messages of the subject topic. When ctx is cancelled, or on Close, it stops fetching, waits until every message in hand is
// answered (at most CloseTimeout), and closes the channel; contexts of messages do not end with ctx.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	stream := s.cfg.Stream
	if stream == "" {
		var err error
		if stream, err = s.conn.js.StreamNameBySubject(ctx, topic); err != nil {
			return nil, fmt.Errorf("subscribe to %s: stream: %w", topic, err)
		}
	}
	consumer, err := s.conn.js.Consumer(ctx, stream, s.cfg.Consumer)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: consumer %s of stream %s: %w", topic, s.cfg.Consumer, stream, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return nil, fmt.Errorf("subscribe to %s: %w", topic, errClosed)
	default:
	}
	sub := newSubscription(ctx, s, stream, consumer)
	s.running.Go(sub.run)
	return sub.out, nil
}

var errClosed = errors.New("subscriber closed")

// Close ends all subscriptions as Subscribe says and returns when their channels are closed. It may be called twice and at any time.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	select {
	case <-s.closing:
	default:
		close(s.closing)
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// Pause stops fetching. What is in hand or already on its way is kept, and kept from being delivered elsewhere.
func (s *Subscriber) Pause() { s.setPaused(true) }

// Resume goes on fetching.
func (s *Subscriber) Resume() { s.setPaused(false) }

func (s *Subscriber) setPaused(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused != paused {
		s.paused = paused
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// pause reports whether fetching is paused, and a channel closed when that changes.
func (s *Subscriber) pause() (bool, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused, s.changed
}
