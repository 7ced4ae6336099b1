package handlers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// shelf is a publisher that keeps what it is given; a refusal makes it fail so.
type shelf struct {
	mu      sync.Mutex
	kept    []*message.Message
	refusal func(topic string) error
}

func (s *shelf) Begin(topic string, m *message.Message) func() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal != nil {
		if err := s.refusal(topic); err != nil {
			return func() error { return err }
		}
	}
	m.Metadata.Set("topic", topic)
	s.kept = append(s.kept, m)
	return func() error { return nil }
}

func (s *shelf) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		if err := s.Begin(topic, m)(); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Close() error { return nil }

type idleSubscriber struct{}

func (idleSubscriber) Subscribe(context.Context, string) (<-chan *message.Message, error) {
	return nil, nil
}
func (idleSubscriber) Close() error { return nil }
func (idleSubscriber) Pause()       {}
func (idleSubscriber) Resume()      {}

// bench is a worker whose chain is called without a broker.
type bench struct {
	*Worker
	shelf shelf
	log   bytes.Buffer
	chain message.HandlerFunc
}

func newBench(t *testing.T, decide Decide) *bench {
	t.Helper()
	b := &bench{}
	w, err := NewWorker(Config{
		Subscriber: idleSubscriber{}, Publisher: &b.shelf, Decide: decide, Input: "encounter.completed", DeliveryLimit: 20, Goroutines: 1,
		Metrics: NewMetrics(prometheus.NewPedanticRegistry(), Labels{Rules: []string{"REG001"}, Severities: []string{"reject"}}),
		Logger:  slog.New(slog.NewTextHandler(&b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pool.start()
	t.Cleanup(func() {
		w.abort()
		w.pool.close()
	})
	b.Worker = w
	b.chain = func(msg *message.Message) ([]*message.Message, error) { return nil, w.adjudicate(msg) }
	for _, middleware := range slices.Backward(w.Worker().chain()) {
		b.chain = middleware(b.chain)
	}
	return b
}

// Worker returns the worker itself, where an embedding shadows its chain.
func (w *Worker) Worker() *Worker { return w }

// delivered is a message as a subscriber hands it over.
func delivered(body string, times uint64) (*message.Message, *Delivery) {
	d := &Delivery{Stream: "ENCOUNTERS", Sequence: 7, Delivered: times}
	ctx, settled := context.WithCancel(context.WithValue(context.Background(), DeliveryKey{}, d))
	settled()
	return message.NewMessageWithContext(ctx, "id", []byte(body)), d
}

func ready(_ context.Context, m Message) Decision {
	return Decision{Result: Ready, ID: "id", Body: m.Body}
}

// TestChain pins what each middleware is for, and with it their order.
func TestChain(t *testing.T) {
	t.Parallel()
	const secret = "patient 4711"
	for name, c := range map[string]struct {
		delivered   uint64
		decide      func(calls int, m Message) Decision
		refusal     func(topic string) error
		calls       int
		topic       string // of the one message published, empty for none
		reason      string
		terminated  string
		wantErr     bool
		wantLog     string
		wantCounted Result
	}{
		"decided": {delivered: 1, decide: func(_ int, m Message) Decision { return ready(context.Background(), m) }, calls: 1, topic: SubjectReady, wantCounted: Ready},
		"panics once: tried again": {
			delivered: 1, calls: 2, topic: SubjectReady, wantCounted: Ready,
			decide: func(calls int, m Message) Decision {
				if calls == 1 {
					panic(secret)
				}
				return ready(context.Background(), m)
			},
		},
		"panics always: dead letter after one retry": {
			delivered: 1, calls: 2, topic: SubjectDeadLetter, reason: ReasonPanic, terminated: ReasonPanic, wantLog: "decision panicked", wantCounted: DeadLettered,
			decide: func(int, Message) Decision { panic(errors.New(secret)) },
		},
		"delivered too often: dead letter undecided": {
			delivered: 21, calls: 0, topic: SubjectDeadLetter, reason: ReasonDeliveryLimit, terminated: ReasonDeliveryLimit, wantCounted: DeadLettered,
			decide: func(int, Message) Decision { panic("not reached") },
		},
		"delivered as often as allowed: decided": {
			delivered: 20, calls: 1, topic: SubjectReady, wantCounted: Ready, decide: func(_ int, m Message) Decision { return ready(context.Background(), m) },
		},
		"unreadable: dead letter by decision": {
			delivered: 1, calls: 1, topic: SubjectDeadLetter, reason: ReasonNotJSON, terminated: ReasonNotJSON, wantCounted: DeadLettered,
			decide: func(_ int, m Message) Decision { return DeadLetter(m, ReasonNotJSON, "offset 3") },
		},
		"outcome too large: dead letter": {
			delivered: 1, calls: 1, topic: SubjectDeadLetter, reason: ReasonTooLarge, terminated: ReasonTooLarge, wantCounted: DeadLettered,
			decide: func(_ int, m Message) Decision { return ready(context.Background(), m) },
			refusal: func(topic string) error {
				if topic == SubjectReady {
					return ErrTooLarge
				}
				return nil
			},
		},
		"dead letter too large as well: comes again, lost never": {
			delivered: 1, calls: 1, wantErr: true, decide: func(_ int, m Message) Decision { return ready(context.Background(), m) },
			refusal: func(string) error { return ErrTooLarge },
		},
		"panic outside the decision: comes again": {
			delivered: 1, calls: 2, wantErr: true, wantLog: "handler panicked", decide: func(_ int, m Message) Decision { return ready(context.Background(), m) },
			refusal: func(string) error { panic(secret) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			b := newBench(t, func(_ context.Context, m Message) Decision {
				calls++
				return c.decide(calls, m)
			})
			b.shelf.refusal = c.refusal
			msg, d := delivered(secret, c.delivered)
			_, err := b.chain(msg)
			if (err != nil) != c.wantErr {
				t.Errorf("error %v, wanted one: %t", err, c.wantErr)
			}
			if calls != c.calls {
				t.Errorf("decided %d times, want %d", calls, c.calls)
			}
			var topic, reason string
			if len(b.shelf.kept) == 1 {
				m := b.shelf.kept[0]
				topic, reason = m.Metadata["topic"], m.Metadata[HeaderReason]
				if string(m.Payload) != secret {
					t.Errorf("published body %q, want the input byte for byte", m.Payload)
				}
				for k, v := range m.Metadata {
					if strings.Contains(v, secret) {
						t.Errorf("header %s quotes the body: %q", k, v)
					}
				}
			}
			if len(b.shelf.kept) > 1 || topic != c.topic || reason != c.reason {
				t.Errorf("%d published, topic %q, reason %q; want %q, %q", len(b.shelf.kept), topic, reason, c.topic, c.reason)
			}
			var terminated string
			if s := d.Settlement(); s != nil {
				terminated = s.Terminate
			}
			if terminated != c.terminated {
				t.Errorf("terminated %q, want %q", terminated, c.terminated)
			}
			if log := b.log.String(); strings.Contains(log, secret) || !strings.Contains(log, c.wantLog) {
				t.Errorf("log, wanted %q and nothing of the body:\n%s", c.wantLog, log)
			}
			if n := value(t, b.metrics.inputs[c.wantCounted]); c.topic != "" && n != 1 {
				t.Errorf("counted %v as %s, want 1", n, c.wantCounted)
			}
			if n := value(t, b.metrics.inFlight); n != 0 {
				t.Errorf("in flight %v after the end", n)
			}
		})
	}
}

func TestPanicNamesTypeAndFunctionsOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context, Message) Decision {
		var codes []string
		return Decision{ID: codes[len("born 1970-01-01")]}
	})
	err := b.pool.do(t.Context(), &task{ctx: t.Context()})
	var caught *PanicError
	if !errors.As(err, &caught) || caught.Type != "runtime.boundsError" || !strings.Contains(caught.Stack[0], "TestPanicNamesTypeAndFunctionsOnly") {
		t.Errorf("caught %+v", caught)
	}
	if strings.Contains(err.Error(), "15") {
		t.Errorf("error %q holds a value", err)
	}
}

func TestHardStopGivesBackAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, ready)
	b.shelf.refusal = func(string) error { return errors.New("full") }
	msg, d := delivered("x", 1)
	result := make(chan error)
	go func() {
		_, err := b.chain(msg)
		result <- err
	}()
	for len(b.NotReady()) < 2 { // "starting", since it never ran, and the blocked output
	}
	b.Abort()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the cancellation, which the router does not log", err)
	}
	if s := d.Settlement(); s == nil || s.Delay != 0 || s.Terminate != "" {
		t.Errorf("settlement %+v, want redelivery at once", s)
	}
}

// value is what a counter or gauge stands at.
func value(t *testing.T, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue() + out.GetGauge().GetValue()
}
