package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"claimscrub/handlers/jetstream"
)

// fullDisk is where nothing can be written.
func fullDisk() writerFunc {
	return func([]byte) (int, error) { return 0, errors.New("no space left on device") }
}

func TestWhatCouldNotBePrintedIsNotTaken(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	if err := s.cfg.Topology.EnsureReaders(t.Context(), s.conn, jetstream.Readers("claim.ready", "claim.rejected")); err != nil {
		t.Fatal(err)
	}
	send(t, s, timed(t, "FIRST", 1), timed(t, "SECOND", 1))
	settled(t, s)
	args := []string{"watch", "--nats-url", s.cfg.broker.url, "--consumer", "submitter", "--format", "json"}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var errs lockedBuffer
	if code := executeWithin(ctx, args, nil, fullDisk(), &errs); code != 2 || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("exit %d, want 2 and why: %s", code, errs.String())
	}
	out, said, code := command(t, append(args, "--count", "2")...)
	if code != 0 || !strings.Contains(out, `"FIRST"`) || !strings.Contains(out, `"SECOND"`) {
		t.Errorf("exit %d, want both claims\n%s%s", code, out, said)
	}
}

func TestCheckThatCannotPrintFails(t *testing.T) {
	t.Parallel()
	body, _ := goodEncounter(t)
	for _, format := range []string{"text", "json"} {
		var errs bytes.Buffer
		code := executeWithin(t.Context(), []string{"check", "--format", format, "-"}, bytes.NewReader(body), fullDisk(), &errs)
		if code != 2 || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%s: exit %d, want 2 and why: %s", format, code, &errs)
		}
	}
}

func TestNothingPrintedIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"keys", filepath.Join(t.TempDir(), "secrets")}, {"rules", "TIM001"}, {"refdata", "verify"}, {"version"}, {"help"}, {"profiles", "test", t.TempDir()}} {
		var errs bytes.Buffer
		if code := executeWithin(t.Context(), args, nil, fullDisk(), &errs); code != 2 || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%v: exit %d, want 2 and why: %s", args, code, &errs)
		}
	}
}

func TestADemoThatCannotPrintEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var errs lockedBuffer
	if code := executeWithin(ctx, []string{"demo"}, nil, fullDisk(), &errs); code != 2 || ctx.Err() != nil || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("exit %d, %v, want 2 at once and why: %s", code, ctx.Err(), errs.String())
	}
}

func TestAWorkerThatCannotServeHTTPEnds(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.pem")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, errs, code := commandWithin(ctx, nil, "run", "--nats-listen", "127.0.0.1:0", "--store-dir", filepath.Join(folder, "store"),
		"--http", "127.0.0.1:0", "--http-cert", missing, "--http-key", missing)
	if code != 2 || !strings.Contains(errs, missing) || ctx.Err() != nil {
		t.Errorf("exit %d, %v, want 2 at once and the file it misses: %s", code, ctx.Err(), errs)
	}
}

func TestBenchLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	r, err := newBenchRig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.remove(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left %v, error %v", left, err)
	}
}
