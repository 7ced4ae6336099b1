package handlers_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// impatient makes the broker deliver again soon, so that tests of redelivery end soon.
func impatient(t *jetstream.Topology) {
	t.Consumer.BackOff = []time.Duration{300 * time.Millisecond}
}

// lingering is a publisher that returns from a publish only when it may, long after the broker stored it.
type lingering struct {
	handlers.Publisher
	stored  chan<- struct{}
	crashed <-chan struct{}
}

func (l lingering) Begin(topic string, m *message.Message) func() error {
	stored := l.Publisher.Begin(topic, m)
	return func() error {
		err := stored()
		l.stored <- struct{}{}
		<-l.crashed
		return err
	}
}

func TestRedeliveryEndsInOneOutcome(t *testing.T) {
	t.Parallel()
	r := newRig(t, impatient)
	// The first worker is cut off when the broker has stored its outcomes and not yet heard that the inputs are done.
	stored, crashed := make(chan struct{}, 100), make(chan struct{})
	crash := r.start(echo, func(c *handlers.Config) { c.Publisher = lingering{c.Publisher, stored, crashed} })
	r.publish(numbered(20)...)
	for range 20 {
		<-stored
	}
	crash.cut()
	close(crashed)
	crash.Abort()
	crash.stop()
	<-crash.done

	w := r.start(echo, nil)
	r.settled(w)
	r.outcomes(handlers.SubjectReady, 20)
	if n := r.stored(handlers.SubjectReady); n != 20 {
		t.Errorf("%d outcomes stored, want 20", n)
	}
	w.want(t, `claimscrub_publish_duplicates_total 20`, `claimscrub_redeliveries_total 20`, `claimscrub_encounters_total{result="ready"} 0`)
}

func TestFullOutputBlocksAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(t *jetstream.Topology) {
		t.Consumer.BackOff = []time.Duration{2 * time.Second}
		t.Claims.MaxBytes = 64 << 10
	})
	w := r.start(echo, func(c *handlers.Config) { c.DeliveryLimit = 2 })
	body := strings.Repeat("x", 4000)
	bodies := numbered(40)
	for i := range bodies {
		bodies[i] += " " + body
	}
	r.publish(bodies...)
	eventually(t, "blocked", func() bool { return len(w.NotReady()) > 0 })
	if why := strings.Join(w.NotReady(), ";"); !strings.Contains(why, "output claim.ready blocked") || !strings.Contains(why, "maximum bytes exceeded") {
		t.Errorf("not ready because %q", why)
	}
	w.want(t, `claimscrub_output_blocked 1`)

	// Twice as long as the broker waits for an answer: what is held must not be delivered again, and no more must be fetched than what was on its way
	// when the output filled up. That something does not happen has no signal to wait for.
	r.publish("late")
	time.Sleep(500 * time.Millisecond)
	before, err := r.topology.Backlog(t.Context(), r.conn)
	if err != nil || before.Pending == 0 {
		t.Fatalf("backlog when blocked: %+v, %v; want the late one, which is the last, pending", before, err)
	}
	time.Sleep(4500 * time.Millisecond)
	backlog, err := r.topology.Backlog(t.Context(), r.conn)
	if err != nil || backlog.Redelivered != 0 || backlog.Pending != before.Pending || backlog.AckPending != before.AckPending {
		t.Errorf("backlog while blocked: %+v, %v; want nothing redelivered and nothing more fetched since %+v", backlog, err, before)
	}

	r.enlarge(func(t *jetstream.Topology) { t.Claims.MaxBytes = 1 << 20 })
	r.outcomes(handlers.SubjectReady, len(bodies)+1)
	eventually(t, "ready again", func() bool { return len(w.NotReady()) == 0 })
	r.settled(w)
	w.want(t, `claimscrub_output_blocked 0`, `claimscrub_encounters_total{result="ready"} 41`, `claimscrub_deadletters_total{reason="delivery_limit"} 0`,
		`claimscrub_redeliveries_total 0`)
}

