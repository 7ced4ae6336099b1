package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"claimscrub/events"
)

// python is the interpreter of the client that is not ours. Where tools are required (CI), its absence fails.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CLAIMSCRUB_REQUIRE_TOOLS") != "" {
		t.Fatal("python3 is required here and not installed")
	} else if err != nil {
		t.Skip("python3 is not installed: the client in another language is not tried")
	}
	return path
}

func TestAClientInAnotherLanguagePublishesAndReadsOutcomes(t *testing.T) {
	t.Parallel()
	interpreter := python(t)
	p := startWorker(t, "127.0.0.1:0")
	at, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"testdata/client.py", at.Hostname(), at.Port()}
	want := map[string]int{}
	for _, s := range events.Samples() {
		file := filepath.Join(t.TempDir(), "encounter.json")
		if err := os.WriteFile(file, s.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
		want[map[string]string{"ready": "claim.ready", "rejected": "claim.rejected", "deadletter": "encounter.deadletter"}[s.Verdict]]++
	}
	out, err := exec.CommandContext(t.Context(), interpreter, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	got := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		subject, _, _ := strings.Cut(line, " ")
		got[subject]++
	}
	for subject, n := range want {
		if got[subject] != n {
			t.Errorf("%d messages on %s, want %d:\n%s", got[subject], subject, n, out)
		}
	}
}
