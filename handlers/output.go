package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Subjects are the configured names of the three outcomes.
type Subjects struct{ Ready, Rejected, DeadLetter string }

// DefaultSubjects returns the names of the contract.
func DefaultSubjects() Subjects {
	return Subjects{Ready: SubjectReady, Rejected: SubjectRejected, DeadLetter: SubjectDeadLetter}
}

func (s Subjects) of(r Result) string {
	switch r {
	case Ready:
		return s.Ready
	case Rejected:
		return s.Rejected
	default:
		return s.DeadLetter
	}
}

// output publishes outcomes and does not give up: while the broker refuses them or is away, messages wait here. Were they given back instead, an outage
// would use up their deliveries and turn good encounters into dead letters.
type output struct {
	publisher Publisher
	subjects  Subjects
	gates     [DeadLettered + 1]gate // by result, so that a full dead-letter stream does not hold up claims
	fetching  func(bool)
	metrics   *Metrics
	log       *slog.Logger

	mu      sync.Mutex
	blocked [DeadLettered + 1]string // why, by result
}

// attempt is one publish on its way; it returns once the broker has answered, and whether it had the outcome already.
type attempt func() (duplicate bool, err error)

// begin sends the outcome and returns at once, or returns nil while the output is blocked.
func (o *output) begin(d *Decision) attempt {
	if o.gates[d.Result].isShut() {
		return nil
	}
	return o.send(d)
}

func (o *output) send(d *Decision) attempt {
	m := &message.Message{UUID: d.ID, Payload: d.Body, Metadata: make(message.Metadata, len(d.Header)+1)} // nobody acks an outcome
	for k, v := range d.Header {
		m.Metadata[k] = v
	}
	stored := o.publisher.Begin(o.subjects.of(d.Result), m)
	return func() (bool, error) {
		if err := stored(); err != nil {
			o.metrics.publishFailures.Inc()
			return false, err
		}
		return m.Metadata[MetadataDuplicate] != "", nil
	}
}

// finish returns when the broker has stored the outcome of input, or with ErrTooLarge, or with the cause of stop. begun is what begin returned, or nil. The
// second publish of an outcome is reported as a duplicate. A dead letter that has to wait steps aside, since claims need not wait for it.
func (o *output) finish(stop context.Context, input *Delivery, d *Decision, begun attempt) (duplicate bool, err error) {
	g := &o.gates[d.Result]
	for {
		probing := false
		if begun == nil {
			if d.Result == DeadLettered && g.isShut() {
				input.StepAside()
			}
			if probing, err = g.enter(stop); err != nil {
				return false, err
			}
			begun = o.send(d)
		}
		duplicate, err = begun()
		if err == nil || errors.Is(err, ErrTooLarge) {
			g.open(probing, func() { o.unblock(d.Result) })
			return duplicate, err
		}
		g.shut(probing, func() { o.block(d.Result, err) })
		begun = nil
	}
}

// block stops fetching when claims cannot leave. Dead letters alone do not stop it: they step aside, and claims go on.
func (o *output) block(r Result, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log.Error("output blocked, holding messages until it takes them", "subject", o.subjects.of(r), "error", err)
	o.blocked[r] = fmt.Sprintf("output %s blocked: %v", o.subjects.of(r), err)
	o.metrics.outputBlocked.Set(1)
	if r != DeadLettered {
		o.fetching(false)
	}
}

func (o *output) unblock(r Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log.Info("output takes messages again", "subject", o.subjects.of(r))
	o.blocked[r] = ""
	if o.blocked[Ready] == "" && o.blocked[Rejected] == "" {
		o.fetching(true)
		if o.blocked[DeadLettered] == "" {
			o.metrics.outputBlocked.Set(0)
		}
	}
}

// reasons says which outputs are blocked and why.
func (o *output) reasons() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.blocked[:]), func(s string) bool { return s == "" })
}

// gate lets all pass while publishing works. After a failure it is shut: all wait, and one at a time tries after a growing pause.
type gate struct {
	mu       sync.Mutex
	opened   chan struct{} // closed when the gate opens; nil while it is open
	probe    chan struct{} // holds one token while shut and nobody tries
	failures int
}

// Pauses between two tries of a shut gate: short enough to go on soon, long enough not to press a broker that is starting.
const (
	probeFirst = 50 * time.Millisecond
	probeLast  = 2 * time.Second
)

// enter waits until the caller may publish; probing says that it is the one who tries for all.
func (g *gate) enter(stop context.Context) (probing bool, err error) {
	for {
		g.mu.Lock()
		opened, probe, failures := g.opened, g.probe, g.failures
		g.mu.Unlock()
		if opened == nil {
			return false, nil
		}
		select {
		case <-opened:
		case <-stop.Done():
			return false, context.Cause(stop)
		case <-probe:
			pause := time.NewTimer(min(probeFirst<<min(failures, 10), probeLast))
			select {
			case <-pause.C:
				return true, nil
			case <-stop.Done():
				pause.Stop()
				probe <- struct{}{}
				return false, context.Cause(stop)
			}
		}
	}
}

func (g *gate) isShut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opened != nil
}

// open records a success, and calls then if the gate was shut.
func (g *gate) open(probing bool, then func()) {
	if !probing {
		return // a publish begun before the gate shut says nothing of the present
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.opened)
	g.opened, g.probe, g.failures = nil, nil, 0
	then()
}

// shut records a failure, and calls then if the gate was open.
func (g *gate) shut(probing bool, then func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if probing {
		g.failures++
		g.probe <- struct{}{}
		return
	}
	if g.opened != nil {
		return
	}
	g.opened, g.probe = make(chan struct{}), make(chan struct{}, 1)
	g.probe <- struct{}{}
	then()
}
