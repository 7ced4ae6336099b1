package handlers_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

func TestEveryEncounterHasOneOutcome(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	w := r.start(echo, nil)
	bodies := numbered(3000)
	r.publish(bodies...)
	found := r.outcomes(handlers.SubjectReady, len(bodies))
	for _, body := range bodies {
		if _, ok := found[body]; !ok {
			t.Fatalf("no outcome for %q", body)
		}
	}
	r.settled(w)
	w.want(t, `claimscrub_encounters_total{result="ready"} 3000`, `claimscrub_redeliveries_total 0`, `claimscrub_in_flight_encounters 0`)
}

func TestWorkerIsReadyOnlyWhenStreamsExist(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	allow := make(chan struct{})
	w := r.prepare(echo, func(c *handlers.Config) {
		c.Prepare = func(context.Context) error {
			select {
			case <-allow:
				return nil
			default:
				return errors.New("stream CLAIMS: not found")
			}
		}
	})
	w.begin(t)
	eventually(t, "a reason that names the stream", func() bool { return strings.Contains(strings.Join(w.NotReady(), ";"), "stream CLAIMS: not found") })
	close(allow)
	<-w.Running()
	eventually(t, "ready", func() bool { return len(w.NotReady()) == 0 })
}

func TestSoftStopFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	begun, finish := make(chan struct{}, 1000), make(chan struct{})
	w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		begun <- struct{}{}
		<-finish
		return echo(ctx, m)
	}, nil)
	r.publish(numbered(10)...)
	<-begun
	w.stop()
	eventually(t, "draining", func() bool { return strings.Contains(strings.Join(w.NotReady(), ";"), "draining") })
	select {
	case <-w.done:
		t.Fatal("stopped with a decision in hand")
	default:
	}
	close(finish)
	if err := <-w.done; err != nil {
		t.Fatal(err)
	}
	var backlog handlers.Backlog
	eventually(t, "nothing pending an answer", func() bool { // all have left with the worker; the broker takes them in one after the other
		var err error
		backlog, err = r.topology.Backlog(t.Context(), r.conn)
		return err == nil && backlog.AckPending == 0
	})
	if backlog.Redelivered != 0 {
		t.Errorf("backlog after a soft stop: %+v; want nothing redelivered", backlog)
	}
	if n := r.stored(handlers.SubjectReady); n+int(backlog.Pending) != 10 {
		t.Errorf("%d outcomes and %d pending, want 10 together", n, backlog.Pending)
	}
}

func TestDrainIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	begun, finish := make(chan struct{}, 1000), make(chan struct{})
	var once sync.Once
	release := func() { once.Do(func() { close(finish) }) }
	t.Cleanup(release)
	w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		begun <- struct{}{}
		<-finish
		return echo(ctx, m)
	}, func(c *handlers.Config) { c.DrainTimeout = 300 * time.Millisecond })
	r.publish(numbered(10)...)
	<-begun
	began := time.Now()
	w.stop()
	if err := <-w.done; err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("drain bound of 300ms took %s", took)
	}
	release()
	// Given back, not waited for: the next worker gets all of them at once, not after the ten seconds of AckWait.
	r.start(echo, nil)
	r.outcomes(handlers.SubjectReady, 10)
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("given back messages came after %s", took)
	}
}

func TestAbortGivesBackAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	begun, finish := make(chan struct{}, 1000), make(chan struct{})
	defer close(finish)
	w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		begun <- struct{}{}
		<-finish
		return echo(ctx, m)
	}, func(c *handlers.Config) { c.DrainTimeout = time.Hour })
	r.publish(numbered(1)...)
	<-begun
	w.stop()
	w.Abort()
	select {
	case <-w.done:
	case <-time.After(10 * time.Second):
		t.Fatal("abort did not cut the drain short")
	}
}

func TestDecideIsReplacedBetweenMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var old atomic.Int64
	w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		old.Add(1)
		return echo(ctx, m)
	}, nil)
	r.publish("before")
	r.outcomes(handlers.SubjectReady, 1)
	w.SetDecide(func(ctx context.Context, m handlers.Message) handlers.Decision {
		d := echo(ctx, m)
		d.Result, d.Subject = handlers.Rejected, handlers.SubjectRejected
		return d
	})
	r.publish("after")
	r.outcomes(handlers.SubjectRejected, 1)
	if old.Load() != 1 {
		t.Errorf("old decision made %d times, want 1", old.Load())
	}
}

func TestUnhealthyWhenADecisionDoesNotEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	finish := make(chan struct{})
	w := r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		<-finish
		return echo(ctx, m)
	}, func(c *handlers.Config) { c.DecideTimeout = 20 * time.Millisecond })
	if why := w.Unhealthy(); why != "" {
		t.Errorf("idle and unhealthy: %s", why)
	}
	r.publish("endless")
	eventually(t, "unhealthy", func() bool { return w.Unhealthy() != "" })
	close(finish)
	eventually(t, "healthy again", func() bool { return w.Unhealthy() == "" })
}

func TestHeadersMetadataAndMultiValues(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	got := make(chan handlers.Message, 1)
	r.start(func(ctx context.Context, m handlers.Message) handlers.Decision {
		got <- m
		return echo(ctx, m)
	}, nil)
	before := time.Now().Add(-time.Second)
	if err := r.conn.PublishRecord(t.Context(), jetstream.Record{
		Subject: "encounter.completed", Body: []byte("x"), Header: map[string][]string{"ce-id": {"a", "b"}, "Content-Type": {"application/json"}},
	}); err != nil {
		t.Fatal(err)
	}
	m := <-got
	if len(m.Header["ce-id"]) != 2 || m.Sequence != 1 || m.Stream != "ENCOUNTERS" || m.Delivered != 1 || m.Received.Before(before) {
		t.Errorf("message arrived as %+v", m)
	}
}
