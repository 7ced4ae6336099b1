package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimscrub/events"
)

func TestPublishSendsNoPartOfWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	p := startWorker(t, "127.0.0.1:0")
	encounter, _ := bareSample(t)
	var line bytes.Buffer
	line.WriteString(`{"encounter_id": "large-1", "revision": 1, "extension": "` + strings.Repeat("x", events.MaxBody) + "\"}\n")
	line.Write(bytes.ReplaceAll(encounter, []byte("\n"), []byte(" ")))
	file := filepath.Join(t.TempDir(), "encounters.jsonl")
	if err := os.WriteFile(file, line.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, "publish", "--nats-url", p.url, file)
	if code != 1 || out != "1 sent: 1 stored, 0 the broker had already, 1 not acknowledged\n" || !strings.Contains(errs, "input 1: expected at most 1048576 bytes") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}
