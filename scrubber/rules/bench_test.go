package rules_test

import (
	"runtime/debug"
	"testing"

	"claimscrub/events"
	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// BenchmarkScrub is one scrub of a decoded encounter of about 2 KB by every rule: normalize and judge.
func BenchmarkScrub(b *testing.B) {
	engine := scrubtest.Engine(b)
	in := typical(b)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the command sets it
	b.ReportAllocs()
	b.ReportMetric(float64(len(in.Data)), "bytes")
	for b.Loop() {
		engine.Scrub(scrubber.Normalize(in.Encounter, nil, 0))
	}
}

// typical is the ready sample whose size is nearest to 2 KB.
func typical(b *testing.B) events.Input {
	b.Helper()
	var best events.Input
	for _, s := range events.Samples() {
		if s.Verdict != "ready" {
			continue
		}
		in, err := events.ReadEncounter(nil, s.Data, 0)
		if err != nil {
			b.Fatal(err)
		}
		if away(len(in.Data)) < away(len(best.Data)) {
			best = in
		}
	}
	return best
}

func away(size int) int { return max(size-2048, 2048-size) }
