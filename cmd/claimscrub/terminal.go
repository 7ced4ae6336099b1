package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// printed is standard output. It keeps the first error of printing, so that a command which could not print does not end as if it had.
type printed struct {
	to  io.Writer
	err error
}

func (o *printed) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// isTerminal tells whether a person watches the stream; NO_COLOR and a dumb terminal count as not.
func isTerminal(stream any) bool {
	if o, ok := stream.(*printed); ok {
		stream = o.to
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
