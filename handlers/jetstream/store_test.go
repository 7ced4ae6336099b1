package jetstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"claimscrub/handlers/jetstream"
)

// storeWithOne is the folder of a broker that was killed with one message stored, and the folder of the message's stream in it.
func storeWithOne(t *testing.T, key string) (dir, stream string) {
	t.Helper()
	dir = t.TempDir()
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: dir, EncryptionKey: key})
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	conn := connect(t, broker.URL())
	if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	stored(t, conn, 1, "claim.ready")
	conn.Close()
	broker.Close()
	stream = filepath.Join(dir, "jetstream", "$G", "streams", "CLAIMS")
	if err := os.Remove(filepath.Join(stream, "msgs", "index.db")); err != nil { // a killed broker has not written it
		t.Fatal(err)
	}
	return dir, stream
}

func TestABlockThatWasMadeWithoutItsKeyTakesNoStreamAlong(t *testing.T) {
	t.Parallel()
	const key = "a key of this test"
	dir, stream := storeWithOne(t, key)
	if err := os.WriteFile(filepath.Join(stream, "msgs", "2.blk"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: dir, EncryptionKey: key})
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	conn := connect(t, broker.URL())
	defer conn.Close()
	n := 0
	for _, err := range conn.Read(t.Context(), jetstream.ReadConfig{Stream: "CLAIMS", Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d outcomes after the kill, want the one before it", n)
	}
}

func TestAStreamThatCannotBeRestoredIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]string{"damaged": "a key of this test", "another key": "another key"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, stream := storeWithOne(t, "a key of this test")
			if name == "damaged" {
				if err := os.WriteFile(filepath.Join(stream, "meta.sum"), []byte("0"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: dir, EncryptionKey: second})
			if err == nil {
				broker.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "could not be restored") {
				t.Errorf("got %v, want the stream that could not be restored", err)
			}
		})
	}
}
