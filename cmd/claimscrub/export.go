package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"claimscrub/cmd/claimscrub/x12"
	"claimscrub/events"
)

// maxOutcome is the most bytes of an outcome: the broker's max_payload.
const maxOutcome = 8 << 20

func exportCommand() *cobra.Command {
	c := &cobra.Command{Use: "export", Short: "Write ready claims in the format of a submitter"}
	c.AddCommand(export837PCommand())
	return c
}

// exportOptions are the flags of export 837p.
type exportOptions struct {
	broker                    brokerFlags
	since, stream             string
	practice, patients        string
	state, out, written, only string
	controlNumber             int
	again                     []string
	lines                     bool
}

func export837PCommand() *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "837p [FILE...]",
		Short: "Write claim.ready events as one X12 interchange, 837P 005010X222A1",
		Long: "export 837p writes the ready claims of the broker's stream, or of files of outcome events as watch and check print them with\n" +
			"--format json (- is standard input), as one interchange. The first outcome of an id counts, and of an encounter the highest\n" +
			"revision: a rejected one withdraws the claim. What no event says, names and addresses, comes from the practice file and the\n" +
			"patient directory; a claim that lacks a fact is left out and named, and the exit status is 1.\n" +
			"The state file gives each interchange a new control number and keeps which claims went out, so that none goes twice.",
		Example: "  claimscrub export 837p --practice practice.yaml --patients patients.yaml --state sent.jsonl --out claims.837\n" +
			"  claimscrub check --format json encounters.jsonl | claimscrub export 837p --practice practice.yaml --patients patients.yaml --control-number 1 -",
		RunE: func(c *cobra.Command, files []string) error { return export837P(c, o, files) },
	}
	f := c.Flags()
	o.broker.add(f, defaultURL, "broker with the outcomes, when no FILE is given")
	f.StringVar(&o.since, "since", "all", "stored outcomes to read: all, an age such as 2h, or a time (RFC 3339)")
	f.StringVar(&o.stream, "stream", "CLAIMS", "stream of the outcomes")
	f.StringVar(&o.practice, "practice", "", "practice file, YAML: submitter, receiver, providers, payers")
	f.StringVar(&o.patients, "patients", "", "patient directory, YAML: names, addresses, coverage")
	f.StringVar(&o.state, "state", "", "file that keeps the control numbers used and the claims that went out")
	f.IntVar(&o.controlNumber, "control-number", 0, "control number of the interchange, without a state file")
	f.StringVar(&o.out, "out", "", "file to write, which must not be there yet; standard output when not given")
	f.StringVar(&o.written, "time", "", "time of the interchange (RFC 3339); now when not given")
	f.StringVar(&o.only, "payer", "", "only claims whose primary payer has this payer id")
	f.StringSliceVar(&o.again, "again", nil, "ids of encounters to send although the state file says they went out")
	f.BoolVar(&o.lines, "lines", false, "a line feed behind every segment, for people")
	return c
}

func export837P(c *cobra.Command, o exportOptions, files []string) error {
	written, err := o.check(files, c.Flags().Changed("since"))
	if err != nil {
		return err
	}
	x := x12.Interchange{Time: written, Lines: o.lines}
	if x.Practice, err = readYAML("--practice", o.practice, x12.ReadPractice); err != nil {
		return err
	}
	if x.Patients, err = readYAML("--patients", o.patients, x12.ReadPatients); err != nil {
		return err
	}
	s := newSelection(o.only)
	if err := s.read(c, o, files); err != nil {
		return err
	}
	l := &ledger{sent: map[string]sentClaim{}, last: o.controlNumber - 1}
	if o.state != "" {
		if l, err = openLedger(o.state); err != nil {
			return err
		}
	}
	text, sent, err := s.write(&x, l, o.again)
	if err == nil && len(sent) > 0 {
		err = l.reserve(written)
	}
	if err == nil && len(sent) > 0 {
		err = output(o.out, c.OutOrStdout(), text)
	}
	if err == nil && len(sent) > 0 {
		err = l.record(written, sent)
	}
	if err := errors.Join(err, l.close()); err != nil {
		return err
	}
	return s.report(c.ErrOrStderr(), x.ControlNumber, len(sent))
}

