package handlers

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// pool decides on a fixed number of goroutines, and sends what was decided from there. Watermill runs one goroutine a message; were each to decide and
// send by itself, every message would cross to the broker alone, while a queue before a few goroutines lets the client send many in one write.
type pool struct {
	tasks   chan *task
	decide  func() Decide  // the one in force now
	since   []atomic.Int64 // when each goroutine began its present decision, Unix nanoseconds; 0 when idle
	begin   func(*Decision) attempt
	seconds func(float64) // observes how long a decision took
	quit    chan struct{}
	group   sync.WaitGroup
}

// task is one message on its way through the pool. It is handed on by pointer all the way: each message has a goroutine of its own, whose stack would
// otherwise have to grow twice for the copies.
type task struct {
	ctx      context.Context
	msg      Message
	decision Decision
	begun    attempt
	err      error
	done     chan struct{}
}

// newPool returns a pool of size goroutines, which start starts.
func newPool(size int, decide func() Decide, begin func(*Decision) attempt, seconds func(float64)) *pool {
	return &pool{
		tasks: make(chan *task, 1024), decide: decide, begin: begin, since: make([]atomic.Int64, size), seconds: seconds, quit: make(chan struct{}),
	}
}

func (p *pool) start() {
	for i := range p.since {
		p.group.Go(func() { p.work(&p.since[i]) })
	}
}

// do decides the message of t and begins to publish what was decided. The error is a *PanicError when the decision panicked, or the cause of stop.
func (p *pool) do(stop context.Context, t *task) error {
	t.done = make(chan struct{})
	select {
	case p.tasks <- t:
	case <-stop.Done():
		return context.Cause(stop)
	}
	select {
	case <-t.done:
		return t.err
	case <-stop.Done():
		return context.Cause(stop)
	}
}

// stuck returns how long the longest present decision has been running.
func (p *pool) stuck() time.Duration {
	var longest time.Duration
	for i := range p.since {
		if began := p.since[i].Load(); began != 0 {
			longest = max(longest, time.Since(time.Unix(0, began)))
		}
	}
	return longest
}

// close ends the goroutines, waiting at most a second for a decision that does not end.
func (p *pool) close() {
	close(p.quit)
	ended := make(chan struct{})
	go func() {
		p.group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(time.Second):
	}
}

func (p *pool) work(since *atomic.Int64) {
	for {
		select {
		case t := <-p.tasks:
			began := time.Now()
			since.Store(began.UnixNano())
			p.run(t, began)
			since.Store(0)
			close(t.done)
		case <-p.quit:
			return
		}
	}
}

func (p *pool) run(t *task, began time.Time) {
	defer func() {
		if r := recover(); r != nil {
			t.err = newPanicError(r)
		}
	}()
	t.decision = p.decide()(t.ctx, t.msg)
	p.seconds(time.Since(began).Seconds())
	t.begun = p.begin(&t.decision)
}

// PanicError is a panic that was caught. It holds the panic's type and the functions on the stack, never its value or their arguments: both
// may quote a patient's record.
type PanicError struct {
	Type  string
	Stack []string
}

// Error names the type and the function that panicked.
func (e *PanicError) Error() string {
	at := "unknown function"
	if len(e.Stack) > 0 {
		at = e.Stack[0]
	}
	return "panic of type " + e.Type + " in " + at
}

func newPanicError(value any) *PanicError {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	e := &PanicError{Type: fmt.Sprintf("%T", value)}
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if frame.Function != "" && !strings.HasPrefix(frame.Function, "runtime.") {
			e.Stack = append(e.Stack, frame.Function)
		}
	}
	return e
}
