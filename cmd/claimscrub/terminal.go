package main

import (
	"os"

	"golang.org/x/term"
)

// isTerminal tells whether a person watches the stream; NO_COLOR and a dumb terminal count as not.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
