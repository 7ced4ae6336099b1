package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// Bounds of one hostile input, generous for a machine that runs other tests beside this one.
const (
	hostileTime   = 5 * time.Second
	hostileMemory = 64 << 20 // allocated while it is judged, the input itself not counted
	floodOfTiny   = 20_000   // through the worker
	linesOfTiny   = 1_000_000
)

// outcomeInWords is what became of an input: the kind of outcome and the first reason.
func outcomeInWords(t *testing.T, body []byte) string {
	t.Helper()
	var e struct {
		Type string
		Data struct {
			Findings []events.Finding
			Reason   string
			Error    string
		}
	}
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("outcome: %v: %.300s", err, body)
	}
	switch {
	case e.Type == events.TypeEncounterDeadLetter:
		return deadInWords(e.Data.Reason, e.Data.Error)
	case len(e.Data.Findings) > 0 && e.Data.Findings[0].Severity == "reject":
		f := e.Data.Findings[0]
		return fmt.Sprintf("%s: %s at %q: %s", e.Type, f.Rule, f.Pointer, f.Message)
	}
	return e.Type
}

func deadInWords(reason, text string) string {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "decode encounter: "), reason+": ")
	return "dead letter, " + reason + ": " + text
}

// cell is text as a cell of a table.
func cell(text string) string {
	if len(text) > 160 {
		text = text[:160] + "…"
	}
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// TestHostileInput feeds every hostile input through check and through a worker, good encounters between them. It is not parallel, since it
// measures what the process allocates.
func TestHostileInput(t *testing.T) {
	inputs := hostileInputs(t)
	if testing.Short() { // as the race detector is run, under which 64 MiB take a minute
		inputs = slices.DeleteFunc(inputs, func(in hostileInput) bool { return len(in.body) > jetstream.MaxPayload })
	}
	byCheck := make([]string, len(inputs))
	for i, in := range inputs {
		byCheck[i] = hostileByCheck(t, in)
	}
	byWorker := hostileByWorker(t, inputs)
	var table strings.Builder
	table.WriteString("| input | size | `check` | worker |\n|---|--:|---|---|\n")
	for i, in := range inputs {
		worker := byWorker[i]
		if worker == byCheck[i] {
			worker = "the same"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", in.name, size(len(in.body)), cell(byCheck[i]), cell(worker))
	}
	fmt.Fprintf(&table, "| tiny messages: `{}` %d times in one file | %s | a dead letter each | |\n", linesOfTiny, size(3*linesOfTiny))
	fmt.Fprintf(&table, "| tiny messages: `{}` %d times, at once | %s | | a dead letter each |\n", floodOfTiny, size(2*floodOfTiny))
	if !testing.Short() {
		generated(t, "../../docs/hostile.md", "inputs", table.String())
	}
}

// hostileByCheck judges the input by check and says what became of it.
func hostileByCheck(t *testing.T, in hostileInput) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hostile.json")
	if err := os.WriteFile(file, in.body, 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	out, errs, code := command(t, "check", "--format", "json", file)
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if allocated := int64(after.TotalAlloc) - int64(before.TotalAlloc); allocated > hostileMemory {
		t.Errorf("%s: check allocated %s", in.name, size(int(allocated)))
	}
	if took > hostileTime && !testing.Short() {
		t.Errorf("%s: check took %s", in.name, took)
	}
	var all []string
	for line := range strings.Lines(out) {
		all = append(all, outcomeInWords(t, []byte(line)))
	}
	switch {
	case len(all) == 0:
		return "refused: " + strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(errs), file, "the file"), "claimscrub: ")
	case code == 0 && all[0] != events.TypeClaimReady || code > 2:
		t.Errorf("%s: exit %d for %q", in.name, code, all)
	case len(all) > 1:
		return fmt.Sprintf("%d outcomes, the first: %s", len(all), all[0])
	}
	return all[0]
}

