package units

import (
	"testing"

	"claimscrub/scrubber/civil"

	"pgregory.net/rapid"
)

func TestTimelineAgreesWithOneFlagAMinute(t *testing.T) {
	t.Parallel()
	clock := rapid.Custom(func(t *rapid.T) civil.Clock { return civil.Clock(rapid.IntRange(-100, 1600).Draw(t, "clock")) })
	intervals := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Interval {
		start := clock.Draw(t, "start")
		if rapid.Bool().Draw(t, "short") {
			return Interval{start, start + civil.Clock(rapid.IntRange(-5, 70).Draw(t, "length"))}
		}
		return Interval{start, clock.Draw(t, "end")}
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		ivs := intervals.Draw(t, "intervals")
		taken := map[int]bool{}
		var day Timeline
		for _, iv := range ivs {
			for m := max(0, int(iv.Start)); m < min(1440, int(iv.End)); m++ {
				taken[m] = true
			}
			day.Add(iv)
			if day.Minutes() != len(taken) {
				t.Fatalf("%v: %d minutes, want %d", ivs, day.Minutes(), len(taken))
			}
		}
	})
}

func TestClockTimesCostNoAllocation(t *testing.T) {
	ivs := []Interval{{540, 555}, {555, 580}, {600, 640}}
	if n := testing.AllocsPerRun(100, func() {
		var day Timeline
		for _, iv := range ivs {
			day.Add(iv)
		}
		day.Minutes()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