func TestFullDeadLettersDoNotHoldUpClaims(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(t *jetstream.Topology) { t.DeadLetters.MaxBytes = 1 })
	w := r.start(unreadable, nil)
	r.publish("bad")
	eventually(t, "dead letters blocked", func() bool { return strings.Contains(strings.Join(w.NotReady(), ";"), "encounter.deadletter blocked") })
	r.publish(numbered(50)...)
	r.outcomes(handlers.SubjectReady, 50)

	r.enlarge(func(t *jetstream.Topology) { t.DeadLetters.MaxBytes = 1 << 20 })
	r.outcomes(handlers.SubjectDeadLetter, 1)
	eventually(t, "ready again", func() bool { return len(w.NotReady()) == 0 })
}

// unreadable sets aside what begins with bad, and is ready for the rest.
func unreadable(ctx context.Context, m handlers.Message) handlers.Decision {
	if strings.HasPrefix(string(m.Body), "bad") {
		return handlers.DeadLetter(m, handlers.ReasonNotJSON, "offset 0: expected an object")
	}
	return echo(ctx, m)
}

// bad returns n unreadable bodies that differ.
func bad(n int) []string {
	bodies := numbered(n)
	for i := range bodies {
		bodies[i] = "bad " + bodies[i]
	}
	return bodies
}

func TestMoreDeadLettersThanTheWindowHoldsDoNotHoldUpClaims(t *testing.T) {
	t.Parallel()
	// What was delivered often passes one at a time, which must not wait for what waits either.
	for name, lives := range map[string]int{"delivered once": 0, "delivered often": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(t *jetstream.Topology) {
				t.DeadLetters.MaxBytes = 1
				t.Consumer.BackOff = []time.Duration{2 * time.Second}
			})
			start := func() *running {
				return r.start(unreadable, func(c *handlers.Config) {
					c.Subscriber = jetstream.NewSubscriber(r.connect(), jetstream.SubscriberConfig{Consumer: r.topology.Consumer.Name, Window: 20, CloseTimeout: 30 * time.Second})
				})
			}
			r.publish(bad(100)...)
			for range lives {
				w := start()
				eventually(t, "all in hand", func() bool {
					b, err := r.topology.Backlog(t.Context(), r.conn)
					return err == nil && b.Pending == 0 && b.AckPending == 100
				})
				w.stop()
				w.Abort()
				<-w.done
			}
			w := start()
			r.publish(numbered(50)...)
			r.outcomes(handlers.SubjectReady, 50)
			eventually(t, "dead letters blocked", func() bool { return strings.Contains(strings.Join(w.NotReady(), ";"), "encounter.deadletter blocked") })
			eventually(t, "every dead letter waits", func() bool {
				b, err := r.topology.Backlog(t.Context(), r.conn)
				return err == nil && b.Pending == 0 && b.AckPending == 100
			})

			r.enlarge(func(t *jetstream.Topology) { t.DeadLetters.MaxBytes = 1 << 20 })
			for body, letter := range r.outcomes(handlers.SubjectDeadLetter, 100) {
				if got := letter.Header[handlers.HeaderReason]; len(got) != 1 || got[0] != handlers.ReasonNotJSON {
					t.Errorf("%s: reason %q, want %s", body, got, handlers.ReasonNotJSON)
				}
			}
			eventually(t, "ready again", func() bool { return len(w.NotReady()) == 0 })
			r.settled(w)
			w.want(t, `claimscrub_encounters_total{result="ready"} 50`, `claimscrub_encounters_total{result="deadletter"} 100`, `claimscrub_publish_duplicates_total 0`)
		})
	}
}

// newRestartingRig is a rig whose broker, once closed, starts again by restart, with the same store at the same address.
func newRestartingRig(t *testing.T) (r *rig, restart func()) {
	t.Helper()
	dir, listen := t.TempDir(), ""
	r = newRig(t, nil)
	r.broker.Close()
	restart = func() {
		t.Helper()
		broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: dir, Listen: listen})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(broker.Close)
		r.broker, listen = broker, strings.TrimPrefix(broker.URL(), "nats://")
	}
	restart()
	return r, restart
}

