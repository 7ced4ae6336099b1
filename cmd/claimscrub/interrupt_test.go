package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// A first Ctrl-C ends a command that waits for a terminal or a pipe; what was read before it counts.
func TestWhoWaitsForStandardInputIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check", "-"}, {"profiles", "explain", "-"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			in, w := io.Pipe()
			defer w.Close()
			ctx, interrupt := context.WithCancelCause(t.Context())
			var out, errs bytes.Buffer
			status := make(chan int)
			go func() { status <- executeWithin(ctx, args, in, &out, &errs) }()
			if _, err := io.WriteString(w, " "); err != nil { // the command reads
				t.Fatal(err)
			}
			interrupt(errors.New("interrupt signal received"))
			select {
			case got := <-status:
				if got != 2 || !strings.Contains(errs.String(), "read -: interrupt signal received") {
					t.Errorf("exit status %d, %q", got, errs.String())
				}
			case <-time.After(10 * time.Second):
				t.Error("the command waits on")
			}
		})
	}
}
