package jetstream_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers/jetstream"
)

// stored publishes n messages on each subject in turn and returns their bodies, which differ. A broker that is not there for a moment is waited for.
func stored(t *testing.T, conn *jetstream.Conn, n int, subjects ...string) (bodies []string) {
	t.Helper()
	burst := rand.Text()
	for i := range n {
		for _, subject := range subjects {
			body := fmt.Sprintf("%s %s %d", subject, burst, i)
			record := jetstream.Record{Subject: subject, Header: map[string][]string{"Number": {body}, js.MsgIDHeader: {body}}, Body: []byte(body)}
			eventually(t, "stored", func() error { return conn.PublishRecord(t.Context(), record) })
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// read returns the bodies read, calling then before each is taken in.
func read(ctx context.Context, conn *jetstream.Conn, cfg jetstream.ReadConfig, then func(n int)) (bodies []string, err error) {
	cfg.Stream = "CLAIMS"
	for record, err := range conn.Read(ctx, cfg) {
		if err != nil {
			return bodies, err
		}
		if body := string(record.Body); len(record.Header["Number"]) != 1 || record.Header["Number"][0] != body || record.Stream != cfg.Stream {
			return bodies, fmt.Errorf("message %d is not as it was published: %v %s", record.Sequence, record.Header, body)
		}
		if then != nil {
			then(len(bodies))
		}
		bodies = append(bodies, string(record.Body))
	}
	return bodies, nil
}

// many is more than is fetched ahead, so that what happens at the first message happens before the others are on their way.
const many = 1200

func claims(t *testing.T, conn *jetstream.Conn) js.Stream {
	t.Helper()
	stream, err := raw(t, conn.URL()).Stream(t.Context(), "CLAIMS")
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func TestStoredReadIsWhatIsThereWhenItBegins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(t *testing.T, conn *jetstream.Conn) (want []string) // what is stored
		cfg    jetstream.ReadConfig
	}{
		"nothing": {before: func(*testing.T, *jetstream.Conn) []string { return nil }},
		"new": {func(t *testing.T, conn *jetstream.Conn) []string {
			stored(t, conn, 3, "claim.ready")
			return nil
		}, jetstream.ReadConfig{New: true}},
		"all": {before: func(t *testing.T, conn *jetstream.Conn) []string { return stored(t, conn, many, "claim.ready") }},
		"purged": {before: func(t *testing.T, conn *jetstream.Conn) []string {
			stored(t, conn, 3, "claim.ready")
			must(t, claims(t, conn).Purge(t.Context()))
			return nil
		}},
		"purged, and then more": {before: func(t *testing.T, conn *jetstream.Conn) []string {
			stored(t, conn, 3, "claim.ready")
			must(t, claims(t, conn).Purge(t.Context()))
			return stored(t, conn, 3, "claim.ready")
		}},
		"deleted at both ends and between": {before: func(t *testing.T, conn *jetstream.Conn) []string {
			all := stored(t, conn, 10, "claim.ready")
			for _, n := range []uint64{1, 2, 5, 9, 10} {
				must(t, claims(t, conn).DeleteMsg(t.Context(), n))
			}
			return slices.Concat(all[2:4], all[5:8])
		}},
		"one subject, another behind it": {func(t *testing.T, conn *jetstream.Conn) (want []string) {
			for i, body := range stored(t, conn, 10, "claim.rejected", "claim.ready", "claim.rejected") {
				if i%3 == 1 {
					want = append(want, body)
				}
			}
			return want
		}, jetstream.ReadConfig{Subjects: []string{"claim.ready"}}},
		"two subjects of three": {func(t *testing.T, conn *jetstream.Conn) (want []string) {
			for i, body := range stored(t, conn, 10, "claim.ready", "claim.paid", "claim.rejected") {
				if i%3 != 1 {
					want = append(want, body)
				}
			}
			return want
		}, jetstream.ReadConfig{Subjects: []string{"claim.ready", "claim.rejected"}}},
		"a subject of which there is none": {func(t *testing.T, conn *jetstream.Conn) []string {
			stored(t, conn, 3, "claim.ready")
			return nil
		}, jetstream.ReadConfig{Subjects: []string{"claim.rejected"}}},
		"since before all": {func(t *testing.T, conn *jetstream.Conn) []string { return stored(t, conn, 5, "claim.ready") },
			jetstream.ReadConfig{Since: time.Now().Add(-time.Hour)}},
		"since after all": {func(t *testing.T, conn *jetstream.Conn) []string {
			stored(t, conn, 5, "claim.ready")
			return nil
		}, jetstream.ReadConfig{Since: time.Now().Add(time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, _ := stage(t)
			want := c.before(t, conn)
			c.cfg.Stored = true
			if got, err := read(t.Context(), conn, c.cfg, nil); err != nil || !slices.Equal(got, want) {
				t.Errorf("read %q, error %v; want %q", got, err, want)
			}
		})
	}
}

func TestStoredReadBeginsWithTheFirstMessageOfThatTime(t *testing.T) {
	t.Parallel()
	conn, _ := stage(t)
	want := stored(t, conn, 9, "claim.ready", "claim.rejected")
	must(t, claims(t, conn).DeleteMsg(t.Context(), 9))
	for n := 10; n <= len(want); n++ {
		at, err := claims(t, conn).GetMsg(t.Context(), uint64(n))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read(t.Context(), conn, jetstream.ReadConfig{Since: at.Time, Stored: true}, nil); err != nil || !slices.Equal(got, want[n-1:]) {
			t.Errorf("since message %d: %q, error %v", n, got, err)
		}
	}
}

func TestStoredReadOfWhatChangesMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, conn *jetstream.Conn) // at the first message
		least  int                                      // messages to read, of many; the rest may be gone
	}{
		"grows": {func(t *testing.T, conn *jetstream.Conn) { stored(t, conn, many, "claim.rejected") }, many},
		"is purged": {func(t *testing.T, conn *jetstream.Conn) {
			must(t, claims(t, conn).Purge(t.Context()))
		}, 1},
		"is purged and grows": {func(t *testing.T, conn *jetstream.Conn) {
			must(t, claims(t, conn).Purge(t.Context()))
			stored(t, conn, many, "claim.rejected")
		}, 1},
		"expires": {func(t *testing.T, conn *jetstream.Conn) {
			stream := claims(t, conn)
			config := stream.CachedInfo().Config
			config.MaxAge, config.Duplicates = 100*time.Millisecond, 100*time.Millisecond
			if _, err := raw(t, conn.URL()).UpdateStream(t.Context(), config); err != nil {
				t.Error(err)
			}
			eventually(t, "expired", func() error {
				if info, err := stream.Info(t.Context()); err != nil || info.State.Msgs > 0 {
					return fmt.Errorf("%+v, %v", info, err)
				}
				return nil
			})
		}, 1},
		"loses its last": {func(t *testing.T, conn *jetstream.Conn) {
			for n := range 3 {
				must(t, claims(t, conn).DeleteMsg(t.Context(), many-uint64(n)))
			}
		}, many - 3},
		"loses its consumer": {func(t *testing.T, conn *jetstream.Conn) {
			each(t, conn, func(stream js.Stream, consumer string) error { return stream.DeleteConsumer(t.Context(), consumer) })
		}, many},
		"has a consumer that falls silent": {func(t *testing.T, conn *jetstream.Conn) {
			each(t, conn, func(stream js.Stream, consumer string) error {
				_, err := stream.PauseConsumer(t.Context(), consumer, time.Now().Add(time.Hour))
				return err
			})
		}, many},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, _ := stage(t)
			want := stored(t, conn, many, "claim.ready")
			got, err := read(t.Context(), conn, jetstream.ReadConfig{Stored: true}, func(n int) {
				if n == 0 {
					c.change(t, conn)
				}
			})
			if err != nil || len(got) < c.least || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("read %d messages, error %v; want the first %d or more of those stored, in order, and none other", len(got), err, c.least)
			}
		})
	}
}

