package jetstream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

func TestEmbeddedBrokerKeepsStreamsBetweenLives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for life := range 2 {
		broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: dir, SyncAlways: true, EncryptionKey: "a key of this test"})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: broker.URL()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
			t.Fatal(err)
		}
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: "encounter.completed", Body: fmt.Append(nil, life)}); err != nil {
			t.Fatal(err)
		}
		var stored []string
		for record, err := range conn.Read(t.Context(), jetstream.ReadConfig{Stream: "ENCOUNTERS", Stored: true}) {
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, string(record.Body))
		}
		if len(stored) != life+1 {
			t.Errorf("life %d: stored %v", life, stored)
		}
		conn.Close()
		broker.Close()
		broker.Close()
	}
}

func TestEmbeddedBrokerTakesEightMebibytes(t *testing.T) {
	t.Parallel()
	conn := connect(t, startBroker(t).URL())
	if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	fits := jetstream.Record{Subject: "claim.ready", Body: make([]byte, jetstream.MaxPayload)}
	if err := conn.PublishRecord(t.Context(), fits); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
}

func TestAnInputWhoseDeadLetterWouldNotFitIsRefused(t *testing.T) {
	t.Parallel()
	conn := connect(t, startBroker(t).URL())
	if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	// As many headers as a dead letter keeps, each as long as it keeps it.
	header := map[string][]string{}
	for i := range 16 {
		header[fmt.Sprintf("ce-correlationid-%d", i)] = []string{strings.Repeat("x", 512)}
	}
	accepted := 0
	for below := range 5 {
		input := jetstream.Record{Subject: "encounter.completed", Body: make([]byte, jetstream.MaxPayload-below*20<<10)}
		if err := conn.PublishRecord(t.Context(), input); errors.Is(err, handlers.ErrTooLarge) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		accepted++
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: "encounter.deadletter", Header: header, Body: input.Body}); err != nil {
			t.Errorf("dead letter of an input of %d bytes: %v", len(input.Body), err)
		}
	}
	if accepted == 0 || accepted == 5 {
		t.Errorf("%d of 5 inputs were accepted, want those that leave room", accepted)
	}
}

func TestAMessageOverTheStreamsOwnLimitIsTooLarge(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	topology.Claims.MaxMsgSize = 1000
	if _, err := topology.Ensure(t.Context(), conn, true); err != nil {
		t.Fatal(err)
	}
	publisher := jetstream.NewPublisher(conn)
	if err := publisher.Publish("claim.ready", message.NewMessage("over", make([]byte, 2000))); !errors.Is(err, handlers.ErrTooLarge) {
		t.Errorf("error %v, want %v: no retry mends it, and a retry would hold up all the others", err, handlers.ErrTooLarge)
	}
	if err := publisher.Publish("claim.ready", message.NewMessage("under", make([]byte, 500))); err != nil {
		t.Error(err)
	}
}

func TestEmbeddedBrokerSaysWhyItDoesNotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for name, c := range map[string]struct {
		cfg  jetstream.EmbeddedConfig
		want string
	}{
		"port taken":     {jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Listen: taken.Addr().String()}, "address already in use"},
		"no store":       {jetstream.EmbeddedConfig{}, "store directory is empty"},
		"bad address":    {jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "4222"}, "expected host:port"},
		"bad port":       {jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "localhost:x"}, "port expected 0 to 65535"},
		"store a device": {jetstream.EmbeddedConfig{StoreDir: "/dev/null", StartTimeout: 5 * time.Second}, "/dev/null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broker, err := jetstream.StartEmbedded(context.Background(), c.cfg)
			if err == nil {
				broker.Close()
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want it to say %q", err, c.want)
			}
		})
	}
}