// hostileByWorker publishes every input between good encounters to a worker and says what became of each.
func hostileByWorker(t *testing.T, inputs []hostileInput) []string {
	t.Helper()
	cfg := Config{
		NATSListen: "127.0.0.1:0", StoreDir: filepath.Join(t.TempDir(), "store"), StoreKeyFile: noStoreKey, HTTP: "127.0.0.1:0",
		Window: 1000, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology(),
	}
	s, err := startService(t.Context(), &cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	ended := make(chan error, 1)
	go func() { ended <- s.run(t.Context()) }()
	<-s.worker.Running()

	good, id := goodEncounter(t)
	wantGood := map[string]bool{}
	// store sends under an id, so that sending again after a timeout stores nothing twice.
	store := func(name string, body []byte, header map[string]string) (err error) {
		r := jetstream.Record{Subject: events.TypeEncounterCompleted, Body: body, Header: map[string][]string{"Nats-Msg-Id": {name}}}
		for name, value := range header {
			r.Header[name] = []string{value}
		}
		for range 5 {
			if err = s.conn.PublishRecord(t.Context(), r); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
		}
		return err
	}
	sendGood := func(i int) {
		name := fmt.Sprintf("GOOD-%d", i)
		wantGood[name] = true
		if err := store(name, bytes.Replace(good, []byte(id), []byte(name), 1), nil); err != nil {
			t.Error(err)
		}
	}
	outcomes := make([]string, len(inputs))
	bySequence, byEncounter := map[string]int{}, map[string]int{}
	sequence := 0
	peak := peakMemory(t)
	began := time.Now()
	for i, in := range inputs {
		sendGood(i)
		sequence++
		if err := store(in.name, in.body, in.header); err != nil {
			outcomes[i] = "the broker refuses it: " + err.Error()
			continue
		}
		sequence++
		bySequence[fmt.Sprint(sequence)] = i
		if at := bytes.Index(in.body, []byte(`"H-`)); at >= 0 {
			byEncounter[string(in.body[at+1:at+6])] = i
		}
	}
	brokenHeaders(t, cfg.broker.url, bytes.Replace(good, []byte(id), []byte("GOOD-BROKEN-HEADERS"), 1))
	wantGood["GOOD-BROKEN-HEADERS"] = true
	var flooding sync.WaitGroup
	for batch := range floodOfTiny / 1000 {
		flooding.Go(func() {
			flood := make([]*message.Message, 1000)
			for i := range flood {
				flood[i] = message.NewMessage(fmt.Sprintf("tiny-%d-%d", batch, i), []byte("{}"))
			}
			for range 5 {
				if err := jetstream.NewPublisher(s.conn).Publish(events.TypeEncounterCompleted, flood...); err == nil {
					return
				}
			}
			t.Error("the broker does not take the flood")
		})
	}
	for i := range 50 {
		sendGood(len(inputs) + i)
	}
	flooding.Wait()
	settled(t, s)
	if took := time.Since(began); took > 2*time.Minute && !testing.Short() {
		t.Errorf("the worker took %s", took)
	}
	if most := peak(); most > 1<<30 {
		t.Errorf("the process held %s", size(int(most)))
	}

	for r, err := range s.conn.Read(t.Context(), jetstream.ReadConfig{Stream: "CLAIMS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		var e outcomeEvent
		if err := json.Unmarshal(r.Body, &e); err != nil {
			t.Fatal(err)
		}
		if i, ok := byEncounter[e.Data.EncounterID]; ok && outcomes[i] == "" {
			outcomes[i] = outcomeInWords(t, r.Body)
			continue
		}
		if !wantGood[e.Data.EncounterID] || r.Subject != events.TypeClaimReady {
			t.Errorf("%s for %s: a second outcome, or not the one of a good encounter", r.Subject, e.Data.EncounterID)
		}
		delete(wantGood, e.Data.EncounterID)
	}
	if len(wantGood) > 0 {
		t.Errorf("%d good encounters were harmed: %v", len(wantGood), wantGood)
	}
	tiny := 0
	for r, err := range s.conn.Read(t.Context(), jetstream.ReadConfig{Stream: "DEADLETTERS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		i, ok := bySequence[header(r, handlers.HeaderStreamSequence)]
		switch {
		case !ok && string(r.Body) == "{}":
			tiny++
		case !ok || outcomes[i] != "":
			t.Errorf("a dead letter too many, of input %s", header(r, handlers.HeaderStreamSequence))
		case !bytes.Equal(r.Body, inputs[i].body):
			t.Errorf("%s: the dead letter is not what was received", inputs[i].name)
		default:
			outcomes[i] = deadInWords(header(r, handlers.HeaderReason), header(r, handlers.HeaderError))
		}
	}
	if tiny != floodOfTiny {
		t.Errorf("%d dead letters of %d tiny messages", tiny, floodOfTiny)
	}
	for i, outcome := range outcomes {
		if outcome == "" {
			t.Errorf("%s: no outcome", inputs[i].name)
		}
	}
	return outcomes
}

// brokenHeaders publishes the body with a header block that no client library writes: lines without a colon, one name twice, control characters.
func brokenHeaders(t *testing.T, url string, body []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	block := "NATS/1.0\r\nno colon at all\r\n: no name\r\nce-\x01id: \x00\r\nNats-Msg-Id: a\r\nNats-Msg-Id: b\r\n\r\n"
	fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"headers\":true}\r\nHPUB encounter.completed %d %d\r\n%s%s\r\nPING\r\n", len(block), len(block)+len(body), block, body)
	answers := bufio.NewReader(conn)
	for {
		line, err := answers.ReadString('\n')
		if err != nil {
			t.Fatalf("the broker closed the connection: %v", err)
		}
		if strings.HasPrefix(line, "PONG") {
			return
		}
	}
}

// peakMemory samples the heap; the function it returns ends that and tells the most there was.
func peakMemory(t *testing.T) func() uint64 {
	t.Helper()
	stop, most := make(chan struct{}), make(chan uint64, 1)
	go func() {
		var peak uint64
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
			select {
			case <-tick.C:
			case <-stop:
				most <- peak
				return
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// counter counts lines and keeps nothing.
type counter struct{ lines int }

func (c *counter) Write(p []byte) (int, error) {
	c.lines += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

func TestAMillionTinyInputsThroughCheck(t *testing.T) {
	if testing.Short() {
		t.Skip("takes several seconds")
	}
	var out counter
	peak := peakMemory(t)
	code := executeWithin(t.Context(), []string{"check", "--format", "json", "-"}, io.LimitReader(endless("{}\n"), 3*linesOfTiny), &out, io.Discard)
	if code != 2 || out.lines != linesOfTiny {
		t.Errorf("exit %d and %d outcomes, want 2 and %d", code, out.lines, linesOfTiny)
	}
	if most := peak(); most > 512<<20 {
		t.Errorf("the process held %s", size(int(most)))
	}
}

// endless reads as its text again and again.
type endless string

func (e endless) Read(p []byte) (n int, err error) {
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	if n == 0 {
		n = copy(p, e)
	}
	return n, nil
}
