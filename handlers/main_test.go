package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"go.uber.org/goleak"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a broker, the streams on it, and what workers need to be started on them.
type rig struct {
	t        testing.TB
	broker   *jetstream.Embedded
	topology jetstream.Topology
	conn     *jetstream.Conn // the test's own
	direct   bool            // workers connect without a wire to cut
}

// newRig starts a broker with the streams of the contract, changed by change.
func newRig(t testing.TB, change func(*jetstream.Topology)) *rig {
	t.Helper()
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	r := &rig{t: t, broker: broker, topology: jetstream.DefaultTopology()}
	if change != nil {
		change(&r.topology)
	}
	r.conn = r.connect()
	if _, err := r.topology.Ensure(t.Context(), r.conn, false); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) connect() *jetstream.Conn { return r.connectTo(r.broker.URL()) }

func (r *rig) connectTo(url string) *jetstream.Conn {
	r.t.Helper()
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: url, PublishTimeout: 2 * time.Second})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(conn.Close)
	return conn
}

// running is a worker at work.
type running struct {
	*handlers.Worker
	cut      func() // takes the worker's network away for good
	registry *prometheus.Registry
	stop     context.CancelFunc // the soft stop
	done     chan error         // what Run returned
}

// start starts a worker with decide on a connection of its own and returns when it fetches. The test's end stops it.
func (r *rig) start(decide handlers.Decide, change func(*handlers.Config)) *running {
	r.t.Helper()
	w := r.prepare(decide, change)
	w.begin(r.t)
	select {
	case <-w.Running():
	case err := <-w.done:
		r.t.Fatalf("worker ended: %v", err)
	case <-time.After(20 * time.Second):
		r.t.Fatalf("worker does not run: %v", w.NotReady())
	}
	return w
}

func (r *rig) prepare(decide handlers.Decide, change func(*handlers.Config)) *running {
	r.t.Helper()
	url, cut := r.broker.URL(), func() {}
	if !r.direct {
		url, cut = wire(r.t, url)
	}
	conn := r.connectTo(url)
	registry := prometheus.NewPedanticRegistry()
	cfg := handlers.Config{
		Subscriber:   jetstream.NewSubscriber(conn, jetstream.SubscriberConfig{Consumer: r.topology.Consumer.Name, CloseTimeout: 30 * time.Second}),
		Publisher:    jetstream.NewPublisher(conn),
		Decide:       decide,
		Input:        "encounter.completed",
		DrainTimeout: 10 * time.Second,
		Backlog:      func(ctx context.Context) (handlers.Backlog, error) { return r.topology.Backlog(ctx, conn) },
		Metrics:      handlers.NewMetrics(registry, handlers.Labels{Rules: []string{"REG001"}, Severities: []string{"reject"}, NotEvaluatedReasons: []string{"no_edition"}}),
		Registerer:   registry,
		Logger:       slog.New(slog.NewTextHandler(r.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if change != nil {
		change(&cfg)
	}
	w, err := handlers.NewWorker(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	return &running{Worker: w, cut: cut, registry: registry, done: make(chan error, 1)}
}

func (w *running) begin(t testing.TB) {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() {
		w.done <- w.Run(ctx)
		close(w.done)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-w.done:
		case <-time.After(30 * time.Second):
			t.Error("worker did not stop")
		}
	})
}

// publish stores bodies as encounters, in one burst.
func (r *rig) publish(bodies ...string) {
	r.t.Helper()
	messages := make([]*message.Message, len(bodies))
	for i, body := range bodies {
		messages[i] = message.NewMessage("", []byte(body))
	}
	if err := jetstream.NewPublisher(r.conn).Publish("encounter.completed", messages...); err != nil {
		r.t.Fatal(err)
	}
}

// numbered returns n bodies that differ.
func numbered(n int) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = fmt.Sprintf("encounter %d", i)
	}
	return bodies
}

