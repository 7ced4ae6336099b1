package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a worker is made of.
type Config struct {
	Subscriber Subscriber
	Publisher  Publisher
	// Decide is the first decision in force; SetDecide replaces it.
	Decide Decide
	// Prepare makes sure that streams and consumer exist. It is tried until it succeeds, and the worker is not ready before. Optional.
	Prepare func(context.Context) error
	// Backlog reads what the broker has left. While it fails the worker is not ready. Optional.
	Backlog func(context.Context) (Backlog, error)
	// Input is the subject to read; Subjects are those to write.
	Input    string
	Subjects Subjects
	// DeliveryLimit is after how many deliveries without an outcome a message is a dead letter. Default 20.
	DeliveryLimit uint64
	// DrainTimeout bounds a soft stop: what is in hand by then is given back. Default 20 seconds. The subscriber's own limit must be longer.
	DrainTimeout time.Duration
	// DecideTimeout is how long one decision may take before the worker calls itself unhealthy and asks to be restarted. Default one minute.
	DecideTimeout time.Duration
	// Goroutines decide at once. Default: as many as there are processors.
	Goroutines int
	Metrics    *Metrics
	// Registerer takes the backlog's metrics. Optional.
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// Worker reads encounters, decides each, and publishes its outcome. Its life: it waits for the broker and its streams, is ready and running, drains
// when its context ends, and is stopped. Abort cuts the draining short.
type Worker struct {
	cfg     Config
	log     *slog.Logger
	metrics *Metrics
	decide  atomic.Pointer[Decide]
	pool    *pool
	lane    lane
	output  *output
	backlog *backlogCache
	state   atomic.Pointer[string] // why it is not ready; empty while running
	running chan struct{}

	hard  context.Context // ends when what is in hand is to be given back
	abort context.CancelFunc
}

// NewWorker returns a worker that Run starts, once.
func NewWorker(cfg Config) (*Worker, error) {
	switch {
	case cfg.Subscriber == nil || cfg.Publisher == nil || cfg.Decide == nil || cfg.Metrics == nil:
		return nil, errors.New("new worker: subscriber, publisher, decide and metrics are required")
	case cfg.Input == "":
		return nil, errors.New("new worker: input subject is empty")
	}
	if cfg.Subjects == (Subjects{}) {
		cfg.Subjects = DefaultSubjects()
	}
	if cfg.DeliveryLimit == 0 {
		cfg.DeliveryLimit = 20
	}
	if cfg.DrainTimeout == 0 {
		cfg.DrainTimeout = 20 * time.Second
	}
	if cfg.DecideTimeout == 0 {
		cfg.DecideTimeout = time.Minute
	}
	if cfg.Goroutines <= 0 {
		cfg.Goroutines = runtime.GOMAXPROCS(0)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Worker{cfg: cfg, log: cfg.Logger, metrics: cfg.Metrics, lane: lane{gather: 50 * time.Millisecond}, running: make(chan struct{})}
	w.hard, w.abort = context.WithCancel(context.Background())
	w.SetDecide(cfg.Decide)
	w.setState("starting")
	w.output = &output{publisher: cfg.Publisher, subjects: cfg.Subjects, fetching: w.fetch, metrics: cfg.Metrics, log: cfg.Logger}
	w.pool = newPool(cfg.Goroutines, func() Decide { return *w.decide.Load() }, w.output.begin, cfg.Metrics.scrubSeconds.Observe)
	if cfg.Backlog != nil {
		w.backlog = &backlogCache{read: cfg.Backlog, maxAge: 2 * time.Second, timeout: 2 * time.Second, failed: cfg.Metrics.brokerUnreadable}
		if cfg.Registerer != nil {
			register(cfg.Registerer, newBacklogCollector(w.backlog))
		}
	}
	return w, nil
}

// SetDecide replaces the decision between two messages: those begun end under the old one.
func (w *Worker) SetDecide(d Decide) { w.decide.Store(&d) }

// Run works until ctx ends and what is in hand is settled, and returns nil then; otherwise it returns why it could not go on.
func (w *Worker) Run(ctx context.Context) error {
	defer w.abort()
	if err := w.prepare(ctx); err != nil {
		return nil // ctx ended before there was anything to do
	}
	messages, err := w.subscribe(ctx)
	if err != nil {
		return nil // as above
	}
	router, err := w.newRouter(messages)
	if err != nil {
		return fmt.Errorf("run worker: %w", err)
	}
	w.pool.start()
	defer w.pool.close()
	ended := make(chan struct{})
	defer close(ended)
	go w.watch(ctx, router.Running(), ended)
	if err := router.Run(ctx); err != nil {
		return fmt.Errorf("run worker: %w", err)
	}
	if ctx.Err() == nil && w.hard.Err() == nil {
		return errors.New("run worker: subscription ended by itself")
	}
	return nil
}

// Running is closed when the worker has begun to fetch.
func (w *Worker) Running() <-chan struct{} { return w.running }

// Abort gives back what is in hand at once. Together with the end of Run's context it is the hard stop.
func (w *Worker) Abort() { w.abort() }

// watch follows the worker's life: running, draining, and out of time.
func (w *Worker) watch(ctx context.Context, running, ended <-chan struct{}) {
	select {
	case <-running:
		w.setState("")
		close(w.running)
	case <-ended:
		return
	}
	select {
	case <-ctx.Done():
	case <-ended:
		return
	}
	w.setState("draining")
	w.log.Info("draining", "bound", w.cfg.DrainTimeout.String())
	select {
	case <-time.After(w.cfg.DrainTimeout):
		w.log.Warn("not drained in time, giving back what is in hand", "bound", w.cfg.DrainTimeout.String())
		w.abort()
	case <-ended:
	}
}

// prepare tries until streams and consumer exist or ctx ends.
func (w *Worker) prepare(ctx context.Context) error {
	if w.cfg.Prepare == nil {
		return nil
	}
	return w.insist(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return w.cfg.Prepare(attempt)
	})
}

// subscribe tries until it is subscribed or ctx ends: a broker that is lost when the streams were just found is waited for as it was before.
func (w *Worker) subscribe(ctx context.Context) (messages <-chan *message.Message, err error) {
	err = w.insist(ctx, func() error {
		messages, err = w.cfg.Subscriber.Subscribe(ctx, w.cfg.Input)
		return err
	})
	return messages, err
}

// insist tries until the broker does what is asked or ctx ends, and says meanwhile why the worker is not ready.
func (w *Worker) insist(ctx context.Context, try func() error) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := try()
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			w.log.Warn("waiting for the broker", "error", err)
			w.setState("starting: " + err.Error())
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *Worker) fetch(on bool) {
	if on {
		w.cfg.Subscriber.Resume()
	} else {
		w.cfg.Subscriber.Pause()
	}
}

func (w *Worker) setState(reason string) { w.state.Store(&reason) }

// NotReady returns why the worker should be sent no work, nil when it works as it should.
func (w *Worker) NotReady() []string {
	var reasons []string
	if state := *w.state.Load(); state != "" {
		reasons = append(reasons, state)
	}
	reasons = append(reasons, w.output.reasons()...)
	if w.backlog != nil && len(reasons) == 0 {
		if _, err := w.backlog.get(); err != nil {
			reasons = append(reasons, err.Error())
		}
	}
	return reasons
}

// Unhealthy returns why the worker should be restarted, empty when it should not: a decision that does not end.
func (w *Worker) Unhealthy() string {
	if stuck := w.pool.stuck(); stuck > w.cfg.DecideTimeout {
		return fmt.Sprintf("a decision has been running for %s, limit %s", stuck.Round(time.Second), w.cfg.DecideTimeout)
	}
	return ""
}
