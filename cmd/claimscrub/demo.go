package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/spf13/cobra"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// demoBound is how long the demo waits for the outcomes of all samples.
const demoBound = time.Minute

func demoCommand() *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch the bundled sample encounters become claims",
		Long: "demo starts a broker with its streams in a temporary folder and a worker, publishes the bundled sample encounters and prints\n" +
			"what becomes of each. It then goes on running, to be published to and looked at, until it is interrupted.",
		Example: "  claimscrub demo\n  claimscrub demo --once",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return demo(c, once) },
	}
	c.Flags().BoolVar(&once, "once", false, "leave when every sample has its outcome")
	return c
}

func demo(c *cobra.Command, once bool) (err error) {
	signal.Ignore(syscall.SIGPIPE) // who pipes it into head ends it by an error of printing, so that its folder goes too
	folder, err := os.MkdirTemp("", "claimscrub-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cfg := Config{NATSListen: "127.0.0.1:0", StoreDir: folder, StoreKeyFile: noStoreKey, HTTP: "127.0.0.1:0", Window: 100, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology()}
	s, err := startService(c.Context(), &cfg, newLogger(c.ErrOrStderr(), slog.LevelWarn.String()))
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	select {
	case <-s.worker.Running():
	case err := <-ended:
		return err
	}
	show := newPrinter(c.OutOrStdout())
	if isTerminal(c.OutOrStdout()) {
		show.colour()
	}
	fmt.Fprintf(c.OutOrStdout(), "broker %s, metrics http://%s/metrics\n\n", cfg.broker.url, s.httpAddress())
	if err := showSamples(ctx, s, show); err != nil {
		return err
	}
	if !once {
		if _, err := fmt.Fprintf(c.OutOrStdout(), "\nThe worker goes on until you interrupt it. From another terminal:\n"+
			"  claimscrub publish --nats-url %[1]s ENCOUNTERS.jsonl\n  claimscrub watch --nats-url %[1]s\n", cfg.broker.url); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		<-c.Context().Done()
	}
	cancel()
	return <-ended
}

// showSamples publishes every sample and prints each story with its outcome, in the order of the samples.
func showSamples(ctx context.Context, s *service, show *printer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, demoBound, errors.New("not every sample had its outcome in time"))
	defer cancel()
	samples := events.Samples()
	publisher := jetstream.NewPublisher(s.conn)
	began := time.Now()
	for _, sample := range samples {
		if err := publisher.Publish(events.TypeEncounterCompleted, message.NewMessage("", sample.Data)); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	outcomes, counts := map[string][]byte{}, map[string]int{} // counts by event type
	for _, stream := range []string{s.cfg.Topology.Claims.Name, s.cfg.Topology.DeadLetters.Name} {
		if err := s.collect(ctx, stream, samples, outcomes, counts); err != nil {
			return err
		}
	}
	took := time.Since(began)
	for _, sample := range samples {
		fmt.Fprintf(show.out, "%s\n", show.strong.Sprint(sample.Name))
		fmt.Fprintf(show.out, "%s\n", wrap(sample.Story, 110, "  "))
		body := outcomes[sample.Name]
		if err := show.outcome(body); err != nil {
			return err
		}
		fmt.Fprintln(show.out)
	}
	fmt.Fprintf(show.out, "%d encounters: %d claim.ready, %d claim.rejected, %d encounter.deadletter, in %s\n",
		len(samples), counts[events.TypeClaimReady], counts[events.TypeClaimRejected], counts[events.TypeEncounterDeadLetter], took.Round(time.Millisecond))
	return nil
}

// collect reads the stream until every sample that belongs there has its outcome.
func (s *service) collect(ctx context.Context, stream string, samples []events.Sample, outcomes map[string][]byte, counts map[string]int) error {
	bySequence := map[string]string{} // of the input
	byEncounter := map[string]string{}
	want := 0
	for i, sample := range samples {
		bySequence[fmt.Sprint(i+1)] = sample.Name
		var head struct {
			EncounterID string `json:"encounter_id"`
			Data        struct {
				EncounterID string `json:"encounter_id"`
			}
		}
		_ = json.Unmarshal(sample.Data, &head) // one sample is no JSON: it is found by its sequence
		byEncounter[head.EncounterID+head.Data.EncounterID] = sample.Name
		if (sample.Verdict == "deadletter") == (stream == s.cfg.Topology.DeadLetters.Name) {
			want++
		}
	}
	for m, err := range s.conn.Read(ctx, jetstream.ReadConfig{Stream: stream}) {
		if err != nil {
			return fmt.Errorf("demo: %w", errors.Join(err, context.Cause(ctx)))
		}
		var e outcomeEvent
		if m.Subject == events.TypeEncounterDeadLetter {
			name := bySequence[header(m, handlers.HeaderStreamSequence)]
			outcomes[name] = handlers.DeadLetterEvent(handlers.Decision{Reason: header(m, handlers.HeaderReason), Header: map[string]string{handlers.HeaderError: header(m, handlers.HeaderError)}})
		} else if err := json.Unmarshal(m.Body, &e); err != nil {
			return fmt.Errorf("demo: outcome %d: %w", m.Sequence, err)
		} else {
			outcomes[byEncounter[e.Data.EncounterID]] = m.Body
		}
		counts[m.Subject]++
		if want--; want == 0 {
			return nil
		}
	}
	return io.ErrUnexpectedEOF
}
