package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// What must never be seen outside the claim itself: who the patient is.
const (
	phiPatient = "PHI-PATIENT-7781"
	phiMember  = "PHIMEMBER993"
	phiBorn    = "1931-07-13"
	phiName    = "Zebulon Quakenbush"
)

func sentinels() []string { return []string{phiPatient, phiMember, phiBorn, phiName} }

var dateValue = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// phiInputs are encounters, whole and broken, with the sentinels wherever a text, a key or a wrong type can be.
func phiInputs(t *testing.T) [][]byte {
	t.Helper()
	base := func() map[string]any {
		body, _ := bareSample(t)
		var e map[string]any
		if err := json.Unmarshal(body, &e); err != nil {
			t.Fatal(err)
		}
		e["patient"] = map[string]any{"id": phiPatient, "birth_date": phiBorn, "sex": "F"}
		coverage := e["coverage"].([]any)[0].(map[string]any)
		coverage["member_id"] = phiMember
		e["notes"] = map[string]any{"consent": true}
		e["services"] = []any{map[string]any{"id": "s1", "kind": "other", "code": "97140", "minutes": 15, "muscles": []any{"a"}, "techniques": []any{"b"}, "regions": []any{"lumbar"}}}
		e["same_day"] = []any{map[string]any{"code": "97140", "units": 1, "encounter_id": "E-2"}}
		return e
	}
	var inputs [][]byte
	add := func(v any) {
		body, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, body)
	}
	add(base())
	places := 0
	visit(base(), nil, func([]any, any) { places++ })
	for at := range places {
		for _, sentinel := range sentinels() {
			e := base()
			n := -1
			visit(e, nil, func(path []any, value any) {
				if n++; n != at || len(path) == 0 || path[0] == "encounter_id" {
					return
				}
				if text, ok := value.(string); ok && dateValue.MatchString(text) && sentinel == phiBorn {
					return // then it is that date, and a message may name it
				}
				switch value := value.(type) {
				case map[string]any:
					value[sentinel] = map[string]any{sentinel: sentinel}
				case []any:
					set(e, path, append(value, sentinel))
				default:
					set(e, path, sentinel)
				}
			})
			if e["patient"] != nil {
				add(e)
			}
		}
	}
	whole, _ := json.Marshal(base())
	for _, sentinel := range sentinels() {
		for _, broken := range []string{
			sentinel, `{"` + sentinel, `{"encounter_id":"E-9","revision":1,"x":` + sentinel + `}`, `"` + sentinel + `"`, `["` + sentinel + `"]`,
			`{"` + sentinel + `":1,"` + sentinel + `":2}`,
			strings.Replace(string(whole), "{", `{"`+sentinel+`":1,"`+sentinel+`":2,`, 1),
			strings.Replace(string(whole), `"revision":`, `"revision":"`+sentinel+`","x":`, 1),
			`{"specversion":"1.0","id":"1","source":"emr","type":"` + sentinel + `","data":{}}`,
			`{"specversion":"1.0","id":"1","source":"emr","type":"encounter.completed","subject":"` + sentinel + `","patientname":"` + sentinel + `","time":"` + sentinel + `","data":` + string(whole) + `}`,
			`{"specversion":"1.0","id":"1","source":"emr","type":"encounter.completed","dataschema":"` + sentinel + `","data":"` + sentinel + `"}`,
			`{"specversion":"1.0","id":"1","source":"emr","type":"encounter.completed","data_base64":"` + sentinel + `"}`,
			"panic with an error " + sentinel, "panic with a text " + sentinel, "panic at run time " + sentinel,
		} {
			inputs = append(inputs, []byte(broken))
		}
	}
	return inputs
}

// visit calls f for every value of a decoded JSON text, in one order.
func visit(v any, path []any, f func(path []any, value any)) {
	f(path, v)
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			visit(v[k], append(path[:len(path):len(path)], k), f)
		}
	case []any:
		for i := range v {
			visit(v[i], append(path[:len(path):len(path)], i), f)
		}
	}
}

func set(root map[string]any, path []any, value any) {
	var at any = root
	for _, step := range path[:len(path)-1] {
		switch parent := at.(type) {
		case map[string]any:
			at = parent[step.(string)]
		case []any:
			at = parent[step.(int)]
		}
	}
	switch parent := at.(type) {
	case map[string]any:
		parent[path[len(path)-1].(string)] = value
	case []any:
		parent[path[len(path)-1].(int)] = value
	}
}

// leaks fails for each sentinel in the text.
func leaks(t *testing.T, where, text string) {
	t.Helper()
	for _, sentinel := range sentinels() {
		if i := strings.Index(text, sentinel); i >= 0 {
			t.Errorf("%s holds %q: ...%s...", where, sentinel, text[max(0, i-200):min(len(text), i+100)])
		}
	}
}

// withoutClaim is an outcome event without the claim, which is there for submitters and says who the patient is.
func withoutClaim(t *testing.T, body []byte) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("outcome: %v: %s", err, body)
	}
	if data, ok := e["data"].(map[string]any); ok {
		delete(data, "claim")
	}
	rest, _ := json.Marshal(e)
	return string(rest)
}

// phiProfile has rules that fail while they read what a careless publisher may send: their errors must not quote it.
const phiProfile = `id: careless
title: A profile whose rules fail
extends: commercial
rules:
  - id: PHI001
    name: reads-a-number
    title: Reads a number where there is none
    why: a test
    fix: none
    source: {authority: test, title: test}
    severity: info
    when: "services.exists(s, int(s.code) > 0)"
    message: "'number'"
  - id: PHI002
    name: reads-past-the-end
    title: Reads past the end
    why: a test
    fix: none
    source: {authority: test, title: test}
    severity: info
    when: "lines[99].units > 0"
    message: "'end'"
  - id: PHI003
    name: reads-a-date
    title: Reads a date where there is none
    why: a test
    fix: none
    source: {authority: test, title: test}
    severity: info
    when: "days_between(accident_state, service_date) > 0"
    message: "'date'"
`

