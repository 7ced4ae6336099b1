package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/spf13/cobra"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// benchOptions are the flags of bench.
type benchOptions struct{ encounters, runs, rate int }

func benchCommand() *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure throughput and latency beside the broker's own floor",
		Long: "bench drains a backlog of encounters, in turns with the raw client that does the same work and with the worker, each over an\n" +
			"embedded broker in a temporary folder, and then measures latency at a steady rate. Quote the medians and the ratio: what a\n" +
			"machine does besides changes both sides alike.",
		Example: "  claimscrub bench\n  claimscrub bench --encounters 50000 --runs 5 --rate 5000",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.encounters < 1000 || o.runs < 1 || o.rate < 1 {
				return errors.New("expected --encounters of 1000 or more, --runs and --rate of 1 or more")
			}
			return bench(c, o)
		},
	}
	c.Flags().IntVar(&o.encounters, "encounters", 20000, "encounters in a backlog")
	c.Flags().IntVar(&o.runs, "runs", 3, "runs of each side, in turns")
	c.Flags().IntVar(&o.rate, "rate", 2000, "encounters a second for the latency")
	return c
}

func bench(c *cobra.Command, o benchOptions) error {
	out := c.OutOrStdout()
	body, id := benchEncounter()
	fmt.Fprintf(out, "%d encounters of %d bytes, %d runs, %d processors, %s\n", o.encounters, len(body), o.runs, runtime.GOMAXPROCS(0), runtime.Version())
	var floors, workers, ratios []float64
	for run := range o.runs {
		floor, err := benchRun(c.Context(), o.encounters, body, id, (*benchRig).floor)
		if err != nil {
			return err
		}
		worker, err := benchRun(c.Context(), o.encounters, body, id, (*benchRig).worker)
		if err != nil {
			return err
		}
		floors, workers, ratios = append(floors, floor), append(workers, worker), append(ratios, worker/floor)
		fmt.Fprintf(out, "run %d: floor %6.0f/s, worker %6.0f/s, ratio %.2f\n", run+1, floor, worker, worker/floor)
	}
	fmt.Fprintf(out, "median: floor %.0f/s, worker %.0f/s, ratio %.2f\n", median(floors), median(workers), median(ratios))
	return benchLatency(c, o, body, id)
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// benchEncounter is the ready sample nearest to 2 KB, and its encounter id.
func benchEncounter() (body []byte, id string) {
	for _, s := range events.Samples() {
		in, err := events.ReadEncounter(nil, s.Data, 0)
		if err == nil && s.Verdict == "ready" && (body == nil || abs(len(in.Data)-2048) < abs(len(body)-2048)) {
			body, id = in.Data, in.Encounter.EncounterID
		}
	}
	return body, id
}

func abs(n int) int { return max(n, -n) }

// numbered is the encounter with an id of its own.
func numbered(body []byte, id string, n int) []byte {
	return bytes.Replace(body, []byte(id), fmt.Appendf(nil, "BENCH-%08d", n), 1)
}

// benchRig is a broker with a backlog, and a worker that has not begun.
type benchRig struct {
	*service
	folder string
}

func newBenchRig(ctx context.Context) (*benchRig, error) {
	folder, err := os.MkdirTemp("", "claimscrub-bench-")
	if err != nil {
		return nil, err
	}
	cfg := Config{NATSListen: "127.0.0.1:0", StoreDir: filepath.Join(folder, "store"), HTTP: "127.0.0.1:0", Window: 1000, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology()}
	s, err := startService(ctx, &cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	r := &benchRig{s, folder}
	if _, err := cfg.Topology.Ensure(ctx, s.conn, false); err != nil {
		return nil, errors.Join(err, r.remove())
	}
	return r, nil
}

func (r *benchRig) remove() error {
	r.close()
	return os.RemoveAll(r.folder)
}

func (r *benchRig) publish(n int, body []byte, id string) error {
	p := jetstream.NewPublisher(r.conn)
	for from := 0; from < n; from += 1000 {
		var batch []*message.Message
		for i := from; i < min(from+1000, n); i++ {
			batch = append(batch, message.NewMessage("", numbered(body, id, i)))
		}
		if err := p.Publish(events.TypeEncounterCompleted, batch...); err != nil {
			return err
		}
	}
	return nil
}

// benchRun is the rate, in encounters a second, at which drain empties a backlog of n.
func benchRun(ctx context.Context, n int, body []byte, id string, drain func(*benchRig, context.Context, int) error) (rate float64, err error) {
	r, err := newBenchRig(ctx)
	if err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, r.remove()) }()
	if err := r.publish(n, body, id); err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	runtime.GC()
	began := time.Now()
	if err := drain(r, ctx, n); err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// floor is the raw client that decides each encounter and publishes the outcome, without any of the worker's machinery.
func (r *benchRig) floor(ctx context.Context, n int) error {
	decide := r.decider(ctx)
	work := func(body []byte) []byte { return decide(body).Body }
	return jetstream.Floor(ctx, r.conn, r.cfg.Topology, runtime.GOMAXPROCS(0), n, handlers.SubjectReady, work)
}

func (r *benchRig) decider(ctx context.Context) func([]byte) handlers.Decision {
	now := time.Now()
	return func(body []byte) handlers.Decision {
		return decide(r.engine)(ctx, handlers.Message{Body: body, Received: now})
	}
}

// worker is the worker as run starts it. It ends when every encounter is settled: reading the outcomes would be measured too.
func (r *benchRig) worker(ctx context.Context, _ int) error {
	working, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.run(working) }()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	var err error
	for left := uint64(1); left > 0 && err == nil; <-look.C {
		var b handlers.Backlog
		b, err = r.cfg.Topology.Backlog(ctx, r.conn)
		left = b.Pending + b.AckPending
	}
	stop()
	return errors.Join(err, <-ended)
}

