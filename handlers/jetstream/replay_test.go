package jetstream_test

import (
	"errors"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers/jetstream"
)

// letter is the first dead letter there is.
func letter(t *testing.T, conn *jetstream.Conn) jetstream.Record {
	t.Helper()
	for record, err := range conn.Read(t.Context(), jetstream.ReadConfig{Stream: "DEADLETTERS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	t.Fatal("no dead letter")
	return jetstream.Record{}
}

func TestALetterOfAStreamMadeAnewWasNotReplayed(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	for range 2 {
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: "encounter.deadletter", Body: []byte("bad")}); err != nil {
			t.Fatal(err)
		}
		replays, err := topology.Replays(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		l := letter(t, conn)
		if done, err := replays.Done(t.Context(), l); err != nil || done {
			t.Fatalf("letter %d of %s: replayed %v, error %v; want a letter that was not", l.Sequence, l.Time, done, err)
		}
		if fresh, err := replays.Replay(t.Context(), l); err != nil || !fresh {
			t.Errorf("fresh %v, error %v", fresh, err)
		}
		if done, err := replays.Done(t.Context(), l); err != nil || !done {
			t.Errorf("replayed %v, error %v; want it known", done, err)
		}
		must(t, raw(t, conn.URL()).DeleteStream(t.Context(), "DEADLETTERS"))
		if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheRecordOfReplaysIsKeptAsTheLettersAre(t *testing.T) {
	t.Parallel()
	_, conn, client := three(t)
	deployed := jetstream.DefaultTopology()
	deployed.DeadLetters.MaxAge, deployed.Replicas = 200*24*time.Hour, 3
	if _, err := deployed.Ensure(t.Context(), conn, true); err != nil {
		t.Fatal(err)
	}
	// The operator's command knows the names alone.
	if _, err := jetstream.DefaultTopology().Replays(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	bucket, err := client.Stream(t.Context(), "KV_DEADLETTERS_REPLAYED")
	if err != nil {
		t.Fatal(err)
	}
	if config := bucket.CachedInfo().Config; config.Replicas != 3 || config.MaxAge != deployed.DeadLetters.MaxAge {
		t.Errorf("%d replicas for %s, want 3 for %s", config.Replicas, config.MaxAge, deployed.DeadLetters.MaxAge)
	}

	must(t, client.DeleteStream(t.Context(), "DEADLETTERS"))
	if _, err := jetstream.DefaultTopology().Replays(t.Context(), conn); !errors.Is(err, js.ErrStreamNotFound) {
		t.Errorf("error %v, want %v", err, js.ErrStreamNotFound)
	}
}
