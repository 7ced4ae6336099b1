package main

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"claimscrub/handlers"
)

// TestAnEncounterThatIsNotDecidedIsSeenToAge shows that the series of the shipped alert are what a worker reports, and that they move.
func TestAnEncounterThatIsNotDecidedIsSeenToAge(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	engine, err := s.loader.load()
	if err != nil {
		t.Fatal(err)
	}
	held := make(chan struct{})
	s.worker.SetDecide(func(ctx context.Context, m handlers.Message) handlers.Decision {
		<-held
		return decide(engine)(ctx, m)
	})
	send(t, s, timed(t, "WAITS", 1))
	series := func(name string) float64 {
		text := get(t, "http://"+s.httpAddress()+"/metrics")
		match := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
		if match == nil {
			t.Fatalf("no series %s", name)
		}
		value, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	const oldest, limit = "claimscrub_consumer_oldest_pending_seconds", "claimscrub_stream_max_age_seconds"
	for deadline := time.Now().Add(time.Minute); series(oldest) < 0.5; time.Sleep(20 * time.Millisecond) { // growing older has no signal
		if time.Now().After(deadline) {
			t.Fatal("the encounter does not age")
		}
	}
	if got, want := series(limit), s.cfg.Topology.Encounters.MaxAge.Seconds(); got != want {
		t.Errorf("the stream drops at %g seconds, the metric says %g", want, got)
	}
	close(held)
	settled(t, s)
	for deadline := time.Now().Add(time.Minute); series(oldest) != 0; time.Sleep(20 * time.Millisecond) { // the backlog is read every two seconds
		if time.Now().After(deadline) {
			t.Fatal("decided, and still waiting by the metric")
		}
	}
	alerts, err := os.ReadFile("../../deploy/prometheus/alerts.yml")
	if err != nil || !regexp.MustCompile(oldest+`\) > .*`+limit).Match(alerts) {
		t.Errorf("no alert compares %s with %s: %v", oldest, limit, err)
	}
}
