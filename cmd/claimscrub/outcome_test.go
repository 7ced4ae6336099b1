package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsstream "github.com/nats-io/nats.go/jetstream"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// serviceInProcess is a worker with its broker in this process, changed by change, that works until the test ends.
func serviceInProcess(t *testing.T, change func(*Config)) *service {
	t.Helper()
	cfg := Config{
		NATSListen: "127.0.0.1:0", StoreDir: filepath.Join(t.TempDir(), "store"), StoreKeyFile: noStoreKey, HTTP: "127.0.0.1:0",
		Window: 100, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology(),
	}
	if change != nil {
		change(&cfg)
	}
	s, err := startService(t.Context(), &cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	work(t, s)
	select {
	case <-s.worker.Running():
	case <-time.After(time.Minute):
		t.Fatalf("the worker does not run: %v", s.worker.NotReady())
	}
	return s
}

// work has the service work until the test ends.
func work(t *testing.T, s *service) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.close()
	})
}

// send stores encounters.
func send(t *testing.T, s *service, bodies ...[]byte) {
	t.Helper()
	for _, body := range bodies {
		if err := s.conn.PublishRecord(t.Context(), jetstream.Record{Subject: events.TypeEncounterCompleted, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
}

// stored is what a stream holds.
func stored(t *testing.T, conn *jetstream.Conn, stream string) (all []jetstream.Record) {
	t.Helper()
	for r, err := range conn.Read(t.Context(), jetstream.ReadConfig{Stream: stream, Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// timed is the good encounter in an event with a time, as an EMR that keeps the contract sends it.
func timed(t *testing.T, id string, revision int) []byte {
	t.Helper()
	body, was := goodEncounter(t)
	body = bytes.Replace(body, []byte(was), []byte(id), 1)
	body = bytes.Replace(body, []byte(`"revision": 1`), fmt.Appendf(nil, `"revision": %d`, revision), 1)
	return fmt.Appendf(nil, `{"specversion":"1.0","id":"in-%s-%d","source":"emr","type":"encounter.completed","time":"2026-03-12T08:00:00Z","data":%s}`, id, revision, body)
}

func TestSentAgainPastTheWindowHasTheSameIDAndBytes(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, func(cfg *Config) { cfg.Topology.Claims.Duplicates = 200 * time.Millisecond })
	input := timed(t, "AGAIN", 1)
	send(t, s, input)
	settled(t, s)
	var outcomes []jetstream.Record
	for deadline := time.Now().Add(time.Minute); len(outcomes) < 2; outcomes = stored(t, s.conn, "CLAIMS") {
		if time.Now().After(deadline) {
			t.Fatal("the broker still remembers the first outcome")
		}
		send(t, s, input) // within the window the broker drops what comes of it
		settled(t, s)
	}
	if !bytes.Equal(outcomes[0].Body, outcomes[1].Body) {
		t.Errorf("other bytes:\n%s\n%s", outcomes[0].Body, outcomes[1].Body)
	}
	if a, b := outcomes[0].Header["Nats-Msg-Id"], outcomes[1].Header["Nats-Msg-Id"]; len(a) != 1 || len(b) != 1 || a[0] != b[0] {
		t.Errorf("message ids %q and %q, want the same", a, b)
	}
	if n := len(stored(t, s.conn, "ENCOUNTERS")); n < 3 {
		t.Errorf("%d inputs: none was sent within the window", n)
	}
}

func TestARedeliveryDecidedOtherwiseIsTheSameOutcome(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	send(t, s, timed(t, "TWICE", 1))
	settled(t, s)
	engine, err := s.loader.load()
	if err != nil {
		t.Fatal(err)
	}
	other := handlers.Adjudicator{Engine: engine, Policy: engine.Policy("medicare_b")} // as newer tables or another profile would
	s.worker.SetDecide(other.Decide)
	send(t, s, timed(t, "TWICE", 1))
	settled(t, s)
	if all := stored(t, s.conn, "CLAIMS"); len(all) != 1 {
		t.Errorf("%d outcomes, want the first alone", len(all))
	}
	mine := other.Decide(t.Context(), handlers.Message{Body: timed(t, "TWICE", 1)})
	if first := stored(t, s.conn, "CLAIMS")[0]; mine.ID != first.Header["Nats-Msg-Id"][0] || bytes.Equal(mine.Body, first.Body) {
		t.Errorf("id %s, want the first's, and another decision", mine.ID)
	}
}

func TestRevisionsInAnyOrderLeaveTheHighestInForce(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	send(t, s, timed(t, "UP", 1), timed(t, "UP", 2), timed(t, "DOWN", 2), timed(t, "DOWN", 1))
	settled(t, s)
	ids := map[string]bool{}
	acted := map[string]int{} // what a consumer keeps: the first outcome of an id, the highest revision of an encounter
	for _, r := range stored(t, s.conn, "CLAIMS") {
		var e struct {
			ID   string
			Data events.Outcome
		}
		if err := json.Unmarshal(r.Body, &e); err != nil {
			t.Fatal(err)
		}
		if ids[e.ID] {
			t.Errorf("two outcomes of id %s", e.ID)
		}
		ids[e.ID] = true
		acted[e.Data.EncounterID] = max(acted[e.Data.EncounterID], e.Data.Revision)
	}
	if len(ids) != 4 || acted["UP"] != 2 || acted["DOWN"] != 2 {
		t.Errorf("%d outcomes, in force %v; want four, and revision 2 of each", len(ids), acted)
	}
}

func TestReplayIsIdempotentAndLosesNothingWhenItDiesHalfWay(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	engine, err := s.loader.load()
	if err != nil {
		t.Fatal(err)
	}
	s.worker.SetDecide(func(context.Context, handlers.Message) handlers.Decision { panic("a release with a mistake") })
	send(t, s, timed(t, "L-1", 1), timed(t, "L-2", 1), timed(t, "L-3", 1))
	settled(t, s)
	s.worker.SetDecide(decide(engine))
	counts := func() string {
		settled(t, s)
		return fmt.Sprintf("%d inputs, %d outcomes, %d letters", len(stored(t, s.conn, "ENCOUNTERS")), len(stored(t, s.conn, "CLAIMS")), len(stored(t, s.conn, "DEADLETTERS")))
	}
	replay := func(want string, args ...string) {
		t.Helper()
		out, errs, code := command(t, append([]string{"deadletter", "replay", "--nats-url", s.cfg.broker.url}, args...)...)
		if code != 0 || out != want+"\n" {
			t.Errorf("replay %v: exit %d: %s%s, want %s", args, code, out, errs, want)
		}
	}
	replay("1 replayed, 0 left out as replayed before", "2")
	replay("2 replayed, 1 left out as replayed before", "--all", "--reason", "panic")
	replay("0 replayed, 3 left out as replayed before", "--all")
	if got := counts(); got != "6 inputs, 3 outcomes, 3 letters" {
		t.Error(got)
	}
	// Dead between the publish and the record of it, for all three: the record is not there.
	nc, err := nats.Connect(s.cfg.broker.url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	client, err := natsstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.DeleteKeyValue(t.Context(), "DEADLETTERS_REPLAYED"); err != nil {
		t.Fatal(err)
	}
	replay("0 replayed, 3 left out as replayed before", "--all") // the broker remembers them
	replay("0 replayed, 3 left out as replayed before", "--all", "--again")
	if got := counts(); got != "6 inputs, 3 outcomes, 3 letters" {
		t.Errorf("after a replay that died: %s", got)
	}
}

func TestALetterTooLargeToReplayHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := serviceInProcess(t, nil)
	largest := bytes.Repeat([]byte("x"), int(s.cfg.Topology.Encounters.MaxMsgSize)) // there is no room for the headers of a replay
	send(t, s, largest)
	settled(t, s)
	send(t, s, []byte("bad"))
	settled(t, s)
	for _, want := range []string{"1 replayed, 0 left out as replayed before\n", "0 replayed, 2 left out as replayed before\n"} { // the second time the letter of the replay is there too
		out, errs, code := command(t, "deadletter", "replay", "--nats-url", s.cfg.broker.url, "--all")
		if code != 1 || out != want || !strings.Contains(errs, "replay dead letter 1: ") || !strings.Contains(errs, "1 too large to be replayed") {
			t.Errorf("exit %d: %s%s, want 1 and %s", code, out, errs, want)
		}
		settled(t, s)
	}
}

// dyingWorker is a worker that kills its own process when it reads poison. It is what the test binary does under another name.
func dyingWorker() {
	cfg := Config{broker: brokerFlags{url: os.Args[1]}, HTTP: "127.0.0.1:0", Window: 100, DeliveryLimit: 5, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology()}
	s, err := startService(context.Background(), &cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	engine, err := s.loader.load()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	good := decide(engine)
	s.worker.SetDecide(func(ctx context.Context, m handlers.Message) handlers.Decision {
		if bytes.Contains(m.Body, []byte("POISON")) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return good(ctx, m)
	})
	_ = s.run(context.Background())
}

func TestPoisonThatKillsTheProcessLeavesOnceAndTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: broker.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	topology := jetstream.DefaultTopology()
	topology.Consumer.BackOff = []time.Duration{300 * time.Millisecond}
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	const good = 60
	for i := range good + 1 {
		body := timed(t, fmt.Sprintf("N-%d", i), 1)
		if i == good/2 {
			body = []byte("POISON")
		}
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: events.TypeEncounterCompleted, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	kills := 0
	left := func() bool {
		b, err := topology.Backlog(ctx, conn)
		return err == nil && b.Pending == 0 && b.AckPending == 0
	}
	for !left() {
		life, end := context.WithCancel(ctx)
		cmd := exec.CommandContext(life, exe, broker.URL())
		cmd.Args[0] = "claimscrub-dies"
		died := make(chan error, 1)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { died <- cmd.Wait() }()
		for alive := true; alive && !left(); {
			select {
			case <-died:
				alive = false
				kills++
				died <- nil
			case <-time.After(20 * time.Millisecond):
			}
		}
		end()
		<-died
		if ctx.Err() != nil {
			t.Fatalf("not done after %d kills", kills)
		}
	}
	letters := stored(t, conn, "DEADLETTERS")
	if len(letters) != 1 || string(letters[0].Body) != "POISON" || header(letters[0], handlers.HeaderReason) != handlers.ReasonDeliveryLimit {
		t.Errorf("%d dead letters, want the poison alone", len(letters))
	}
	claims := stored(t, conn, "CLAIMS")
	for _, c := range claims {
		if c.Subject != events.TypeClaimReady {
			t.Errorf("outcome %s of a good encounter", c.Subject)
		}
	}
	if len(claims) != good || kills < 3 {
		t.Errorf("%d outcomes of %d good encounters, after %d kills", len(claims), good, kills)
	}
	t.Logf("%d processes killed", kills)
}
