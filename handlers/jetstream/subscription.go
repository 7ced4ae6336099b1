package jetstream

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	js "github.com/nats-io/nats.go/jetstream"
)

// subscription is one Subscribe: a fetching side that fills the window and an answering side (acker.go) that empties it.
//
// The client library fetches ahead of the window. A message in its buffer ages at the broker unseen by us, so whenever the window stays full (a
// pause, a slow handler) fetching is stopped and the buffer is taken in hand, over the window, where the answering side keeps it alive.
type subscription struct {
	parent   *Subscriber
	ctx      context.Context // values of the subscriber's caller, no cancellation
	stop     <-chan struct{} // the caller's cancellation
	stream   string
	consumer js.Consumer
	policy   redelivery
	patience time.Duration // how long the broker waits for a sign of life
	stall    time.Duration // how long the window may stay full

	out   chan *message.Message
	inbox chan *delivery // to the answering side, in order of arrival
	slots chan struct{}  // the window
	held  atomic.Int64   // slots that all in hand should hold, over the window too, but those that stepped aside
	hands atomic.Int64   // messages in hand, all of them
	freed chan struct{}  // signalled when either falls
	kill  chan struct{}  // gives up on what is in hand
	acker sync.WaitGroup
	aside struct{ messages, bytes int } // what stepped aside; the answering side's own

	mu       sync.RWMutex
	standing map[identity]struct{} // what stands aside, so that it is not taken in hand twice
	closed   bool
	overflow chan struct{} // closed to let messages in over the window; one for each round of fetching
}

// asideWindows is how many windows of messages may stand aside at most. Their bytes may fill one.
const asideWindows = 8

// stallAfter is how long the window may at most stay full before the fetched-ahead messages are taken in hand.
const stallAfter = 500 * time.Millisecond

func newSubscription(ctx context.Context, parent *Subscriber, stream string, consumer js.Consumer) *subscription {
	window, config := parent.cfg.Window, consumer.CachedInfo().Config
	policy := redelivery{delays: parent.cfg.Redelivery, backOff: config.BackOff}
	if len(policy.delays) == 0 {
		policy.delays = config.BackOff
	}
	patience := config.AckWait
	for _, wait := range config.BackOff {
		patience = min(patience, wait)
	}
	return &subscription{
		policy: policy, patience: patience, stall: min(stallAfter, patience/4),
		parent: parent, ctx: context.WithoutCancel(ctx), stop: ctx.Done(), stream: stream, consumer: consumer,
		out: make(chan *message.Message, 3*window), inbox: make(chan *delivery, 3*window), slots: make(chan struct{}, window),
		freed: make(chan struct{}, 1), kill: make(chan struct{}), standing: map[identity]struct{}{},
	}
}

func (s *subscription) run() {
	s.acker.Go(s.answer)
	for s.awaitRoom() {
		s.fetch()
	}
	s.finish()
}

// stopping reports whether the subscription is to end.
func (s *subscription) stopping() bool {
	select {
	case <-s.stop:
		return true
	case <-s.parent.closing:
		return true
	default:
		return false
	}
}

// weigh returns how many slots a message takes: one, and one more for each share of the window's bytes that it fills.
func (s *subscription) weigh(d *delivery) int64 {
	share := max(s.parent.cfg.WindowBytes/s.parent.cfg.Window, 1)
	return int64(min(1+d.size/share, s.parent.cfg.Window))
}

// awaitRoom waits until there is no pause and at most half a window in hand. It returns false when the subscription is to end.
func (s *subscription) awaitRoom() bool {
	for !s.stopping() {
		paused, changed := s.parent.pause()
		if !paused && s.held.Load() <= int64(s.parent.cfg.Window/2) {
			return true
		}
		freed := s.freed
		if paused {
			freed = nil
		}
		select {
		case <-changed:
		case <-freed:
		case <-s.stop:
		case <-s.parent.closing:
		}
	}
	return false
}