func TestBrokerRestartIsSurvived(t *testing.T) {
	t.Parallel()
	r, restart := newRestartingRig(t)
	r.conn = r.connect()
	if _, err := r.topology.Ensure(t.Context(), r.conn, false); err != nil {
		t.Fatal(err)
	}
	w := r.start(echo, nil)
	r.publish(numbered(200)...)
	r.broker.Close()
	eventually(t, "not ready without a broker", func() bool { return len(w.NotReady()) > 0 })
	restart()
	r.conn = r.connect()
	r.outcomes(handlers.SubjectReady, 200)
	eventually(t, "ready again", func() bool { return len(w.NotReady()) == 0 })
	r.settled(w)
	if n := r.stored(handlers.SubjectReady); n != 200 {
		t.Errorf("%d outcomes, want 200", n)
	}
}

func TestBrokerLostBeforeSubscribingIsWaitedFor(t *testing.T) {
	t.Parallel()
	r, restart := newRestartingRig(t)
	r.conn = r.connect()
	w := r.prepare(echo, func(c *handlers.Config) {
		c.Prepare = func(ctx context.Context) error {
			_, err := r.topology.Ensure(ctx, r.conn, false)
			r.broker.Close()
			return err
		}
	})
	w.begin(t)
	eventually(t, "not ready, since it cannot subscribe", func() bool {
		return strings.Contains(strings.Join(w.NotReady(), ";"), "starting: subscribe to encounter.completed")
	})
	restart()
	select {
	case <-w.Running():
	case err := <-w.done:
		t.Fatalf("worker ended: %v", err)
	}
	r.conn = r.connect()
	r.publish(numbered(5)...)
	r.outcomes(handlers.SubjectReady, 5)
	eventually(t, "ready", func() bool { return len(w.NotReady()) == 0 })

	// A stop is heeded while it waits.
	w = r.prepare(echo, func(c *handlers.Config) {
		c.Prepare = func(context.Context) error {
			r.broker.Close()
			return nil
		}
	})
	w.begin(t)
	eventually(t, "not ready, since it cannot subscribe", func() bool {
		return strings.Contains(strings.Join(w.NotReady(), ";"), "starting: subscribe to encounter.completed")
	})
	w.stop()
	if err := <-w.done; err != nil {
		t.Errorf("stopped before it ran: %v, want no error", err)
	}
}

// TestPoisonLeavesAloneAndOnce lets one message kill every worker that decides it, among good ones. It must leave by the delivery limit, and take no good
// one along although all were in the same hands.
func TestPoisonLeavesAloneAndOnce(t *testing.T) {
	t.Parallel()
	const limit = 6
	r := newRig(t, func(t *jetstream.Topology) { t.Consumer.BackOff = []time.Duration{100 * time.Millisecond} })
	bodies := numbered(60)
	bodies[0] = "poison"
	r.publish(bodies...)
	for life := 0; r.stored(handlers.SubjectDeadLetter) == 0; life++ {
		if life > 3*limit {
			t.Fatal("the poison does not leave")
		}
		var dead atomic.Bool
		killed := make(chan struct{})
		hang := make(chan struct{})
		w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
			if string(m.Body) == "poison" && dead.CompareAndSwap(false, true) {
				close(killed)
			}
			if dead.Load() {
				<-hang
			}
			return echo(ctx, m)
		}, func(c *handlers.Config) { c.DeliveryLimit, c.Goroutines = limit, 1 })
		select {
		case <-killed: // as a killed process: nothing more is said to the broker
			w.cut()
			w.Abort()
			close(hang)
		case <-r.first(t.Context(), handlers.SubjectDeadLetter):
			close(hang)
		}
		w.stop()
		<-w.done
	}
	w := r.start(echo, nil)
	r.settled(w)
	letters := r.outcomes(handlers.SubjectDeadLetter, 1)
	letter, ok := letters["poison"]
	if !ok || r.stored(handlers.SubjectDeadLetter) != 1 {
		t.Errorf("dead letters: %d, want the poison alone", r.stored(handlers.SubjectDeadLetter))
	}
	if got := letter.Header[handlers.HeaderReason]; len(got) != 1 || got[0] != handlers.ReasonDeliveryLimit {
		t.Errorf("reason %q, want %s", got, handlers.ReasonDeliveryLimit)
	}
	if found := r.outcomes(handlers.SubjectReady, len(bodies)-1); len(found) != len(bodies)-1 {
		t.Errorf("%d good outcomes, want %d", len(found), len(bodies)-1)
	}
}
