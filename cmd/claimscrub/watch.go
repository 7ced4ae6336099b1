package main

import (
	"bufio"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"claimscrub/handlers/jetstream"
)

func watchCommand() *cobra.Command {
	var b brokerFlags
	var since, format, stream, consumer string
	var count int
	c := &cobra.Command{
		Use:     "watch",
		Short:   "Print outcomes as they come, or stored ones",
		Example: "  claimscrub watch\n  claimscrub watch --since all --count 20\n  claimscrub watch --since 2h --format json\n  claimscrub watch --consumer submitter --format json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %q: expected text or json", format)
			}
			if count < 0 {
				return fmt.Errorf("--count %d: expected 0 (no end) or more", count)
			}
			if consumer != "" && since != "" {
				return fmt.Errorf("--since %q: expected none beside --consumer, which knows where it stands", since)
			}
			from, err := parseSince(since, time.Now())
			if err != nil {
				return err
			}
			conn, err := b.connect(c.Context(), "claimscrub watch")
			if err != nil {
				return err
			}
			defer conn.Close()
			out := bufio.NewWriter(c.OutOrStdout())
			show := newPrinter(out)
			if isTerminal(c.OutOrStdout()) {
				show.colour()
			}
			from.Stream, from.Consumer = stream, consumer
			seen := 0
			for m, err := range conn.Read(c.Context(), from) {
				switch {
				case err != nil && c.Context().Err() != nil:
					return nil // interrupted: that is how watching ends
				case err != nil:
					return err
				case format == "json":
					fmt.Fprintf(out, "%s\n", m.Body)
				default:
					if err := show.outcome(m.Body); err != nil {
						fmt.Fprintf(c.ErrOrStderr(), "claimscrub: message %d of %s: %v\n", m.Sequence, stream, err)
					}
				}
				if err := out.Flush(); err != nil {
					m.Refuse() // what nobody has seen is not taken
					return fmt.Errorf("print message %d of %s: %w", m.Sequence, stream, err)
				}
				if seen++; seen == count {
					return nil
				}
			}
			return nil
		},
	}
	b.add(c.Flags(), defaultURL, "broker to watch")
	c.Flags().StringVar(&since, "since", "", "stored outcomes first: all, an age such as 2h, or a time (RFC 3339)")
	c.Flags().StringVar(&format, "format", "text", "text for a person, json for one outcome event a line")
	c.Flags().StringVar(&stream, "stream", "CLAIMS", "stream of the outcomes")
	c.Flags().StringVar(&consumer, "consumer", "", "take outcomes from this durable consumer, once each, instead of looking at the stream")
	c.Flags().IntVar(&count, "count", 0, "leave after so many; 0 for no end")
	return c
}

// parseSince reads nothing, all, an age or a time.
func parseSince(text string, now time.Time) (jetstream.ReadConfig, error) {
	switch {
	case text == "":
		return jetstream.ReadConfig{New: true}, nil
	case text == "all":
		return jetstream.ReadConfig{}, nil
	}
	if age, err := time.ParseDuration(text); err == nil && age > 0 {
		return jetstream.ReadConfig{Since: now.Add(-age)}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return jetstream.ReadConfig{Since: t}, nil
	}
	return jetstream.ReadConfig{}, fmt.Errorf("--since %q: expected all, an age such as 2h, or a time such as 2026-03-31T08:00:00Z", text)
}
