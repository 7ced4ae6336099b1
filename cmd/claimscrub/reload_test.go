package main

import (
	"bufio"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"claimscrub/handlers/jetstream"
)

func TestAWorkerFollowsAProfilesFolderThatIsALink(t *testing.T) {
	t.Parallel()
	releases := t.TempDir()
	for _, release := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(releases, release), 0o755); err != nil {
			t.Fatal(err)
		}
		writeProfile(t, filepath.Join(releases, release), release)
	}
	link, next := filepath.Join(releases, "current"), filepath.Join(releases, "next")
	for name, to := range map[string]string{link: "one", next: "two"} {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	p := startWorker(t, "127.0.0.1:0", "--profiles", link)
	if err := os.Rename(next, link); err != nil {
		t.Fatal(err)
	}
	p.await(t, "profiles and reference data reloaded")
	writeProfile(t, filepath.Join(releases, "two"), "changed where it lies")
	p.await(t, "profiles and reference data reloaded")
	if code := p.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

func TestAProfileThatChangesWhileAWorkerStartsIsTakenUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeProfile(t, folder, "before")
	logged := &logs{lines: make(chan map[string]any, 1000)}
	read, write := io.Pipe()
	go logged.read(bufio.NewScanner(read))
	cfg := Config{
		NATSListen: "127.0.0.1:0", StoreDir: filepath.Join(t.TempDir(), "store"), StoreKeyFile: noStoreKey, HTTP: "127.0.0.1:0",
		Window: 100, DeliveryLimit: 20, Drain: 5 * time.Second, Topology: jetstream.DefaultTopology(), Profiles: folder,
	}
	s, err := startService(t.Context(), &cfg, slog.New(slog.NewJSONHandler(write, nil)))
	if err != nil {
		t.Fatal(err)
	}
	writeProfile(t, folder, "changed behind the first reading")
	t.Cleanup(func() { _ = write.Close() }) // ends the reading of the log, when the service has ended
	work(t, s)
	(&process{logs: logged}).await(t, "profiles and reference data reloaded")
}

// writeProfile writes mine.yaml of the title into the folder.
func writeProfile(t *testing.T, folder, title string) {
	t.Helper()
	text := "id: mine\ntitle: " + title + "\nextends: commercial\n"
	if err := os.WriteFile(filepath.Join(folder, "mine.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