// each does something to every consumer of the claims.
func each(t *testing.T, conn *jetstream.Conn, do func(js.Stream, string) error) {
	t.Helper()
	stream := claims(t, conn)
	names := stream.ConsumerNames(t.Context())
	n := 0
	for name := range names.Name() {
		n++
		if err := do(stream, name); err != nil {
			t.Error(err)
		}
	}
	if names.Err() != nil || n == 0 {
		t.Errorf("%d consumers, error %v", n, names.Err())
	}
}

func TestStoredReadSaysWhatItDidNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose func(t *testing.T, broker *jetstream.Embedded, conn *jetstream.Conn) // at the first message
		want string
	}{
		"broker gone": {func(_ *testing.T, broker *jetstream.Embedded, _ *jetstream.Conn) { broker.Close() }, ""},
		"stream gone": {func(t *testing.T, _ *jetstream.Embedded, conn *jetstream.Conn) {
			must(t, raw(t, conn.URL()).DeleteStream(t.Context(), "CLAIMS"))
		}, "stream not found"},
		"stream made anew": {func(t *testing.T, _ *jetstream.Embedded, conn *jetstream.Conn) {
			must(t, raw(t, conn.URL()).DeleteStream(t.Context(), "CLAIMS"))
			_, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false)
			must(t, err)
			stored(t, conn, 2, "claim.ready")
		}, "the stream now ends at message 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broker := startBroker(t)
			conn := connect(t, broker.URL())
			if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
				t.Fatal(err)
			}
			want := stored(t, conn, many, "claim.ready")
			got, err := read(t.Context(), conn, jetstream.ReadConfig{Stored: true, Patience: 500 * time.Millisecond}, func(n int) {
				if n == 0 {
					c.lose(t, broker, conn)
				}
			})
			said := fmt.Sprintf("read stream CLAIMS: expected all of its %d messages up to message %d, read %d up to message %d: ", many, many, len(got), len(got))
			if err == nil || !strings.HasPrefix(err.Error(), said) || !strings.Contains(err.Error(), c.want) || !slices.Equal(got, want[:len(got)]) {
				t.Errorf("read %d messages, error %v; want one that begins %q and says %q", len(got), err, said, c.want)
			}
		})
	}
}

func TestReadEndsWithItsContextWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		t.Run(fmt.Sprintf("stored %v", ends), func(t *testing.T) {
			t.Parallel()
			broker := startBroker(t)
			conn := connect(t, broker.URL())
			if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
				t.Fatal(err)
			}
			stored(t, conn, many, "claim.ready")
			// Long enough for its consumer to be given up.
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			_, err := read(ctx, conn, jetstream.ReadConfig{Stored: ends, Patience: time.Hour}, func(n int) {
				if n == 0 {
					broker.Close()
				}
			})
			if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() == nil {
				t.Errorf("error %v, want the context's", err)
			}
		})
	}
}

func TestReadEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	conn, _ := stage(t)
	stored(t, conn, 1, "claim.ready")
	if got, err := read(t.Context(), conn, jetstream.ReadConfig{}, func(int) { conn.Close() }); len(got) != 1 || !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("read %q, error %v; want one and %v", got, err, nats.ErrConnectionClosed)
	}
}

func TestReadGoesOnAfterItsConsumerIsLost(t *testing.T) {
	t.Parallel()
	conn, _ := stage(t)
	want := stored(t, conn, many, "claim.ready")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got, err := read(ctx, conn, jetstream.ReadConfig{}, func(n int) {
		switch n {
		case 0, many - 1:
			each(t, conn, func(stream js.Stream, consumer string) error { return stream.DeleteConsumer(t.Context(), consumer) })
			if n > 0 {
				want = append(want, stored(t, conn, 3, "claim.ready")...)
			}
		case many + 2:
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(got, want) {
		t.Errorf("read %d messages, error %v; want %d, in order, until the context ends", len(got), err, len(want))
	}
}

func TestReadWithoutAStreamSaysSo(t *testing.T) {
	t.Parallel()
	conn := connect(t, startBroker(t).URL())
	for name, cfg := range map[string]jetstream.ReadConfig{
		"neither stream nor subject given":             {},
		"read stream of claim.ready: ":                 {Subjects: []string{"claim.ready"}},
		"read stream CLAIMS: ":                         {Stream: "CLAIMS", Stored: true},
		"expected either a consumer or what is stored": {Stream: "CLAIMS", Stored: true, Consumer: "submitter"},
		"nats: API error: code=404 err_code=10059":     {Stream: "CLAIMS"},
		"read stream CLAIMS: nats: ":                   {Stream: "CLAIMS", Consumer: "submitter"},
	} {
		var last error
		for _, err := range conn.Read(t.Context(), cfg) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), name) {
			t.Errorf("%+v: error %v, want %q", cfg, last, name)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// taking is a broker with two claims and the consumer that takes them.
func taking(t *testing.T) (*jetstream.Embedded, *jetstream.Conn, jetstream.ReadConfig) {
	t.Helper()
	broker := startBroker(t)
	conn := connect(t, broker.URL())
	topology := jetstream.DefaultTopology()
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	if err := topology.EnsureReaders(t.Context(), conn, jetstream.Readers("claim.ready", "claim.rejected")); err != nil {
		t.Fatal(err)
	}
	stored(t, conn, 2, "claim.ready")
	return broker, conn, jetstream.ReadConfig{Consumer: "submitter"}
}

func TestWhatWasTakenWhenTheContextEndedDoesNotComeAgain(t *testing.T) {
	t.Parallel()
	_, conn, from := taking(t)
	ctx, cancel := context.WithCancel(t.Context())
	if got, err := read(ctx, conn, from, func(int) { cancel() }); len(got) != 1 || !errors.Is(err, context.Canceled) {
		t.Fatalf("took %q, error %v; want one and the context's end", got, err)
	}
	consumer, err := claims(t, conn).Consumer(t.Context(), "submitter")
	if err != nil {
		t.Fatal(err)
	}
	if floor := consumer.CachedInfo().AckFloor.Stream; floor != 1 {
		t.Errorf("acknowledged up to %d, want 1", floor)
	}
}

func TestALoopMayBeLeftWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	broker, conn, from := taking(t)
	from.Stream = "CLAIMS"
	for _, err := range conn.Read(t.Context(), from) { // a second error after the loop was left would be a panic
		if err != nil {
			t.Error(err)
		}
		broker.Close()
		break
	}
}
