package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/events"
	"claimscrub/handlers/jetstream"
)

// A process that is the worker and its broker is killed while it works and started again on the same
// folder: every encounter the broker had acknowledged has one outcome, and no more than one.
func TestSIGKILLInTheMiddleLeavesOneOutcomeForEachEncounter(t *testing.T) {
	t.Parallel()
	encounters := 20_000
	if testing.Short() {
		encounters = 2_000
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	folder := t.TempDir()
	listen := freePort(t)
	first := startWorker(t, listen, "--store-dir", folder)
	conn := first.dial(t)
	published := make(chan struct{})
	go func() {
		defer close(published)
		if !publishMany(t, conn, encounters) {
			cancel()
		}
	}()
	seen := 0
	for _, err := range conn.Read(ctx, jetstream.ReadConfig{Stream: "CLAIMS"}) {
		if err != nil {
			t.Fatal(err)
		}
		if seen++; seen == encounters/4 {
			break
		}
	}
	<-published
	first.stop(t, syscall.SIGKILL)
	conn.Close()

	second := startWorker(t, listen, "--store-dir", folder)
	outcomes := map[string]int{}
	conn = second.dial(t)
	for m, err := range conn.Read(ctx, jetstream.ReadConfig{Stream: "CLAIMS"}) {
		if err != nil {
			t.Fatalf("%d of %d encounters have an outcome: %v; the worker says\n%s", len(outcomes), encounters, err, second.logs)
		}
		var e outcomeEvent
		if err := json.Unmarshal(m.Body, &e); err != nil {
			t.Fatal(err)
		}
		outcomes[e.Data.EncounterID]++
		if len(outcomes) == encounters {
			break
		}
	}
	if code := second.stop(t, syscall.SIGTERM); code != 0 { // drained: nothing more will come
		t.Errorf("exit status %d:\n%s", code, second.logs)
	}
	third := startWorker(t, listen, "--store-dir", folder)
	total := 0
	for _, err := range third.dial(t).Read(ctx, jetstream.ReadConfig{Stream: "CLAIMS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		total++
	}
	if total != encounters {
		t.Errorf("%d outcomes of %d encounters", total, encounters)
	}
	for id, n := range outcomes {
		if n != 1 {
			t.Errorf("encounter %s has %d outcomes", id, n)
		}
	}
}

// publishMany publishes n encounters that differ in their id, waits until the broker has stored each, and
// tells whether it has.
func publishMany(t *testing.T, conn *jetstream.Conn, n int) bool {
	base, id := bareSample(t)
	publisher := jetstream.NewPublisher(conn)
	var batches sync.WaitGroup
	for from := 0; from < n; from += 500 {
		batches.Go(func() {
			var batch []*message.Message
			for i := from; i < min(from+500, n); i++ {
				body := bytes.Replace(base, []byte(id), fmt.Appendf(nil, "KILL-%06d", i), 1)
				batch = append(batch, message.NewMessage("", body))
			}
			if err := publisher.Publish(events.TypeEncounterCompleted, batch...); err != nil {
				t.Errorf("publish: %v", err)
			}
		})
	}
	batches.Wait()
	return !t.Failed()
}

// bareSample is a ready sample without an envelope, and its encounter id.
func bareSample(t *testing.T) ([]byte, string) {
	for _, s := range events.Samples() {
		var head struct {
			EncounterID string `json:"encounter_id"`
		}
		if s.Verdict == "ready" && json.Unmarshal(s.Data, &head) == nil && head.EncounterID != "" {
			return s.Data, head.EncounterID
		}
	}
	t.Error("no ready sample without an envelope")
	return nil, ""
}
