package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// provisionBound is how long provisioning waits for a broker or a cluster that is just starting.
const provisionBound = time.Minute

func provisionCommand() *cobra.Command {
	topology := jetstream.DefaultTopology()
	var b brokerFlags
	var subjects handlers.Subjects
	var update bool
	c := &cobra.Command{
		Use:   "provision",
		Short: "Make the streams and consumers that workers and readers need",
		Long: "provision makes the three streams, the consumer that all workers share, and a consumer for each kind of reader: submitter takes\n" +
			"claim.ready, workqueue takes claim.rejected. What is there already stays as it is; in what it differs is printed, and changed\n" +
			"only on request. A worker does the same at its start where the broker lets it; with deploy/nats it may not, and this command does.",
		Example: "  claimscrub provision --replicas 3 --nats-url nats://a:4222,nats://b:4222 --nats-nkey provisioner.nk --nats-inbox-prefix _INBOX_provisioner",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := holdTopology(&topology, subjects); err != nil {
				return err
			}
			conn, err := b.connect(c.Context(), "claimscrub provision")
			if err != nil {
				return err
			}
			defer conn.Close()
			ctx, cancel := context.WithTimeout(c.Context(), provisionBound)
			defer cancel()
			drifts, err := provision(ctx, conn, topology, jetstream.Readers(subjects.Ready, subjects.Rejected), update)
			for _, d := range drifts {
				fmt.Fprintf(c.OutOrStdout(), "%s; --update-streams changes it\n", d)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "streams %s, %s and %s are there\n", topology.Encounters.Name, topology.Claims.Name, topology.DeadLetters.Name)
			return nil
		},
	}
	b.add(c.Flags(), defaultURL, "broker to provision")
	topologyFlags(c.Flags(), &topology, &subjects, &update)
	return c
}

// provision tries until the streams and consumers are there or ctx ends: a cluster that has no leader yet refuses for a while.
func provision(ctx context.Context, conn *jetstream.Conn, t jetstream.Topology, readers []jetstream.Reader, update bool) ([]jetstream.Drift, error) {
	for {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		drifts, err := t.Ensure(attempt, conn, update)
		if err == nil {
			err = t.EnsureReaders(attempt, conn, readers)
		}
		cancel()
		if err == nil || ctx.Err() != nil {
			return drifts, err
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return drifts, err
		}
	}
}
