package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
	"claimscrub/scrubber"
)

// service is a worker with all it needs: a broker, embedded or not, an engine that reloads, and HTTP.
type service struct {
	cfg      *Config
	log      *slog.Logger
	embedded *jetstream.Embedded // nil when the broker is another process
	store    *os.File            // the embedded broker's folder, locked
	conn     *jetstream.Conn
	worker   *handlers.Worker
	metrics  *handlers.Metrics
	listener net.Listener
	http     handlers.HTTPConfig
	loader   *loader
	loaded   marks            // the folders when they were last read, taken before
	engine   *scrubber.Engine // the first in force
}

// startService starts everything but the worker. On an error nothing is left running.
func startService(ctx context.Context, cfg *Config, log *slog.Logger) (_ *service, err error) {
	s := &service{cfg: cfg, log: log}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	s.loader = &loader{profiles: cfg.Profiles, refdata: cfg.Refdata, mapped: mappings{}}
	s.loaded = s.loader.look()
	engine, err := s.loader.load()
	if err != nil {
		return nil, err
	}
	s.engine = engine
	token, err := secret(cfg.HTTPToken)
	if err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", cfg.HTTP); err != nil {
		return nil, fmt.Errorf("serve HTTP: %w; --http chooses another address", err)
	}
	if err := s.connect(ctx); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.metrics = handlers.NewMetrics(registry, labels(engine))
	s.http = handlers.HTTPConfig{Gatherer: registry, CertFile: cfg.HTTPCert, KeyFile: cfg.HTTPKey, Token: token, Pprof: cfg.Pprof}
	s.publishEditions(engine)
	subscriber := jetstream.NewSubscriber(s.conn, jetstream.SubscriberConfig{
		Stream: cfg.Topology.Encounters.Name, Consumer: cfg.Topology.Consumer.Name, Window: cfg.Window, CloseTimeout: cfg.Drain + cfg.Drain/2, Logger: log,
	})
	s.worker, err = handlers.NewWorker(handlers.Config{
		Subscriber: subscriber, Publisher: jetstream.NewPublisher(s.conn), Decide: decide(engine), Prepare: s.prepare,
		Backlog: func(ctx context.Context) (handlers.Backlog, error) { return cfg.Topology.Backlog(ctx, s.conn) },
		Input:   cfg.Topology.Encounters.Subjects[0], Subjects: cfg.Subjects, DeliveryLimit: uint64(cfg.DeliveryLimit), DrainTimeout: cfg.Drain,
		Goroutines: cfg.Goroutines, Metrics: s.metrics, Registerer: registry, Logger: log,
	})
	return s, err
}

// connect connects to the broker, embedding one when there is no URL.
func (s *service) connect(ctx context.Context) (err error) {
	if s.cfg.broker.url == "" {
		key, err := s.cfg.storeKey()
		if err != nil {
			return err
		}
		if s.store, err = lockStore(s.cfg.StoreDir); err != nil {
			return err
		}
		s.embedded, err = jetstream.StartEmbedded(ctx, jetstream.EmbeddedConfig{
			Listen: s.cfg.NATSListen, StoreDir: s.cfg.StoreDir, SyncAlways: s.cfg.SyncAlways, EncryptionKey: key, Logger: s.log,
		})
		if err != nil {
			return err
		}
		s.cfg.broker.url = s.embedded.URL()
		if host, _, err := net.SplitHostPort(s.cfg.NATSListen); err == nil && host != "" && !loopback(host) {
			s.log.Warn("the embedded broker knows no users and no TLS: whoever reaches it reads and writes every record", "nats-listen", s.cfg.NATSListen)
		}
	}
	s.conn, err = jetstream.Connect(s.cfg.broker.config("claimscrub worker", s.log))
	return err
}

// prepare makes sure that streams and consumer exist, and reports in what they differ from what is declared.
func (s *service) prepare(ctx context.Context) error {
	drifts, err := s.cfg.Topology.Ensure(ctx, s.conn, s.cfg.UpdateStreams)
	for _, d := range drifts {
		s.log.Warn("broker differs from the declaration; --update-streams changes it", "drift", d.String())
	}
	return err
}

// run works until ctx ends and everything in hand is settled.
func (s *service) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	beside := func(work func() error) {
		err := work()
		if err != nil {
			cancel() // nobody probes or scrapes a worker without its endpoints: it drains, and says why
		}
		ended <- err
	}
	go beside(func() error { return handlers.ServeHTTP(ctx, s.listener, s.http, s.worker.Endpoints(s.http)) })
	go beside(func() error { return s.watchFiles(ctx) })
	err := s.worker.Run(ctx)
	cancel()
	return errors.Join(err, <-ended, <-ended)
}

func (s *service) httpAddress() string { return s.listener.Addr().String() }

// close gives everything back. It may be called on a service that is half started.
func (s *service) close() {
	if s.conn != nil {
		s.conn.Close()
	}
	if s.embedded != nil {
		s.embedded.Close()
	}
	if s.store != nil {
		_ = s.store.Close()
	}
	if s.listener != nil {
		_ = s.listener.Close() // closed already when it was served
	}
}

func decide(e *scrubber.Engine) handlers.Decide {
	a := handlers.Adjudicator{Engine: e}
	return a.Decide
}

// labels are the closed sets of the metrics' labels: every rule, built in or of a profile.
func labels(e *scrubber.Engine) handlers.Labels {
	l := handlers.Labels{Rules: ruleIDs(e), Version: release(), Revision: revision(), GoVersion: runtime.Version()}
	for _, sev := range []scrubber.Severity{scrubber.Reject, scrubber.Warn, scrubber.Info} {
		l.Severities = append(l.Severities, sev.String())
	}
	for _, r := range scrubber.Reasons() {
		l.NotEvaluatedReasons = append(l.NotEvaluatedReasons, r.String())
	}
	return l
}

func ruleIDs(e *scrubber.Engine) (ids []string) {
	for _, r := range e.Rules() {
		ids = append(ids, r.ID)
	}
	for _, p := range e.Policies() {
		for _, r := range p.Rules {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// newLogger logs JSON, or text where a person watches.
func newLogger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // validated with the configuration
	o := &slog.HandlerOptions{Level: l}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
