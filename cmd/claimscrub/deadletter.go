package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

func deadLetterCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "deadletter", Short: "List, show and replay inputs that could not be read",
		Long: "A dead letter is an input byte for byte as it was received, with the reason it was set aside. Replaying publishes it\n" +
			"again, when the publisher or a new release has mended what was wrong, and drops nothing.",
	}
	c.AddCommand(deadLetterListCommand(), deadLetterShowCommand(), deadLetterReplayCommand())
	return c
}

// letterFilter chooses among dead letters.
type letterFilter struct {
	broker   brokerFlags
	topology jetstream.Topology
	reason   string
	since    string
	from     jetstream.ReadConfig
}

func (l *letterFilter) flags(f *pflag.FlagSet) {
	l.topology = jetstream.DefaultTopology()
	l.broker.add(f, defaultURL, "broker with the dead letters")
	f.StringVar(&l.topology.DeadLetters.Name, "deadletters-stream", l.topology.DeadLetters.Name, "stream of the dead letters")
	f.StringVar(&l.reason, "reason", "", "only those with this reason")
	f.StringVar(&l.since, "since", "all", "all, an age such as 2h, or a time (RFC 3339)")
}

func (l *letterFilter) open(ctx context.Context) (*jetstream.Conn, error) {
	if reasons := handlers.DeadLetterReasons(); l.reason != "" && !slices.Contains(reasons, l.reason) {
		return nil, fmt.Errorf("--reason %q: expected one of %q", l.reason, reasons)
	}
	from, err := parseSince(l.since, time.Now())
	if err != nil {
		return nil, err
	}
	from.Stream, from.Stored = l.topology.DeadLetters.Name, true
	l.from = from
	return l.broker.connect(ctx, "claimscrub deadletter")
}

// each calls f with every letter the filter lets through.
func (l *letterFilter) each(ctx context.Context, conn *jetstream.Conn, f func(jetstream.Record) error) error {
	for letter, err := range conn.Read(ctx, l.from) {
		if err != nil {
			return err
		}
		if l.reason != "" && header(letter, handlers.HeaderReason) != l.reason {
			continue
		}
		if err := f(letter); err != nil {
			return err
		}
	}
	return nil
}

func header(r jetstream.Record, name string) string {
	if values := r.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func deadLetterListCommand() *cobra.Command {
	var l letterFilter
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List dead letters", Args: cobra.NoArgs,
		Example: "  claimscrub deadletter list\n  claimscrub deadletter list --reason not_json --since 24h",
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %q: expected text or json", format)
			}
			conn, err := l.open(c.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			replays, err := l.topology.Replays(c.Context(), conn)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			if format == "text" {
				fmt.Fprintln(table, "LETTER\tRECEIVED\tREASON\tBYTES\tREPLAYED\tERROR")
			}
			err = l.each(c.Context(), conn, func(r jetstream.Record) error {
				done, err := replays.Done(c.Context(), r)
				if err != nil {
					return err
				}
				return row(table, r, done, format)
			})
			if err != nil {
				return err
			}
			return table.Flush()
		},
	}
	l.flags(c.Flags())
	c.Flags().StringVar(&format, "format", "text", "text, or json for one object a line")
	return c
}

func row(w io.Writer, r jetstream.Record, done bool, format string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(map[string]any{
			"letter": r.Sequence, "received": r.Time.UTC().Format(time.RFC3339), "reason": header(r, handlers.HeaderReason),
			"error": header(r, handlers.HeaderError), "input_sequence": header(r, handlers.HeaderStreamSequence), "bytes": len(r.Body), "replayed": done,
		})
	}
	replayed := "no"
	if done {
		replayed = "yes"
	}
	_, err := fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\n", r.Sequence, r.Time.UTC().Format(time.RFC3339), header(r, handlers.HeaderReason), len(r.Body), replayed, header(r, handlers.HeaderError))
	return err
}

