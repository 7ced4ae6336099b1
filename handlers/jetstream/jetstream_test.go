package jetstream_test

import (
	"log/slog"
	"testing"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"claimscrub/handlers/jetstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startBroker starts an embedded broker for one test.
func startBroker(t testing.TB) *jetstream.Embedded {
	t.Helper()
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Logger: testLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	return broker
}

// connect connects for one test.
func connect(t testing.TB, url string) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: url, Name: t.Name(), Logger: testLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func testLogger(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// pulls returns how many fetches wait at the broker.
func pulls(t *testing.T, conn *jetstream.Conn) (int, error) {
	t.Helper()
	nc, err := nats.Connect(conn.URL())
	if err != nil {
		return 0, err
	}
	defer nc.Close()
	client, err := js.New(nc)
	if err != nil {
		return 0, err
	}
	consumer, err := client.Consumer(t.Context(), "ENCOUNTERS", "claimscrub")
	if err != nil {
		return 0, err
	}
	return consumer.CachedInfo().NumWaiting, nil
}
