package faults

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers/jetstream"
)

// encounters is how many are sent under each fault.
const encounters = 9_500

// suite is one cluster with its load, on which the faults fall one after the other.
type suite struct {
	*cluster
	t         *testing.T
	conn      *jetstream.Conn
	js        js.JetStream
	topology  jetstream.Topology
	stories   []story
	submitter *submitter
	skewed    string              // image of a worker whose clock is off
	forms     map[string][][]byte // what was decided of each story, without the encounter id
}

// fault is something that goes wrong while encounters come in. It returns when what it broke is whole again.
type fault struct {
	name string
	do   func(s *suite, t *testing.T, l *load)
}

func faults() []fault {
	return []fault{
		{"a worker is killed", killWorker},
		{"the stream's leader is killed", killLeader},
		{"every broker is stopped and started in turn", restartBrokers},
		{"a worker is cut off from the cluster", partitionWorker},
		{"the leader is cut off from everybody", partitionLeader},
		{"a worker is paused for longer than the broker waits", pauseWorker},
		{"the stream of outcomes is full", fillStream},
		{"the disk of the leader is full", fillDisk},
		{"the network is slow", slowNetwork},
		{"workers whose clocks are an hour off", skewClocks},
		{"workers are upgraded one by one to other rules", upgradeWorkers},
	}
}

