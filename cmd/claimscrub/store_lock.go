//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockStore keeps the folder of the embedded broker's streams for this process alone, until the file is closed or the process ends, however it
// ends. Two brokers on one folder overwrite each other's streams without a word. A file system that has no such lock is used without one.
func lockStore(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--store-dir %s: %w", dir, err)
	}
	folder, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("--store-dir %s: %w", dir, err)
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		_ = folder.Close()
		return nil, fmt.Errorf("--store-dir %s: expected a folder that no other claimscrub works in; --nats-url is how several work for one broker", dir)
	}
	return folder, nil
}
