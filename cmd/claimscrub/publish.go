package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/spf13/cobra"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// publishWindow is how many encounters wait for their acknowledgement at a time.
const publishWindow = 256

func publishCommand() *cobra.Command {
	var b brokerFlags
	var subject string
	c := &cobra.Command{
		Use:   "publish FILE...",
		Short: "Publish encounters, and account for each acknowledgement",
		Long: "publish sends every encounter of the files (JSON, a JSON array or JSON Lines; - is standard input) as it stands.\n" +
			"The same bytes sent twice within the stream's duplicate window are stored once. It exits with 1 when any was not acknowledged.",
		Example: "  claimscrub publish encounters.jsonl\n  claimscrub publish --nats-url nats://broker:4222 encounter.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			conn, err := b.connect(c.Context(), "claimscrub publish")
			if err != nil {
				return err
			}
			defer conn.Close()
			p := publishRun{publisher: jetstream.NewPublisher(conn), subject: subject, errs: c.ErrOrStderr()}
			for _, name := range files {
				p.file(c.Context(), name, c.InOrStdin())
			}
			p.inFlight.Wait()
			fmt.Fprintf(c.OutOrStdout(), "%d sent: %d stored, %d the broker had already, %d not acknowledged\n", p.sent, p.stored, p.duplicates, p.failed)
			if p.failed > 0 || p.sent == 0 {
				return exitCode(1)
			}
			return nil
		},
	}
	b.add(c.Flags(), defaultURL, "broker to publish to")
	c.Flags().StringVar(&subject, "subject", events.TypeEncounterCompleted, "subject to publish on")
	return c
}

// publishRun counts acknowledgements.
type publishRun struct {
	publisher *jetstream.Publisher
	subject   string
	errs      io.Writer
	inFlight  sync.WaitGroup

	mu                               sync.Mutex
	sent, stored, duplicates, failed int
}

func (p *publishRun) file(ctx context.Context, name string, stdin io.Reader) {
	var in io.Reader
	if name == "-" {
		in = standardInput(ctx, stdin)
	} else {
		f, err := os.Open(name)
		if err != nil {
			p.fail(err)
			return
		}
		defer f.Close()
		in = f
	}
	window := make(chan struct{}, publishWindow)
	n := 0
	for input, err := range inputs(in, events.MaxBody) {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			p.fail(fmt.Errorf("read %s: %w", name, err))
			break
		}
		n++
		if len(input) > events.MaxBody { // its end is cut off: the dead letter would not be what the publisher has
			p.fail(fmt.Errorf("%s, input %d: expected at most %d bytes; it is not sent", name, n, events.MaxBody))
			continue
		}
		p.sent++
		window <- struct{}{}
		p.inFlight.Go(func() {
			p.one(input)
			<-window
		})
	}
	p.inFlight.Wait()
}

func (p *publishRun) one(input []byte) {
	sum := sha256.Sum256(input)
	m := message.NewMessage(hex.EncodeToString(sum[:16]), input)
	err := p.publisher.Publish(p.subject, m)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err != nil:
		p.failed++
		if p.failed <= 10 {
			fmt.Fprintln(p.errs, "claimscrub:", err)
		}
	case m.Metadata.Get(handlers.MetadataDuplicate) != "":
		p.duplicates++
	default:
		p.stored++
	}
}

func (p *publishRun) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed++
	fmt.Fprintln(p.errs, "claimscrub:", err)
}