// required skips where containers are not asked for; where they are, everything missing is an error.
func required(t *testing.T) {
	t.Helper()
	if os.Getenv("CLAIMSCRUB_REQUIRE_CONTAINERS") == "" {
		t.Skip("set CLAIMSCRUB_REQUIRE_CONTAINERS=1 and TESTCONTAINERS_RYUK_DISABLED=true to pull plugs on containers (a few minutes, as root)")
	}
	if os.Getenv("TESTCONTAINERS_RYUK_DISABLED") != "true" {
		t.Fatal("TESTCONTAINERS_RYUK_DISABLED is not true: its image could not be built here, and the tests clean up themselves")
	}
	if os.Geteuid() != 0 {
		t.Fatal("not root: mounts, packet filters and traffic control need it")
	}
	for _, tool := range []string{"docker", "nsenter", "iptables", "tc", "mount"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneOutcomeUnderEveryFault(t *testing.T) {
	required(t)
	t.Log(command(t, "../images", "claimscrub", "nats"))
	skewed := buildSkewed(t)
	s := &suite{cluster: newCluster(t), t: t, skewed: skewed, topology: jetstream.DefaultTopology(), stories: stories(t), forms: map[string][][]byte{}}
	s.topology.Replicas = 3
	s.connect()
	eventually(t, patience, "streams", func() error {
		_, err := s.topology.Ensure(t.Context(), s.conn, false)
		return err
	})
	for i := range 3 {
		s.startWorker(fmt.Sprintf("worker-%d", i+1), "claimscrub:latest", 21+i, nil, nil)
	}
	s.startSubmitter()
	s.warmUp()
	var rows []tally
	for i, f := range faults() {
		whole := t.Run(strings.ReplaceAll(f.name, " ", "_"), func(t *testing.T) {
			began := time.Now()
			row := tally{Fault: f.name}
			s.run(t, f, fmt.Sprintf("F%02d-", i+1), &row)
			rows = append(rows, row)
			t.Logf("%.0f s, %+v", time.Since(began).Seconds(), row)
		})
		if !whole {
			t.Fatal("the faults after it were not tried: the cluster may still have this one")
		}
	}
	if len(rows) == len(faults()) { // a run of some faults is no table
		report(t, rows)
	}
}

// run lets the fault fall under load, and holds the result against what was promised.
func (s *suite) run(t *testing.T, f fault, prefix string, row *tally) {
	on := *s
	on.t = t
	for _, n := range slices.Concat(s.nodes, s.workers) {
		n.t = t
	}
	before := s.counts()
	l := startLoad(s.conn, s.stories, prefix, encounters)
	l.reaches(t, 0.2)
	defer l.held.Store(false)
	f.do(&on, t, l)
	s.whole(t)
	s.workers = on.workers
	on.settle(t, l)
	on.recovered(t)
	row.Redelivered, row.Dropped = s.counts().since(before)
	on.verify(t, l, row)
	if n := l.retries.Load(); n > 0 {
		t.Logf("%d publishes of encounters were tried again", n)
	}
	f.after(&on, t)
}

// after asks what only one fault can show.
func (f fault) after(s *suite, t *testing.T) {
	different := 0
	for name, forms := range s.forms {
		if len(forms) > 1 {
			different++
			if f.name != "workers are upgraded one by one to other rules" {
				t.Errorf("sample %s was decided in %d ways:\n%s\n%s", name, len(forms), forms[0], forms[1])
			}
		}
		s.forms[name] = forms[:1]
	}
	if f.name == "workers are upgraded one by one to other rules" {
		if different == 0 {
			t.Error("the upgrade changed no decision")
		}
		clear(s.forms)
	}
}

// warmUp has every worker do some work, and notes how many goroutines it has at rest.
func (s *suite) warmUp() {
	s.settle(s.t, startLoad(s.conn, s.stories, "WARM-", 2000))
	for _, w := range s.workers {
		s.calm(s.t, w)
	}
	s.verify(s.t, &load{stories: s.stories, prefix: "WARM-", total: 2000}, &tally{})
}

// calm notes the worker's process and its goroutines.
func (s *suite) calm(t *testing.T, w *node) {
	t.Helper()
	eventually(t, patience, w.name+" ready", func() error { return s.ready(w) })
	var err1, err2 error
	w.calm, err1 = s.metric(w, "go_goroutines")
	w.started, err2 = s.metric(w, "process_start_time_seconds")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
}

// recovered waits until every worker is ready in the process it was before, with no goroutine more than before.
func (s *suite) recovered(t *testing.T) {
	t.Helper()
	for _, w := range s.workers {
		eventually(t, patience, w.name+" recovered", func() error {
			if err := s.ready(w); err != nil {
				return err
			}
			started, err := s.metric(w, "process_start_time_seconds")
			if err != nil {
				return err
			}
			if started != w.started {
				t.Fatalf("%s was restarted", w.name)
			}
			// A connection of HTTP or of a broker that was replaced takes a few goroutines for a while.
			n, err := s.metric(w, "go_goroutines")
			if err == nil && n > w.calm+8 {
				err = fmt.Errorf("%.0f goroutines, %.0f when at rest", n, w.calm)
			}
			return err
		})
	}
}

// counts are counters of workers, by process: one that is killed takes its own along.
type counts map[string][2]float64

func (s *suite) counts() counts {
	all := counts{}
	for _, w := range s.workers {
		redelivered, err1 := s.metric(w, "claimscrub_redeliveries_total")
		dropped, err2 := s.metric(w, "claimscrub_publish_duplicates_total")
		if err1 == nil && err2 == nil {
			all[fmt.Sprintf("%s/%f", w.id, w.started)] = [2]float64{redelivered, dropped}
		}
	}
	return all
}

func (after counts) since(before counts) (redelivered, dropped int) {
	for process, n := range after {
		redelivered += int(n[0] - before[process][0])
		dropped += int(n[1] - before[process][1])
	}
	return redelivered, dropped
}

// leader is the broker that leads the stream.
func (s *suite) leader(t *testing.T, stream string) (found *node) {
	t.Helper()
	eventually(t, patience, "leader of "+stream, func() error {
		at, err := s.js.Stream(t.Context(), stream)
		if err != nil {
			return err
		}
		for _, n := range s.nodes {
			if info := at.CachedInfo().Cluster; info != nil && info.Leader == n.name {
				found = n
				return nil
			}
		}
		return errors.New("none")
	})
	return found
}

// whole waits until every replica of every stream has what its leader has: a broker calls itself healthy before.
func (s *suite) whole(t *testing.T) {
	t.Helper()
	for _, stream := range []string{"ENCOUNTERS", "CLAIMS", "DEADLETTERS"} {
		eventually(t, patience, "replicas of "+stream, func() error {
			at, err := s.js.Stream(t.Context(), stream)
			if err != nil {
				return err
			}
			info := at.CachedInfo().Cluster
			for _, r := range info.Replicas {
				if !r.Current || r.Offline {
					return fmt.Errorf("%s is %d behind, offline %v", r.Name, r.Lag, r.Offline)
				}
			}
			if len(info.Replicas) != 2 {
				return fmt.Errorf("%d beside the leader", len(info.Replicas))
			}
			return nil
		})
	}
}

// buildSkewed builds the worker with a standard library whose clock is off by CLOCK_OFFSET, and its image. The worker's own source is untouched.
func buildSkewed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(command(t, "go", "env", "GOROOT"), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	const read = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), read) != 1 {
		t.Fatalf("%s: Now does not begin as expected:\n%s", source, read)
	}
	skewed := strings.Replace(string(text), read, read+"\tif offset, found := syscall.Getenv(\"CLOCK_OFFSET\"); found && offset == \"-1h\" {\n\t\tsec -= 3600\n\t} else if found {\n\t\tsec += 3600\n\t}\n", 1)
	skewed = strings.Replace(skewed, "import (\n", "import (\n\t\"syscall\"\n", 1)
	files := map[string]string{
		"time.go":      skewed,
		"overlay.json": fmt.Sprintf(`{"Replace": {%q: %q}}`, source, filepath.Join(dir, "time.go")),
		"Dockerfile":   "FROM scratch\nCOPY claimscrub /claimscrub\nUSER 65532:65532\nENTRYPOINT [\"/claimscrub\"]\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command(t, "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-overlay", filepath.Join(dir, "overlay.json"),
		"-o", filepath.Join(dir, "claimscrub"), "../../cmd/claimscrub")
	const tag = "claimscrub:clock-off"
	command(t, "env", "DOCKER_BUILDKIT=0", "docker", "build", "-q", "-t", tag, dir)
	return tag
}

// stopWorker ends a worker as a deployment does, and takes it off the list.
func (s *suite) stopWorker(t *testing.T, w *node) {
	t.Helper()
	s.docker(t, "stop", "-t", "30", w.id)
	if code := command(t, "docker", "inspect", "-f", "{{.State.ExitCode}}", w.id); code != "0" {
		t.Errorf("%s ended with %s, want 0 after draining", w.name, code)
	}
	for i, other := range s.workers {
		if other == w {
			s.workers = slices.Concat(s.workers[:i], s.workers[i+1:])
			return
		}
	}
}

func (s *suite) docker(t *testing.T, args ...string) {
	t.Helper()
	command(t, "docker", args...)
}
