package handlers

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// exposition is what Prometheus would scrape.
func exposition(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// counted are metrics after a day of two rules, with times fixed so that the exposition is the same every time.
func counted(t *testing.T) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	m := NewMetrics(registry, Labels{
		Rules: []string{"REG001", "TIM002"}, Severities: []string{"reject", "warn"}, NotEvaluatedReasons: []string{"documentation_not_sent", "no_edition"},
		Version: "0.1.0", Revision: "abc", GoVersion: "go1.26",
	})
	m.latencySeconds = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "unregistered"}) // it reads the clock
	received := time.Now()
	m.ended(&Decision{Result: Ready, Findings: []FindingCount{{"REG001", "warn"}}}, received, false)
	m.ended(&Decision{Result: Ready}, received, true)
	m.ended(&Decision{
		Result: Rejected, Findings: []FindingCount{{"REG001", "reject"}, {"TIM002", "reject"}, {"XYZ999", "reject"}},
		NotEvaluated: []NotEvaluatedCount{{"TIM002", "no_edition"}, {"TIM002", "weather"}},
	}, received, false)
	letter := DeadLetter(Message{}, ReasonNotJSON, "")
	m.ended(&letter, received, false)
	m.ended(&Decision{Result: DeadLettered, Reason: "unheard_of"}, received, false)
	m.scrubSeconds.Observe(25e-6)
	m.ReloadFailed(ReloadProfiles)
	m.SetEdition("ptp", "2025Q4", 100, time.Time{})
	m.SetEdition("ptp", "2026Q1", 10, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	m.DeclareRules([]string{"REG001", "CEL001"})
	m.findings.inc(FindingCount{"CEL001", "warn"})
	return registry
}

func TestExposition(t *testing.T) {
	t.Parallel()
	const golden = "testdata/metrics.txt"
	got := exposition(t, counted(t))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("exposition differs (-want +got), rewrite with: go test ./handlers -run TestExposition -update\n%s", diff)
	}
}

func TestMetricsPassPromlint(t *testing.T) {
	t.Parallel()
	registry := counted(t)
	register(registry, newBacklogCollector(&backlogCache{read: func(context.Context) (Backlog, error) { return Backlog{}, nil }, timeout: time.Second}))
	problems, err := promlint.New(strings.NewReader(exposition(t, registry))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestBacklogIsReadRarelyAndAbsentWhenUnknown(t *testing.T) {
	t.Parallel()
	var reads int
	var failure error
	failed := prometheus.NewCounter(prometheus.CounterOpts{Name: "failed"})
	cache := &backlogCache{maxAge: time.Hour, timeout: time.Second, failed: failed, read: func(ctx context.Context) (Backlog, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the broker is asked without a bound")
		}
		reads++
		return Backlog{Pending: 3, AckPending: 2, Redelivered: 1, Oldest: time.Now().Add(-time.Hour), MaxAge: 2 * time.Hour}, failure
	}}
	registry := prometheus.NewPedanticRegistry()
	register(registry, newBacklogCollector(cache))
	for range 3 {
		text := exposition(t, registry)
		for _, line := range []string{"claimscrub_consumer_pending_encounters 3\n", "claimscrub_consumer_ack_pending_encounters 2\n",
			"claimscrub_consumer_redelivered_encounters 1\n", "claimscrub_consumer_oldest_pending_seconds 3600", "claimscrub_stream_max_age_seconds 7200\n"} {
			if !strings.Contains(text, line) {
				t.Errorf("no %q in\n%s", line, text)
			}
		}
	}
	if reads != 1 {
		t.Errorf("read %d times within the hour, want once", reads)
	}
	cache.at, failure = time.Time{}, errors.New("consumer claimscrub: not found")
	if text := exposition(t, registry); text != "" {
		t.Errorf("backlog shown although unknown:\n%s", text)
	}
	if value(t, failed) != 1 {
		t.Errorf("failures %v, want 1", value(t, failed))
	}
}
