package events_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"claimscrub/events"
)

// typicalEncounter is the full sample without white space, about 2 KB: what a publisher sends.
func typicalEncounter(tb testing.TB) []byte {
	tb.Helper()
	full, err := os.ReadFile("testdata/full.json")
	if err != nil {
		tb.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, full); err != nil {
		tb.Fatal(err)
	}
	return compact.Bytes()
}

func BenchmarkDecodeEncounter(b *testing.B) {
	data := typicalEncounter(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := events.DecodeEncounter(data, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeStd is what the standard library takes for the same struct without any check.
func BenchmarkDecodeStd(b *testing.B) {
	data := typicalEncounter(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var e events.Encounter
		if err := json.Unmarshal(data, &e); err != nil {
			b.Fatal(err)
		}
	}
}
