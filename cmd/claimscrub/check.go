package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// checkOptions are the flags of check.
type checkOptions struct {
	format, profile, profiles, refdata, asOf string
}

func checkCommand() *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Scrub encounters from files, without a broker",
		Long: "check scrubs encounters from JSON, a JSON array or JSON Lines, bare data or CloudEvents; - is standard input.\n" +
			"It exits with 0 when all are ready, 1 when some are rejected, 2 when some could not be read.",
		Example: "  claimscrub check encounter.json\n  claimscrub check --format json --as-of 2026-03-31 encounters.jsonl\n  claimscrub deadletter show 7 | claimscrub check -",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(c *cobra.Command, files []string) error { return check(c, o, files) },
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "text", "text for a person, json for one outcome event a line")
	f.StringVar(&o.profile, "profile", "", "payer profile for every encounter, instead of the one its primary coverage names")
	f.StringVar(&o.profiles, "profiles", "", "folder of payer profiles beside the shipped ones")
	f.StringVar(&o.refdata, "refdata", "", "folder of imported reference data")
	f.StringVar(&o.asOf, "as-of", "", "the day rules call today, YYYY-MM-DD, instead of the event's time or today")
	return c
}

func check(c *cobra.Command, o checkOptions, files []string) error {
	if o.format != "text" && o.format != "json" {
		return fmt.Errorf("--format %q: expected text or json", o.format)
	}
	engine, err := loadEngine(o.profiles, o.refdata)
	if err != nil {
		return err
	}
	adjudicator := handlers.Adjudicator{Engine: engine}
	if adjudicator.Policy, err = policyNamed(engine, o.profile); err != nil {
		return err
	}
	if o.asOf != "" {
		if adjudicator.AsOf, err = civil.ParseDate(o.asOf); err != nil {
			return fmt.Errorf("--as-of %q: %w", o.asOf, err)
		}
	}
	out := bufio.NewWriter(c.OutOrStdout())
	show := newPrinter(out)
	if isTerminal(c.OutOrStdout()) {
		show.colour()
	}
	run := checkRun{adjudicator: adjudicator, received: time.Now(), out: out, print: show.outcome}
	if o.format == "json" {
		run.print = func(body []byte) error { _, err := fmt.Fprintf(out, "%s\n", body); return err }
	}
	for _, name := range files {
		if err := run.file(c.Context(), name, c.InOrStdin(), c.ErrOrStderr()); err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "claimscrub: %v\n", err)
			run.unreadable++
		}
	}
	if o.format == "text" && run.total() > 1 {
		fmt.Fprintf(out, "\n%d ready, %d rejected, %d unreadable\n", run.ready, run.rejected, run.unreadable)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print outcomes: %w", err)
	}
	switch {
	case run.unreadable > 0:
		return exitCode(2)
	case run.rejected > 0:
		return exitCode(1)
	}
	return nil
}

func policyNamed(e *scrubber.Engine, id string) (*scrubber.Policy, error) {
	if id == "" {
		return nil, nil
	}
	if p := e.Policy(id); p != nil {
		return p, nil
	}
	var ids []string
	for _, p := range e.Policies() {
		ids = append(ids, p.ID)
	}
	return nil, fmt.Errorf("--profile %q: expected one of %q", id, ids)
}

// checkRun counts what a run of check has seen.
type checkRun struct {
	adjudicator                 handlers.Adjudicator
	received                    time.Time
	out                         *bufio.Writer
	print                       func(event []byte) error
	ready, rejected, unreadable int
}

func (r *checkRun) total() int { return r.ready + r.rejected + r.unreadable }

func (r *checkRun) file(ctx context.Context, name string, stdin io.Reader, errs io.Writer) error {
	var in io.Reader
	if name == "-" {
		in = standardInput(ctx, stdin)
	} else {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
		if info, err := f.Stat(); err == nil && info.Size() > 1<<20 && isTerminal(errs) {
			bar := progressbar.NewOptions64(info.Size(), progressbar.OptionSetWriter(errs), progressbar.OptionShowBytes(true),
				progressbar.OptionSetDescription(name), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
			defer bar.Finish()
			in = io.TeeReader(f, bar)
		}
	}
	before := r.total()
	for input, err := range inputs(in, events.MaxBody) {
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: interrupted after %d encounters", name, r.total()-before)
		}
		d := r.adjudicator.Decide(ctx, handlers.Message{Body: input, Received: r.received})
		switch d.Result {
		case handlers.Ready:
			r.ready++
		case handlers.Rejected:
			r.rejected++
		default:
			r.unreadable++
			d.Body = handlers.DeadLetterEvent(d)
		}
		if err := r.print(d.Body); err != nil {
			return err
		}
	}
	if r.total() == before {
		return errors.New(name + ": no encounter in it")
	}
	return nil
}