// outcomes reads what is stored on the subject, by body, until n are there. It fails when a body comes twice or n do not come.
func (r *rig) outcomes(subject string, n int) map[string]jetstream.Record {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 40*time.Second)
	defer cancel()
	found := map[string]jetstream.Record{}
	for record, err := range r.conn.Read(ctx, jetstream.ReadConfig{Subjects: []string{subject}}) {
		if err != nil {
			r.t.Fatalf("%d of %d outcomes: %v", len(found), n, err)
		}
		if _, twice := found[string(record.Body)]; twice {
			r.t.Errorf("two outcomes for %.40q", record.Body)
		}
		found[string(record.Body)] = record
		if len(found) == n {
			break
		}
	}
	return found
}

// stored returns how many messages are on the subject now.
func (r *rig) stored(subject string) int {
	r.t.Helper()
	n := 0
	for _, err := range r.conn.Read(r.t.Context(), jetstream.ReadConfig{Subjects: []string{subject}, Stored: true}) {
		if err != nil {
			r.t.Fatal(err)
		}
		n++
	}
	return n
}

// echo is ready for everything and publishes the input, under an id that depends on the input alone.
func echo(_ context.Context, m handlers.Message) handlers.Decision {
	sum := sha256.Sum256(m.Body)
	return handlers.Decision{Result: handlers.Ready, Subject: handlers.SubjectReady, ID: hex.EncodeToString(sum[:16]), Body: m.Body}
}

// eventually waits for a state that nothing signals.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// settled waits until the worker has answered for everything.
func (r *rig) settled(w *running) {
	r.t.Helper()
	eventually(r.t, "everything settled", func() bool {
		b, err := r.topology.Backlog(r.t.Context(), r.conn)
		return err == nil && b.Pending == 0 && b.AckPending == 0
	})
}

// want fails unless each line stands in the worker's metrics.
func (w *running) want(t testing.TB, lines ...string) {
	t.Helper()
	text := w.exposition(t)
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("metrics lack %q; have\n%s", line, matching(text, line))
		}
	}
}

func (w *running) exposition(t testing.TB) string {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func matching(text, line string) string {
	name, _, _ := strings.Cut(line, " ")
	name, _, _ = strings.Cut(name, "{")
	var b strings.Builder
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, name) {
			b.WriteString(l)
		}
	}
	return b.String()
}

// enlarge changes the declaration and the broker with it.
func (r *rig) enlarge(change func(*jetstream.Topology)) {
	r.t.Helper()
	change(&r.topology)
	if _, err := r.topology.Ensure(r.t.Context(), r.conn, true); err != nil {
		r.t.Fatal(err)
	}
}

// first is closed when a message is stored on the subject.
func (r *rig) first(ctx context.Context, subject string) <-chan struct{} {
	seen := make(chan struct{})
	go func() {
		for _, err := range r.conn.Read(ctx, jetstream.ReadConfig{Subjects: []string{subject}}) {
			if err == nil {
				close(seen)
			}
			return
		}
	}()
	return seen
}

// wire is a network to the broker that can be cut: then nothing passes, either way, ever.
func wire(t testing.TB, target string) (url string, cut func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var pipes sync.WaitGroup
	pipe := func(to, from net.Conn) {
		defer to.Close()
		_, _ = io.Copy(to, from)
	}
	pipes.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", strings.TrimPrefix(target, "nats://"))
			if err != nil {
				client.Close()
				continue
			}
			context.AfterFunc(ctx, func() { client.Close(); server.Close() })
			pipes.Go(func() { pipe(server, client) })
			pipes.Go(func() { pipe(client, server) })
		}
	})
	cut = func() {
		listener.Close()
		cancel()
		pipes.Wait() // connections are closed in goroutines of their own, and what a worker says before that would still arrive
	}
	t.Cleanup(cut)
	return "nats://" + listener.Addr().String(), cut
}