func TestNobodyLearnsWhoThePatientIs(t *testing.T) {
	t.Parallel()
	inputs := phiInputs(t)
	var mu sync.Mutex
	var logged bytes.Buffer
	guard := writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return logged.Write(p)
	})
	level := &slog.HandlerOptions{Level: slog.LevelDebug - 8}
	log := slog.New(slog.NewMultiHandler(slog.NewJSONHandler(guard, level), slog.NewTextHandler(guard, level)))
	profiles := t.TempDir()
	if err := os.WriteFile(filepath.Join(profiles, "careless.yaml"), []byte(phiProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		NATSListen: "127.0.0.1:0", StoreDir: filepath.Join(t.TempDir(), "store"), StoreKeyFile: noStoreKey, HTTP: "127.0.0.1:0",
		Window: 100, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology(), Profiles: profiles,
	}
	s, err := startService(t.Context(), &cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	engine, err := s.loader.load()
	if err != nil {
		t.Fatal(err)
	}
	careless := handlers.Adjudicator{Engine: engine, Policy: engine.Policy("careless")}
	s.worker.SetDecide(func(ctx context.Context, m handlers.Message) handlers.Decision {
		what, _, _ := bytes.Cut(m.Body, []byte(" PHI"))
		switch {
		case bytes.HasPrefix(what, []byte("panic with an error")):
			panic(errors.New(string(m.Body)))
		case bytes.HasPrefix(what, []byte("panic with a text")):
			panic(string(m.Body))
		case bytes.HasPrefix(what, []byte("panic at run time")):
			var none map[string]map[string]int
			none[string(m.Body)]["x"] = 1
		}
		return careless.Decide(ctx, m)
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	header := map[string][]string{"ce-subject": {phiName}, "ce-patient": {phiPatient}, "X-Name": {phiName}, "patient": {phiBorn, phiMember}}
	for i, body := range inputs {
		r := jetstream.Record{Subject: events.TypeEncounterCompleted, Body: body}
		if i%2 == 0 {
			r.Header = maps.Clone(header)
		}
		if err := s.conn.PublishRecord(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, s)

	claims, letters := 0, 0
	for r, err := range s.conn.Read(t.Context(), jetstream.ReadConfig{Stream: "CLAIMS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		claims++
		leaks(t, "outcome", withoutClaim(t, r.Body))
		leaks(t, "outcome's headers", fmt.Sprint(r.Header))
	}
	for r, err := range s.conn.Read(t.Context(), jetstream.ReadConfig{Stream: "DEADLETTERS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		letters++
		leaks(t, "dead letter's headers", fmt.Sprint(r.Header))
	}
	if claims < 200 || letters < 40 {
		t.Errorf("%d claims and %d dead letters of %d inputs: too few were fed", claims, letters, len(inputs))
	}
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		leaks(t, path, get(t, "http://"+s.httpAddress()+path))
	}
	for _, args := range [][]string{
		{"deadletter", "list", "--nats-url", cfg.broker.url}, {"deadletter", "list", "--format", "json", "--nats-url", cfg.broker.url},
	} {
		out, errs, _ := command(t, args...)
		leaks(t, fmt.Sprint(args), out+errs)
	}
	_, errs, _ := command(t, "deadletter", "show", "1", "--nats-url", cfg.broker.url) // its output is the letter's body
	leaks(t, "deadletter show", errs)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	leaks(t, "log", logged.String())
	if !strings.Contains(logged.String(), "decision panicked") || !strings.Contains(logged.String(), "encounter set aside") {
		t.Error("the log lacks the lines that this test is about")
	}
}

func TestNoCommandSaysWhoThePatientIs(t *testing.T) {
	t.Parallel()
	inputs := phiInputs(t)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "careless.yaml"), []byte(phiProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := filepath.Join(t.TempDir(), "encounters.jsonl")
	if err := os.WriteFile(lines, bytes.Join(inputs, []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, _ := command(t, "check", "--format", "text", "--profiles", folder, "--profile", "careless", lines)
	leaks(t, "check, text", out+errs)
	if !strings.Contains(out, "rejected") {
		t.Errorf("check said nothing:\n%s%s", out, errs)
	}
	out, errs, _ = command(t, "check", "--format", "json", "--profiles", folder, "--profile", "careless", lines)
	leaks(t, "check, errors", errs)
	outcomes := 0
	for line := range strings.Lines(out) {
		leaks(t, "check, json", withoutClaim(t, []byte(line)))
		outcomes++
	}
	if outcomes < 300 {
		t.Errorf("%d outcomes of %d inputs", outcomes, len(inputs))
	}
	for i := 0; i < len(inputs); i += 7 {
		one := filepath.Join(t.TempDir(), "encounter.json")
		if err := os.WriteFile(one, inputs[i], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"text", "json"} {
			out, errs, _ := command(t, "profiles", "explain", "--format", format, one)
			leaks(t, fmt.Sprintf("profiles explain of %s", inputs[i]), out+errs)
		}
	}
}

// settled waits until every stored input has its outcome.
func settled(t *testing.T, s *service) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		b, err := s.cfg.Topology.Backlog(t.Context(), s.conn)
		if err == nil && b.Pending == 0 && b.AckPending == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not settled: %+v, %v", b, err)
		}
		time.Sleep(10 * time.Millisecond) // the broker does not signal it
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
