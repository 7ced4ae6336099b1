package jetstream_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers/jetstream"
)

// raw is a client that is not ours.
func raw(t *testing.T, url string) js.JetStream {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	client, err := js.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestEnsureCreatesWhatIsDeclaredAndIsIdempotent(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	conn := connect(t, broker.URL())
	for range 2 {
		drifts, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false)
		if err != nil || len(drifts) != 0 {
			t.Fatalf("drifts %v, error %v", drifts, err)
		}
	}
	client := raw(t, broker.URL())
	for _, name := range []string{"ENCOUNTERS", "CLAIMS", "DEADLETTERS"} {
		stream, err := client.Stream(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		config := stream.CachedInfo().Config
		if config.Discard != js.DiscardNew || config.Storage != js.FileStorage || config.Retention != js.LimitsPolicy || config.Duplicates < 2*time.Minute {
			t.Errorf("stream %s: %+v", name, config)
		}
	}
	consumer, err := client.Consumer(t.Context(), "ENCOUNTERS", "claimscrub")
	if err != nil {
		t.Fatal(err)
	}
	config := consumer.CachedInfo().Config
	if config.AckPolicy != js.AckExplicitPolicy || config.MaxDeliver != -1 || config.FilterSubject != "encounter.completed" || config.AckWait != config.BackOff[0] {
		t.Errorf("consumer: %+v", config)
	}
}

func TestEnsureByManyWorkersAtOnce(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	failures := make(chan error, 8)
	for range cap(failures) {
		conn := connect(t, broker.URL())
		go func() {
			_, err := jetstream.DefaultTopology().Ensure(context.Background(), conn, false)
			failures <- err
		}()
	}
	for range cap(failures) {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
}

func TestDriftIsReportedFieldByFieldAndChangedOnlyOnRequest(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	conn, client := connect(t, broker.URL()), raw(t, broker.URL())
	if _, err := client.CreateStream(t.Context(), js.StreamConfig{
		Name: "CLAIMS", Subjects: []string{"claim.ready", "claim.rejected"}, Discard: js.DiscardOld, MaxMsgs: 10, Duplicates: time.Minute, Description: "kept",
	}); err != nil {
		t.Fatal(err)
	}
	topology := jetstream.DefaultTopology()
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	topology.Consumer.MaxAckPending = 77

	drifts, err := topology.Ensure(t.Context(), conn, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range drifts {
		got = append(got, d.String())
	}
	want := []string{
		"stream CLAIMS: subjects is claim.ready claim.rejected, declared claim.>",
		"stream CLAIMS: discard is DiscardOld, declared DiscardNew",
		"stream CLAIMS: max_age is 0s, declared 720h0m0s",
		"stream CLAIMS: max_msgs is 10, declared -1",
		"stream CLAIMS: duplicate_window is 1m0s, declared 10m0s",
		"consumer claimscrub: max_ack_pending is 16384, declared 77",
	}
	if !slices.Equal(got, want) {
		t.Errorf("drift:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if drifts, err := topology.Ensure(t.Context(), conn, true); err != nil || len(drifts) != 0 {
		t.Fatalf("update left %v, error %v", drifts, err)
	}
	if drifts, err := topology.Ensure(t.Context(), conn, false); err != nil || len(drifts) != 0 {
		t.Errorf("after the update: %v, error %v", drifts, err)
	}
	stream, err := client.Stream(t.Context(), "CLAIMS")
	if err != nil || stream.CachedInfo().Config.Description != "kept" {
		t.Errorf("the update changed what is not declared: %+v, %v", stream, err)
	}
}

func TestUnchangeableDriftIsAnError(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	conn := connect(t, broker.URL())
	if _, err := raw(t, broker.URL()).CreateStream(t.Context(), js.StreamConfig{Name: "ENCOUNTERS", Subjects: []string{"encounter.completed"}, Storage: js.MemoryStorage}); err != nil {
		t.Fatal(err)
	}
	_, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, true)
	if err == nil || !strings.Contains(err.Error(), "ensure stream ENCOUNTERS: update:") {
		t.Errorf("error %v, want one that names stream and action", err)
	}
}

func TestBacklogTellsTheOldestAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	conn := connect(t, broker.URL())
	topology := jetstream.DefaultTopology()
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	if b, err := topology.Backlog(t.Context(), conn); err != nil || b.Pending != 0 || !b.Oldest.IsZero() || b.MaxAge != topology.Encounters.MaxAge {
		t.Errorf("empty: %+v, %v", b, err)
	}
	before := time.Now().Add(-time.Second)
	for range 3 {
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: "encounter.completed", Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := topology.Backlog(t.Context(), conn)
	if err != nil || b.Pending != 3 || b.Oldest.Before(before) || b.Oldest.After(time.Now().Add(time.Second)) {
		t.Errorf("three pending: %+v, %v", b, err)
	}
	if err := raw(t, broker.URL()).DeleteStream(t.Context(), "CLAIMS"); err != nil {
		t.Fatal(err)
	}
	if _, err := topology.Backlog(t.Context(), conn); err == nil || !strings.Contains(err.Error(), "CLAIMS") {
		t.Errorf("error %v, want one that names CLAIMS", err)
	}
}
