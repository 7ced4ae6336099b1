package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"claimscrub/cmd/claimscrub/x12"
	"claimscrub/events"
)

// ledger is the state file of export: JSON Lines, one when a control number is taken and one when its
// interchange is written, with the claims in it. Who dies between the two has used up a number, and the
// claims are sent again under the next. It is locked while it is open: of two exports one waits.
type ledger struct {
	file *lockedfile.File // nil without a state file
	last int              // the highest control number taken
	sent map[string]sentClaim
}

// entry is one line of the state file.
type entry struct {
	ControlNumber int         `json:"control_number"`
	Time          time.Time   `json:"time"`
	Claims        []sentClaim `json:"claims,omitzero"`
}

// sentClaim is a claim that went out: the highest revision, and in which interchange.
type sentClaim struct {
	EncounterID string `json:"encounter_id"`
	Revision    int    `json:"revision"`
	Interchange int    `json:"-"`
}

// openLedger reads the state file, or starts one.
func openLedger(path string) (*ledger, error) {
	f, err := lockedfile.Edit(path)
	if err != nil {
		return nil, fmt.Errorf("--state: %w", err)
	}
	l := &ledger{file: f, sent: map[string]sentClaim{}}
	if err := l.load(path); err != nil {
		_ = f.Close() // the error that counts is there already
		return nil, err
	}
	return l, nil
}

func (l *ledger) load(path string) error {
	text, err := io.ReadAll(l.file)
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	const begins = `{"control_number":`
	lines := bytes.SplitAfter(text, []byte("\n"))
	whole := 0
	for i, line := range lines {
		if len(bytes.TrimSpace(line)) == 0 {
			whole += len(line)
			continue
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || e.ControlNumber < 1 || e.ControlNumber > x12.MaxControlNumber {
			if n := min(len(line), len(begins)); err != nil && i == len(lines)-1 && string(line[:n]) == begins[:n] {
				break // cut off while it was written
			}
			return fmt.Errorf(`%s:%d: expected a line that export wrote, {"control_number": N, ...}`, path, i+1)
		}
		whole += len(line)
		l.last = max(l.last, e.ControlNumber)
		for _, c := range e.Claims {
			if c.Interchange = e.ControlNumber; c.Revision >= l.sent[c.EncounterID].Revision {
				l.sent[c.EncounterID] = c
			}
		}
	}
	if err := l.file.Truncate(int64(whole)); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	if _, err := l.file.Seek(int64(whole), io.SeekStart); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	if whole > 0 && text[whole-1] != '\n' {
		if _, err := l.file.Write([]byte("\n")); err != nil {
			return fmt.Errorf("--state: %w", err)
		}
	}
	return nil
}

// next is the control number of the next interchange.
func (l *ledger) next() (int, error) {
	if l.last >= x12.MaxControlNumber {
		return 0, fmt.Errorf("--state: control number %d was the last: agree on a new range with the receiver and start a new file", l.last)
	}
	return l.last + 1, nil
}

// reserve takes the next control number, before anything is written under it.
func (l *ledger) reserve(at time.Time) error {
	return l.append(entry{ControlNumber: l.last + 1, Time: at})
}

// record keeps which claims went out under the number reserved.
func (l *ledger) record(at time.Time, sent []*events.Outcome) error {
	e := entry{ControlNumber: l.last + 1, Time: at}
	for _, o := range sent {
		e.Claims = append(e.Claims, sentClaim{EncounterID: o.EncounterID, Revision: o.Revision})
	}
	return l.append(e)
}

func (l *ledger) append(e entry) error {
	if l.file == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	return nil
}

func (l *ledger) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