func deadLetterShowCommand() *cobra.Command {
	var l letterFilter
	c := &cobra.Command{
		Use: "show LETTER", Short: "Print one dead letter: its headers to standard error, its bytes to standard output", Args: cobra.ExactArgs(1),
		Long:    "show prints the input as it was received. It may hold health records: keep it where those belong.",
		Example: "  claimscrub deadletter show 7 > input.json",
		RunE: func(c *cobra.Command, args []string) error {
			want, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return fmt.Errorf("LETTER %q: expected the number that deadletter list shows", args[0])
			}
			conn, err := l.open(c.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			found := false
			err = l.each(c.Context(), conn, func(r jetstream.Record) error {
				if r.Sequence != want {
					return nil
				}
				found = true
				for _, name := range []string{handlers.HeaderReason, handlers.HeaderError, handlers.HeaderStreamSequence} {
					fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", name, header(r, name))
				}
				_, err := c.OutOrStdout().Write(r.Body)
				return err
			})
			if err == nil && !found {
				return exitMessage(c, 1, "no dead letter %d", want)
			}
			return err
		},
	}
	l.flags(c.Flags())
	return c
}

func deadLetterReplayCommand() *cobra.Command {
	var l letterFilter
	var again, all bool
	c := &cobra.Command{
		Use: "replay [LETTER...]", Short: "Publish dead letters again",
		Long: "replay publishes dead letters as they were received and keeps them where they are. One that was replayed already, or that\n" +
			"--all finds to have come of a replay, is left out unless --again says otherwise, so a replay that died half way is simply run again. One that was published within the last two\n" +
			"minutes (the duplicate window of the stream) is left out by the broker in any case.",
		Example: "  claimscrub deadletter replay 7 8\n  claimscrub deadletter replay --all --reason delivery_limit",
		RunE: func(c *cobra.Command, args []string) error {
			if all != (len(args) == 0) {
				return fmt.Errorf("expected either letters or --all")
			}
			var wanted []uint64
			for _, a := range args {
				n, err := strconv.ParseUint(a, 10, 64)
				if err != nil {
					return fmt.Errorf("LETTER %q: expected the number that deadletter list shows", a)
				}
				wanted = append(wanted, n)
			}
			conn, err := l.open(c.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			replays, err := l.topology.Replays(c.Context(), conn)
			if err != nil {
				return err
			}
			replayed, skipped, refused := 0, 0, 0
			err = l.each(c.Context(), conn, func(r jetstream.Record) error {
				if !all && !slices.Contains(wanted, r.Sequence) {
					return nil
				}
				wanted = slices.DeleteFunc(wanted, func(n uint64) bool { return n == r.Sequence })
				done, err := replays.Done(c.Context(), r)
				if err != nil {
					return err
				}
				if (done || all && header(r, handlers.HeaderReplayOf) != "") && !again {
					skipped++
					return nil
				}
				fresh, err := replays.Replay(c.Context(), r)
				switch {
				case errors.Is(err, handlers.ErrTooLarge): // no retry mends it: those behind it go on
					fmt.Fprintln(c.ErrOrStderr(), "claimscrub:", err)
					refused++
					return nil
				case err != nil:
					return err
				case fresh:
					replayed++
				default:
					skipped++
				}
				return nil
			})
			fmt.Fprintf(c.OutOrStdout(), "%d replayed, %d left out as replayed before\n", replayed, skipped)
			if err == nil && len(wanted) > 0 {
				return exitMessage(c, 1, "no dead letter %v", wanted)
			}
			if err == nil && refused > 0 {
				return exitMessage(c, 1, "%d too large to be replayed", refused)
			}
			return err
		},
	}
	l.flags(c.Flags())
	c.Flags().StringVar(&l.topology.Encounters.Subjects[0], "subject", l.topology.Encounters.Subjects[0], "subject to publish on")
	c.Flags().BoolVar(&all, "all", false, "every letter that --reason and --since let through")
	c.Flags().BoolVar(&again, "again", false, "also those replayed before")
	return c
}

// exitMessage says why and returns the exit status.
func exitMessage(c *cobra.Command, code int, format string, args ...any) error {
	fmt.Fprintf(c.ErrOrStderr(), "claimscrub: "+format+"\n", args...)
	return exitCode(code)
}
