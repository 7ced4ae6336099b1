package jetstream_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
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

func TestWhatBreaksTheProtocolIsNotQuotedInTheLog(t *testing.T) {
	t.Parallel()
	logged := &lines{}
	log := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	for _, sent := range []string{
		"PUB encounter.completed 10\r\n" + `{"patient":{"id":"SENTINEL"}}`, // a length that counts something else than bytes
		`{"id":"SENTINEL"}`,
		`PUB encounter.completed {"id":"SENTINEL"}`,
		`HPUB encounter.completed 1 {"id":"SENTINEL"}`,
		`SUB {"id": "SENTINEL" } x y`,
		`UNSUB {"id": "SENTINEL" } x y`,
	} {
		breach(t, broker.URL(), "CONNECT {\"headers\":true}\r\n"+sent+"\r\n")
	}
	breach(t, broker.URL(), "CONNECT {}\r\nPUB $JS.API.STREAM.NAMES r 17\r\n"+`{"id":"SENTINEL"]`+"\r\nPUB x\r\n")

	// The same the other way: a broker, or what stands before it, that sends a piece of a body.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := make(chan net.Conn, 1)
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		fmt.Fprint(c, "INFO {\"max_payload\":8388608,\"proto\":1}\r\n")
		for line := bufio.NewScanner(c); line.Scan(); {
			if line.Text() == "PING" {
				fmt.Fprint(c, "PONG\r\n"+`{"id":"SENTINEL"}`+"\r\n")
			}
		}
		conns <- c
	}()
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: "nats://" + listener.Addr().String(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	_ = (<-conns).Close()
	conn.Close()
	_ = listener.Close()
	broker.Close()

	text := logged.String()
	if strings.Contains(text, "SENTINEL") {
		t.Errorf("the log quotes what was sent:\n%s", text)
	}
	if n := strings.Count(text, "(not shown)"); n < 8 {
		t.Errorf("%d breaches are logged, want all of them:\n%s", n, text)
	}
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// breach sends raw bytes to a broker and returns when it has hung up.
func breach(t *testing.T, url, raw string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, raw)
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.Copy(io.Discard, c)
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
