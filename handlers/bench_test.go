//go:build unix

package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// BenchmarkWorkerBesideFloor drains a backlog of 2 KB encounters, in turns with the raw client and with the worker, over one embedded broker: with a
// decision that does nothing, and with one that reads and writes JSON, about 30 µs. ratio is the worker's rate over the raw client's.
func BenchmarkWorkerBesideFloor(b *testing.B) {
	body := encounterOf(2036)
	for _, c := range []struct {
		name string
		work func([]byte) []byte
	}{
		{"nothing", func(body []byte) []byte { return body }},
		{"json", func(body []byte) []byte {
			var v struct {
				Lines []struct {
					Code        string
					Units, Line int
					Modifiers   []string
				}
			}
			if err := json.Unmarshal(body, &v); err != nil {
				panic(err)
			}
			out, _ := json.Marshal(v)
			return out
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			const n = 20000
			var floor, worker spent
			for b.Loop() {
				floor.add(drain(b, n, body, func(r *rig) func() { return r.floor(n, c.work) }))
				worker.add(drain(b, n, body, func(r *rig) func() { return r.work(n, c.work) }))
			}
			runs := float64(b.N * n)
			b.ReportMetric(runs/floor.wall.Seconds(), "floor_msg/s")
			b.ReportMetric(runs/worker.wall.Seconds(), "worker_msg/s")
			b.ReportMetric(floor.wall.Seconds()/worker.wall.Seconds(), "ratio")
			b.ReportMetric(floor.cpu.Seconds()*1e6/runs, "floor_cpu_µs/msg")
			b.ReportMetric(worker.cpu.Seconds()*1e6/runs, "worker_cpu_µs/msg")
			b.ReportMetric(0, "ns/op") // of two runs and their preparation: says nothing
		})
	}
}

// spent is what a run took. The processor time says more than the clock on a machine that others use too; it includes the broker's.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(other spent) { s.wall, s.cpu = s.wall+other.wall, s.cpu+other.cpu }

func now(b *testing.B) spent {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return spent{time.Duration(time.Now().UnixNano()), time.Duration(usage.Utime.Nano() + usage.Stime.Nano())}
}

// drain returns what work takes over a backlog of n encounters on a broker of its own.
func drain(b *testing.B, n int, body string, work func(*rig) (stop func())) spent {
	r := newRig(b, nil)
	r.direct = true
	bodies := make([]string, 1000)
	for i := range bodies {
		bodies[i] = body
	}
	for range n / len(bodies) {
		r.publish(bodies...)
	}
	runtime.GC()
	began := now(b)
	stop := work(r)
	ended := now(b)
	stop()
	r.conn.Close()
	r.broker.Close()
	return spent{ended.wall - began.wall, ended.cpu - began.cpu}
}

func (r *rig) floor(n int, work func([]byte) []byte) (stop func()) {
	if err := jetstream.Floor(r.t.Context(), r.conn, r.topology, 2, n, handlers.SubjectReady, work); err != nil {
		r.t.Fatal(err)
	}
	return func() {}
}

// work ends when the last outcome is stored: stopping is not what is measured.
func (r *rig) work(n int, work func([]byte) []byte) (stop func()) {
	w := r.start(func(_ context.Context, m handlers.Message) handlers.Decision {
		sum := sha256.Sum256(strconv.AppendUint(nil, m.Sequence, 10))
		return handlers.Decision{Result: handlers.Ready, ID: hex.EncodeToString(sum[:16]), Body: work(m.Body),
			Header: map[string]string{"content-type": "application/cloudevents+json"}}
	}, nil)
	for line := "claimscrub_encounters_total{result=\"ready\"} " + strconv.Itoa(n) + "\n"; !strings.Contains(w.exposition(r.t), line); {
		time.Sleep(10 * time.Millisecond)
	}
	return func() {
		w.stop()
		<-w.done
	}
}

// encounterOf is a document with ten lines to read, padded to size.
func encounterOf(size int) string {
	var b strings.Builder
	b.WriteString(`{"Lines":[`)
	for i := range 10 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"Line":` + strconv.Itoa(i+1) + `,"Code":"97140","Units":2,"Modifiers":["59","GP"]}`)
	}
	b.WriteString(`],"Padding":"`)
	return b.String() + strings.Repeat("x", size-b.Len()-2) + `"}`
}
