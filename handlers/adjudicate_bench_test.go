package handlers_test

import (
	"runtime/debug"
	"testing"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/scrubber/scrubtest"
)

// BenchmarkDecide is a message from bytes to bytes: decode, scrub by every rule, encode.
func BenchmarkDecide(b *testing.B) {
	a := handlers.Adjudicator{Engine: scrubtest.Engine(b)}
	for _, verdict := range []string{"ready", "rejected"} {
		b.Run(verdict, func(b *testing.B) {
			var m handlers.Message
			for _, s := range events.Samples() {
				if s.Verdict == verdict && away(len(s.Data)) < away(len(m.Body)) {
					m.Body = s.Data
				}
			}
			defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the command sets it
			b.ReportAllocs()
			b.ReportMetric(float64(len(m.Body)), "bytes")
			for b.Loop() {
				a.Decide(b.Context(), m)
			}
		})
	}
}

// away is how far a size is from 2 KB.
func away(size int) int { return max(size-2048, 2048-size) }
