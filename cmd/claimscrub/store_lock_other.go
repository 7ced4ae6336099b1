//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import "os"

// lockStore locks nothing where the system has no advisory lock on folders.
func lockStore(string) (*os.File, error) { return nil, nil }
