package units

import (
	"testing"

	"claimscrub/scrubber/civil"

	"pgregory.net/rapid"
)

func interval(t *testing.T, start, end string) Interval {
	t.Helper()
	s, err := civil.ParseClock(start)
	if err != nil {
		t.Fatal(err)
	}
	e, err := civil.ParseClock(end)
	if err != nil {
		t.Fatal(err)
	}
	return Interval{s, e}
}

func TestOverlapNamesTheTwoIntervals(t *testing.T) {
	t.Parallel()
	a, b, c := interval(t, "09:00", "09:15"), interval(t, "09:15", "09:40"), interval(t, "09:39", "10:00")
	if _, _, found := Overlap([]Interval{a, b}); found {
		t.Error("intervals that touch overlap")
	}
	if i, j, found := Overlap([]Interval{c, a, b}); !found || i != 0 || j != 2 {
		t.Errorf("overlap %d, %d, %v; want 0 and 2", i, j, found)
	}
	if _, _, found := Overlap([]Interval{b, interval(t, "09:20", "09:20"), interval(t, "09:30", "09:20")}); found {
		t.Error("an empty interval overlaps")
	}
	if i, j, found := Overlap([]Interval{interval(t, "00:00", "24:00"), interval(t, "23:59", "24:00")}); !found || i != 0 || j != 1 {
		t.Errorf("the last minute of the day: %d, %d, %v", i, j, found)
	}
}

func TestAssistantTimeBesideTheTherapistIsTheTherapists(t *testing.T) {
	t.Parallel()
	var therapist, assistant Timeline
	therapist.Add(interval(t, "10:00", "10:20"))
	assistant.Add(interval(t, "10:10", "10:45"))
	alone := assistant.Without(&therapist)
	if therapist.Minutes() != 20 || alone.Minutes() != 25 || assistant.Minutes() != 35 {
		t.Errorf("therapist %d, assistant alone %d of %d; want 20, 25 of 35", therapist.Minutes(), alone.Minutes(), assistant.Minutes())
	}
}

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
		ivs, others := intervals.Draw(t, "intervals"), intervals.Draw(t, "others")
		taken, other := map[int]bool{}, map[int]bool{}
		var day, otherDay Timeline
		for _, iv := range others {
			otherDay.Add(iv)
			for m := max(0, int(iv.Start)); m < min(1440, int(iv.End)); m++ {
				other[m] = true
			}
		}
		for n, iv := range ivs {
			overlaps := false
			for m := max(0, int(iv.Start)); m < min(1440, int(iv.End)); m++ {
				overlaps = overlaps || taken[m]
				taken[m] = true
			}
			if got := day.Add(iv); got != overlaps {
				t.Fatalf("adding %v of %v: overlaps %v, want %v", iv, ivs, got, overlaps)
			}
			i, j, found := Overlap(ivs[:n+1])
			if overlaps && !found || found && (i >= j || j > n || max(ivs[i].Start, ivs[j].Start) >= min(ivs[i].End, ivs[j].End)) {
				t.Fatalf("overlap of %v: %d, %d, %v", ivs[:n+1], i, j, found)
			}
		}
		alone := 0
		for m := range taken {
			if !other[m] {
				alone++
			}
		}
		without := day.Without(&otherDay)
		if UnionMinutes(ivs) != len(taken) || day.Minutes() != len(taken) || without.Minutes() != alone {
			t.Fatalf("%v: %d minutes, %d without %v; want %d, %d", ivs, day.Minutes(), without.Minutes(), others, len(taken), alone)
		}
		if len(ivs) == 1 && ivs[0].Start >= 0 && ivs[0].End <= 1440 && ivs[0].Minutes() != len(taken) {
			t.Fatalf("%v is %d minutes, want %d", ivs[0], ivs[0].Minutes(), len(taken))
		}
	})
}

func TestClockTimesCostNoAllocation(t *testing.T) {
	ivs := []Interval{{540, 555}, {555, 580}, {600, 640}}
	if n := testing.AllocsPerRun(100, func() { UnionMinutes(ivs); Overlap(ivs) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