// check bounds the flags and returns the time of the interchange.
func (o *exportOptions) check(files []string, since bool) (written time.Time, err error) {
	var errs []error
	written = time.Now()
	if o.written != "" {
		if written, err = time.Parse(time.RFC3339, o.written); err != nil {
			errs = append(errs, fmt.Errorf("--time %q: expected a time such as 2026-03-31T08:00:00Z", o.written))
		}
	}
	if (o.state != "") == (o.controlNumber != 0) {
		errs = append(errs, errors.New("expected either --state FILE or --control-number N"))
	}
	if o.controlNumber < 0 || o.controlNumber > x12.MaxControlNumber {
		errs = append(errs, fmt.Errorf("--control-number %d: expected 1 to %d", o.controlNumber, x12.MaxControlNumber))
	}
	if len(files) > 0 && since {
		errs = append(errs, errors.New("--since: expected no FILE beside it"))
	}
	if o.out != "" {
		errs = append(errs, isNew(o.out))
	}
	return written, errors.Join(errs...)
}

func isNew(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("--out %s is there already: expected a new file", path)
	}
	return nil
}

func readYAML[T any](flag, path string, read func(string, []byte) (*T, error)) (*T, error) {
	if path == "" {
		return nil, fmt.Errorf("%s: expected a YAML file; docs/export.md shows one", flag)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	return read(path, text)
}

// read adds the outcomes of the files, or those stored in the broker.
func (s *selection) read(c *cobra.Command, o exportOptions, files []string) error {
	if len(files) == 0 {
		return s.broker(c.Context(), o)
	}
	for _, name := range files {
		var in io.Reader
		if name == "-" {
			in = standardInput(c.Context(), c.InOrStdin())
		} else {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			in = f
		}
		n := 0
		for input, err := range inputs(in, maxOutcome) {
			if err == nil {
				err = context.Cause(c.Context())
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			n++
			s.add(fmt.Sprintf("%s: input %d", name, n), input)
		}
	}
	return nil
}

func (s *selection) broker(ctx context.Context, o exportOptions) error {
	from, err := parseSince(o.since, time.Now())
	if err != nil {
		return err
	}
	if from.New {
		return fmt.Errorf("--since %q: expected all, an age or a time", o.since)
	}
	conn, err := o.broker.connect(ctx, "claimscrub export")
	if err != nil {
		return err
	}
	defer conn.Close()
	from.Stream, from.Stored = o.stream, true
	for m, err := range conn.Read(ctx, from) {
		if err != nil {
			return err
		}
		s.add(fmt.Sprintf("message %d of %s", m.Sequence, o.stream), m.Body)
	}
	return nil
}

// write builds the interchange of the claims that are due.
func (s *selection) write(x *x12.Interchange, l *ledger, again []string) (text []byte, sent []*events.Outcome, err error) {
	if x.ControlNumber, err = l.next(); err != nil {
		return nil, nil, err
	}
	var left []x12.Omitted
	text, sent, left = x.Append(nil, s.due(l, again))
	for _, c := range left {
		s.leaveOut(c.EncounterID, c.ControlNumber, c.Reasons...)
	}
	for _, o := range sent {
		if n := o.Claim.ControlNumber; n != strings.ToUpper(n) {
			s.raised++
		}
	}
	return text, sent, nil
}

// output writes text to standard output, or to a new file, whole or not at all.
func output(path string, stdout io.Writer, text []byte) error {
	if path == "" {
		_, err := stdout.Write(text)
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".837p-*") // readable by its owner alone
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("--out: %w", err), os.Remove(f.Name()))
	}
	if err := isNew(path); err != nil { // it was: an export that this one waited for may have written it
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(fmt.Errorf("--out: %w", err), os.Remove(f.Name()))
	}
	return nil
}