// outcomes hands n outcomes over as they are stored.
func (r *benchRig) outcomes(ctx context.Context, n int, each func(jetstream.Record)) error {
	seen := 0
	for m, err := range r.conn.Read(ctx, jetstream.ReadConfig{Stream: r.cfg.Topology.Claims.Name}) {
		if err != nil {
			return err
		}
		each(m)
		if seen++; seen == n {
			return nil
		}
	}
	return errors.New("the stream of outcomes ended")
}

// benchLatency publishes at a steady rate for five seconds and prints how long after the moment each encounter was due its
// outcome was stored.
func benchLatency(c *cobra.Command, o benchOptions, body []byte, id string) (err error) {
	r, err := newBenchRig(c.Context())
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, r.remove()) }()
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- r.run(ctx) }()
	select {
	case <-r.service.worker.Running():
	case err := <-ended:
		return err
	}
	n := 5 * o.rate
	start := time.Now()
	due := func(i int) time.Time { return start.Add(time.Duration(i) * time.Second / time.Duration(o.rate)) }
	published := make(chan error, 1)
	go func() { published <- r.pace(n, due, body, id) }()
	latencies := make([]float64, 0, n)
	err = r.outcomes(ctx, n, func(m jetstream.Record) {
		var e outcomeEvent
		var i int
		if json.Unmarshal(m.Body, &e) == nil {
			if _, err := fmt.Sscanf(e.Data.EncounterID, "BENCH-%d", &i); err == nil {
				latencies = append(latencies, m.Time.Sub(due(i)).Seconds()*1e3)
			}
		}
	})
	stop()
	if err := errors.Join(err, <-published, <-ended); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	slices.Sort(latencies)
	at := func(p float64) float64 { return latencies[int(p*float64(len(latencies)-1))] }
	fmt.Fprintf(c.OutOrStdout(), "latency at %d/s, due to outcome stored: p50 %.2f ms, p99 %.2f ms, most %.2f ms\n", o.rate, at(0.5), at(0.99), at(1))
	return nil
}

// pace publishes each encounter when it is due, in batches of what is due by now.
func (r *benchRig) pace(n int, due func(int) time.Time, body []byte, id string) error {
	p := jetstream.NewPublisher(r.conn)
	for i := 0; i < n; {
		if wait := time.Until(due(i)); wait > 0 {
			time.Sleep(wait)
		}
		var batch []*message.Message
		for ; i < n && time.Until(due(i)) <= 0 && len(batch) < 500; i++ {
			batch = append(batch, message.NewMessage("", numbered(body, id, i)))
		}
		if err := p.Publish(events.TypeEncounterCompleted, batch...); err != nil {
			return err
		}
	}
	return nil
}