// fetch runs one round of fetching: until a pause, a window that stays full, a consumer that is gone, or the end.
func (s *subscription) fetch() {
	overflow := make(chan struct{})
	s.mu.Lock()
	s.overflow = overflow
	s.mu.Unlock()
	log := s.parent.cfg.Logger
	round, err := s.consumer.Consume(s.receive,
		js.PullMaxMessagesWithBytesLimit(max(s.parent.cfg.Window/2, 1), s.parent.conn.fetchBytes(s.parent.cfg.WindowBytes/2)),
		js.PullExpiry(30*time.Second), js.PullHeartbeat(5*time.Second),
		js.ConsumeErrHandler(func(_ js.ConsumeContext, err error) { log.Warn("fetch encounters", "stream", s.stream, "error", err) }))
	if err != nil {
		log.Warn("fetch encounters", "stream", s.stream, "error", err)
		s.rest(time.Second)
		return
	}
	s.awaitEndOfRound(round)
	close(overflow)
	closed := round.Closed()
	round.Drain()
	select {
	case <-closed:
	case <-time.After(s.parent.conn.patience(5 * time.Second)): // stragglers, if any, are taken by receive
	}
}

// awaitEndOfRound returns when fetching has to stop.
func (s *subscription) awaitEndOfRound(round js.ConsumeContext) {
	ended := round.Closed()
	tick := time.NewTicker(max(s.stall/2, time.Millisecond))
	defer tick.Stop()
	var fullSince time.Time
	for {
		paused, changed := s.parent.pause()
		if paused {
			return
		}
		select {
		case <-changed:
		case <-s.stop:
			return
		case <-s.parent.closing:
			return
		case <-ended:
			s.rest(time.Second)
			s.lookUp()
			return
		case now := <-tick.C:
			if len(s.slots) < cap(s.slots) {
				fullSince = time.Time{}
			} else if fullSince.IsZero() {
				fullSince = now
			} else if now.Sub(fullSince) >= s.stall {
				return
			}
		}
	}
}

// lookUp asks for the consumer again after it was lost. One that was deleted is not made anew here: that would read the whole stream again.
func (s *subscription) lookUp() {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	consumer, err := s.parent.conn.js.Consumer(ctx, s.stream, s.parent.cfg.Consumer)
	if err != nil {
		s.parent.cfg.Logger.Warn("look up consumer", "stream", s.stream, "consumer", s.parent.cfg.Consumer, "error", err)
		return
	}
	s.consumer = consumer
}

func (s *subscription) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.stop:
	case <-s.parent.closing:
	}
}

// receive takes one message in hand. It blocks while the window is full and fetching goes on, which is what bounds the fetching.
func (s *subscription) receive(raw js.Msg) {
	d := newDelivery(s.ctx, raw)
	d.weight = s.weigh(d)
	s.mu.RLock()
	overflow := s.overflow
	_, stands := s.standing[d.identity()]
	s.mu.RUnlock()
	if stands {
		return // it came again while the broker was away and heard nothing of it; the one that stands aside answers for both
	}
	for over := false; !over && int64(d.slots) < d.weight; {
		select {
		case s.slots <- struct{}{}:
			d.slots++
			continue
		default:
		}
		select {
		case s.slots <- struct{}{}:
			d.slots++
		case <-overflow:
			over = true
			d.last = time.Time{} // it aged unseen in the client's buffer: a sign of life is due at once
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed || len(s.out) == cap(s.out) || len(s.inbox) == cap(s.inbox) {
		s.release(d)
		_ = d.raw.Nak() // nobody is left to handle it
		return
	}
	s.held.Add(d.weight)
	s.hands.Add(1)
	s.inbox <- d
	s.out <- d.msg
}

// release empties the place of a message in the window.
func (s *subscription) release(d *delivery) {
	for range d.slots {
		<-s.slots
	}
	d.slots = 0
}

// finish waits until all in hand is answered, gives up on the rest when that takes too long, and closes the channel.
func (s *subscription) finish() {
	timeout := time.After(s.parent.cfg.CloseTimeout)
	for waiting := true; waiting && s.hands.Load() > 0; {
		select {
		case <-s.freed:
		case <-timeout:
			waiting = false
		}
	}
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	close(s.kill)
	s.acker.Wait()
	for len(s.out) > 0 { // given up: handing them out now would only have them decided twice
		select {
		case <-s.out:
		default:
		}
	}
	close(s.out)
	s.parent.conn.flush() // answers that do not leave now only mean another delivery
}
