package rules_test

import (
	"fmt"
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

// BenchmarkProfiles is BenchmarkScrub under the shipped profiles and under a hundred times as many: the time is the same.
func BenchmarkProfiles(b *testing.B) {
	shipped := scrubtest.Engine(b)
	in := typical(b)
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	for _, times := range []int{1, 100} {
		var policies []*scrubber.Policy
		for i := range times {
			for _, p := range shipped.Policies() {
				own := *p
				if i > 0 { // those of other payers are not matched
					own.ID, own.PayerIDs = fmt.Sprint(p.ID, i), []string{fmt.Sprint("payer", len(policies))}
				}
				policies = append(policies, &own)
			}
		}
		engine, err := scrubber.New("test", shipped.Rules(), shipped.Tables(), policies)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(len(policies)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				engine.Scrub(scrubber.Normalize(in.Encounter, nil, 0))
			}
		})
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
