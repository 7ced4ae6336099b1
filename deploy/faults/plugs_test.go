package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tooLong is longer than the broker waits for an answer before it delivers again.
const tooLong = 12 * time.Second

// last is how long a fault lasts whose passing nothing signals.
func last(d time.Duration) { time.Sleep(d) }

func killWorker(s *suite, t *testing.T, l *load) {
	w := s.workers[0]
	w.docker("kill", "--signal", "KILL")
	l.reaches(t, 0.8)
	w.docker("start")
	s.calm(t, w)
}

func killLeader(s *suite, t *testing.T, l *load) {
	n := s.leader(t, "ENCOUNTERS")
	n.docker("kill", "--signal", "KILL")
	l.reaches(t, 0.8)
	n.docker("start")
	n.awaitBroker()
}

func restartBrokers(s *suite, t *testing.T, _ *load) {
	for _, n := range s.nodes {
		n.docker("stop", "-t", "30")
		n.docker("start")
		n.awaitBroker()
	}
}

func partitionWorker(s *suite, t *testing.T, _ *load) {
	w := s.workers[1]
	heal := w.partition("4222")
	eventually(t, patience, "the worker says that it is not ready", func() error {
		if err := s.ready(w); err != nil && strings.Contains(err.Error(), "503") {
			return nil
		}
		return errors.New("it is ready")
	})
	last(tooLong)
	heal()
}

func partitionLeader(s *suite, t *testing.T, _ *load) {
	n := s.leader(t, "CLAIMS")
	heal := n.partition("4222,6222")
	eventually(t, patience, "another leader", func() error {
		if now := s.leader(t, "CLAIMS"); now == n {
			return errors.New("still " + n.name)
		}
		return nil
	})
	last(tooLong)
	heal()
	n.awaitBroker()
}

func pauseWorker(s *suite, _ *testing.T, _ *load) {
	w := s.workers[2]
	w.docker("pause")
	last(tooLong)
	w.docker("unpause")
}

// limitClaims sets the size at which the stream of outcomes refuses more.
func (s *suite) limitClaims(t *testing.T, bytes func(now uint64) int64) {
	t.Helper()
	eventually(t, patience, "limit of CLAIMS", func() error {
		at, err := s.js.Stream(t.Context(), "CLAIMS")
		if err != nil {
			return err
		}
		cfg := at.CachedInfo().Config
		cfg.MaxBytes = bytes(at.CachedInfo().State.Bytes)
		_, err = s.js.UpdateStream(t.Context(), cfg)
		return err
	})
}

func fillStream(s *suite, t *testing.T, _ *load) {
	s.limitClaims(t, func(now uint64) int64 { return int64(now) + 1<<20 })
	for _, w := range s.workers {
		eventually(t, patience, w.name+" says that its output is blocked", func() error {
			err := s.ready(w)
			if err == nil || !strings.Contains(err.Error(), "blocked") {
				return fmt.Errorf("readyz: %v", err)
			}
			if v, err := s.metric(w, "claimscrub_output_blocked"); err != nil || v != 1 {
				return fmt.Errorf("claimscrub_output_blocked %v: %v", v, err)
			}
			return nil
		})
	}
	last(tooLong)
	s.limitClaims(t, func(uint64) int64 { return -1 })
}

// fillDisk fills the disk of the broker that leads the stream of encounters. A broker that cannot write turns its streams off. Restarted with the
// store it had, it once called itself current with a quarter of the outcomes, so the operator's part is to start it again with an empty store: it gets
// everything from the other two. The workers' part is to go on by themselves.
func fillDisk(s *suite, t *testing.T, _ *load) {
	n := s.leader(t, "ENCOUNTERS")
	junk := filepath.Join(n.disk, "junk")
	f, err := os.Create(junk)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(block)
	}
	t.Logf("disk of %s: %v", n.name, errors.Join(err, f.Close()))
	eventually(t, patience, n.name+" notices", func() error {
		if _, err := get(http.DefaultClient, "http://"+n.address+":8222/healthz", ""); err == nil {
			return errors.New("it is healthy")
		}
		return nil
	})
	last(5 * time.Second)
	n.docker("stop", "-t", "30")
	kept, err := os.ReadDir(n.disk)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range kept {
		if err := os.RemoveAll(filepath.Join(n.disk, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	n.docker("start")
	n.awaitBroker()
}

// slowNetwork delays every packet of a broker and a worker by 50 ms. Where the kernel has no netem, a rate of 4 Mbit/s with a queue of half a second
// takes its place: the load does not fit through it, so packets wait and are dropped. How much gets through depends on how many streams the broker
// leads, so nothing is asked of the pace but that it is not nothing.
func slowNetwork(s *suite, t *testing.T, l *load) {
	slow := []*node{s.leader(t, "ENCOUNTERS"), s.workers[0]}
	for _, n := range slow {
		if out, err := n.try("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "50ms", "20ms"); err != nil {
			t.Logf("netem: %s", out)
			n.inside("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "4mbit", "burst", "32kb", "latency", "500ms")
		}
	}
	before := float64(l.accepted.Load())
	last(tooLong)
	l.reaches(t, before/float64(l.total)+0.01)
	for _, n := range slow {
		t.Logf("%s: %s", n.name, n.inside("tc", "-s", "qdisc", "show", "dev", "eth0"))
		n.inside("tc", "qdisc", "del", "dev", "eth0", "root")
	}
}

// upgradeWorkers replaces each worker by one with other rules, while both kinds work side by side.
func upgradeWorkers(s *suite, t *testing.T, l *load) {
	dir := filepath.Join(s.dir, "profiles")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../profiles/commercial.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const unitMethod = "value: cpt_midpoint"
	if !strings.Contains(string(text), unitMethod) {
		t.Fatalf("the commercial profile does not say %q", unitMethod)
	}
	other := strings.Replace(string(text), unitMethod, "value: cms_8_minute", 1)
	if err := os.WriteFile(filepath.Join(dir, "commercial.yaml"), []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, w := range slices.Clone(s.workers) {
		at := 31 + i
		l.held.Store(true) // a slow machine would be through before it is there
		s.startWorker(fmt.Sprintf("upgraded-%d", i+1), "claimscrub:latest", at, []string{dir + ":/profiles:ro"}, nil, "--profiles", "/profiles")
		s.calm(t, s.workers[len(s.workers)-1])
		l.held.Store(false)
		s.stopWorker(t, w)
		l.reaches(t, 0.4+0.2*float64(i))
	}
}

// skewClocks replaces two of the workers by ones that believe it is an hour later and an hour earlier.
func skewClocks(s *suite, t *testing.T, l *load) {
	var off []*node
	l.held.Store(true) // a slow machine would be through before they are there
	for i, offset := range []string{"+1h", "-1h"} {
		w := s.workers[0]
		s.startWorker("clock"+offset, s.skewed, 41+i, nil, map[string]string{"CLOCK_OFFSET": offset})
		off = append(off, s.workers[len(s.workers)-1])
		s.calm(t, off[i])
		s.stopWorker(t, w)
	}
	l.held.Store(false)
	l.reaches(t, 1)
	for _, w := range off {
		eventually(t, patience, w.name+" has decided some", func() error {
			n, err := s.metric(w, `claimscrub_encounters_total\{.*\}`)
			if err == nil && n == 0 {
				err = errors.New("none")
			}
			return err
		})
	}
}
