package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"claimscrub/events"
	"claimscrub/handlers/jetstream"
)

// TestMain lets the test binary be the command: scripts call it by name, and tests that kill a process start it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"claimscrub": main, "claimscrub-dies": dyingWorker})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			for _, s := range events.Samples() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, s.Name+".json"), s.Data, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// process is a claimscrub run in a process of its own.
type process struct {
	cmd  *exec.Cmd
	url  string
	http string
	logs *logs
	done chan struct{} // closed when it ended and was waited for
	err  error
}

// logs keeps what a process logs and wakes who waits for a line.
type logs struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan map[string]any
}

// freePort is a port of the loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startWorker starts claimscrub run with the arguments and returns when it runs. It is killed when the test ends.
func startWorker(t *testing.T, listen string, args ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{logs: &logs{lines: make(chan map[string]any, 1000)}, done: make(chan struct{})}
	p.cmd = exec.Command(exe, append([]string{"run", "--nats-listen", listen, "--http", "127.0.0.1:0"}, args...)...)
	p.cmd.Args[0] = "claimscrub" // by this name the test binary is the command
	p.cmd.Dir = t.TempDir()
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.logs.read(bufio.NewScanner(stderr))
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // gone already in most tests
		<-p.done
	})
	line := p.await(t, "claimscrub runs")
	p.url, _ = line["broker"].(string)
	p.http, _ = line["http"].(string)
	return p
}

func (l *logs) read(s *bufio.Scanner) {
	defer close(l.lines)
	for s.Scan() {
		l.mu.Lock()
		l.text.Write(append(s.Bytes(), '\n'))
		l.mu.Unlock()
		var line map[string]any
		if json.Unmarshal(s.Bytes(), &line) == nil {
			select {
			case l.lines <- line:
			default: // nobody waits
			}
		}
	}
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns the next log line with the message.
func (p *process) await(t *testing.T, message string) map[string]any {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case line, ok := <-p.logs.lines:
			if !ok {
				t.Fatalf("the process ended before it logged %q:\n%s", message, p.logs)
			}
			if line["msg"] == message {
				return line
			}
		case <-timeout:
			t.Fatalf("no log line %q:\n%s", message, p.logs)
		}
	}
}

// stop sends the signal and returns the exit status.
func (p *process) stop(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Fatalf("still running a minute after %v:\n%s", s, p.logs)
	}
	return p.cmd.ProcessState.ExitCode()
}

// dial connects to the process's broker.
func (p *process) dial(t *testing.T) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: p.url, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := conn.Await(ctx); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestAnEmbeddedBrokerThatIsOpenSaysSo(t *testing.T) {
	t.Parallel()
	for listen, open := range map[string]bool{"0.0.0.0:0": true, "127.0.0.1:0": false} {
		p := startWorker(t, listen)
		if said := strings.Contains(p.logs.String(), "whoever reaches it reads and writes every record"); said != open {
			t.Errorf("%s: said so: %v, want %v:\n%s", listen, said, open, p.logs)
		}
	}
}

func TestSIGTERMDrainsAndExitsWithZero(t *testing.T) {
	t.Parallel()
	p := startWorker(t, "127.0.0.1:0")
	if code := p.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit status %d:\n%s", code, p.logs)
	}
}
