package main

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"claimscrub/handlers/jetstream"
)

func TestTheStoreIsEncryptedUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	const sentinel = "SENTINEL-AT-REST"
	for name, c := range map[string]struct {
		args  []string
		plain bool
	}{
		"by default":              {nil, false},
		"not when told otherwise": {[]string{"--store-key-file", "none"}, true}, // also shows that this test would find it
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "store")
			p := startWorker(t, "127.0.0.1:0", append([]string{"--store-dir", dir}, c.args...)...)
			conn := p.dial(t)
			base, id := bareSample(t)
			body := bytes.Replace(base, []byte(id), []byte(sentinel), 1)
			for _, b := range [][]byte{body, []byte("no JSON: " + sentinel)} {
				if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: "encounter.completed", Body: b}); err != nil {
					t.Fatal(err)
				}
			}
			for _, stream := range []string{"CLAIMS", "DEADLETTERS"} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				for _, err := range conn.Read(ctx, jetstream.ReadConfig{Stream: stream}) {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				cancel()
			}
			if code := p.stop(t, syscall.SIGTERM); code != 0 {
				t.Fatalf("exit status %d:\n%s", code, p.logs)
			}
			found, files := search(t, dir, sentinel)
			if found != c.plain || files == 0 {
				t.Errorf("sentinel found: %v, want %v, in %d files", found, c.plain, files)
			}
			if c.plain {
				return
			}
			again := startWorker(t, "127.0.0.1:0", "--store-dir", dir) // reads what it stored
			for r, err := range again.dial(t).Read(t.Context(), jetstream.ReadConfig{Stream: "CLAIMS", Stored: true}) {
				if err != nil || !bytes.Contains(r.Body, []byte(sentinel)) {
					t.Errorf("read again: %v", err)
				}
			}
			again.stop(t, syscall.SIGTERM)
			if info, err := os.Stat(dir + ".key"); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("key file: %v, %v", info, err)
			}
			if err := os.Remove(dir + ".key"); err != nil {
				t.Fatal(err)
			}
			_, errs, code := command(t, "run", "--store-dir", dir, "--nats-listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
			if code != 2 || !strings.Contains(errs, "expected its key in "+dir+".key") {
				t.Errorf("without its key: exit %d: %s", code, errs)
			}
		})
	}
}

func TestTwoBrokersDoNotShareAStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	first := startWorker(t, "127.0.0.1:0", "--store-dir", dir)
	_, errs, code := command(t, "run", "--store-dir", dir, "--nats-listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	if code != 2 || !strings.Contains(errs, "--store-dir "+dir+": expected a folder that no other claimscrub works in") {
		t.Errorf("a second broker on the folder: exit %d: %s", code, errs)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.done
	again := startWorker(t, "127.0.0.1:0", "--store-dir", dir) // the lock ended with the process
	if code := again.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit status %d:\n%s", code, again.logs)
	}
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, digits, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func search(t *testing.T, dir, text string) (found bool, files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		found = found || bytes.Contains(content, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, files
}

func TestTheShippedClusterFormsAndKeepsThreeReplicas(t *testing.T) {
	g := startGuarded(t)
	names := []string{"nats-1", "nats-2", "nats-3"}
	ports := make([]string, len(names))
	for i := range names {
		ports[i] = freePort(t)
		t.Setenv("CLAIMSCRUB_BROKER_ROUTE_"+string(rune('1'+i)), "nats://"+ports[i])
	}
	var servers []*server.Server
	for i, name := range names {
		t.Setenv("CLAIMSCRUB_BROKER_NAME", name)
		t.Setenv("CLAIMSCRUB_BROKER_STORE_DIR", t.TempDir())
		opts, err := server.ProcessConfigFile("../../deploy/nats/nats-cluster.conf")
		if err != nil {
			t.Fatal(err)
		}
		opts.Host, opts.Port, opts.HTTPPort, opts.NoLog, opts.NoSigs = "127.0.0.1", server.RANDOM_PORT, 0, true, true
		opts.Cluster.Host, opts.Cluster.Port = "127.0.0.1", portOf(t, ports[i])
		s, err := server.NewServer(opts)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		servers = append(servers, s)
	}
	t.Cleanup(func() {
		for _, s := range servers {
			s.Shutdown()
			s.WaitForShutdown()
		}
	})
	g.url = ""
	for i, s := range servers {
		if !s.ReadyForConnections(20 * time.Second) {
			t.Fatalf("%s not ready", names[i])
		}
		g.url += ",nats://" + s.Addr().String()
	}
	g.url = g.url[1:]
	if out, errs, code := command(t, g.as("provisioner", "provision", "--replicas", "3")...); code != 0 {
		t.Fatalf("provision: %d\n%s%s", code, out, errs)
	}
	base, _ := bareSample(t)
	if out, errs, code := commandWithin(t.Context(), base, g.as("publisher", "publish", "-")...); code != 0 {
		t.Fatalf("publish: %d\n%s%s", code, out, errs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int)
	go func() {
		_, _, code := commandWithin(ctx, nil, g.as("worker", "run", "--http", "127.0.0.1:0", "--replicas", "3")...)
		ended <- code
	}()
	if out, errs, code := command(t, g.as("submitter", "watch", "--consumer", "submitter", "--count", "1")...); code != 0 || out == "" {
		t.Errorf("watch: %d\n%s%s", code, out, errs)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("the worker exits with %d", code)
	}
}
