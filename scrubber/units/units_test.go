package units

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAggregateFollowsTheManualsTable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ from, to, units int }{
		{-100, 7, 0}, {8, 22, 1}, {23, 37, 2}, {38, 52, 3}, {53, 67, 4}, {68, 82, 5}, {83, 97, 6}, {98, 112, 7}, {113, 127, 8},
		{128, 142, 9}, {1433, 1447, 96},
	} {
		for m := row.from; m <= row.to; m++ {
			if got := Aggregate(m); got != row.units {
				t.Errorf("Aggregate(%d) = %d, want %d", m, got, row.units)
			}
		}
	}
}

func TestMidpointIsPassedNotReached(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ minutes, perUnit, want int }{
		{0, 15, 0}, {7, 15, 0}, {8, 15, 1}, {22, 15, 1}, {23, 15, 2}, {37, 15, 2}, {38, 15, 3},
		{15, 30, 0}, {16, 30, 1}, {30, 30, 1}, {45, 30, 1}, {46, 30, 2},
		{30, 60, 0}, {31, 60, 1}, {1, 1, 1}, {1, 2, 0}, {2, 2, 1},
		{-8, 15, 0}, {8, 0, 0}, {8, -15, 0}, {math.MaxInt, 1, math.MaxInt},
	} {
		if got := Midpoint(c.minutes, c.perUnit); got != c.want {
			t.Errorf("Midpoint(%d, %d) = %d, want %d", c.minutes, c.perUnit, got, c.want)
		}
	}
}

func TestMidpointUnitIsEarnedByMoreThanHalf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minutes, per := rapid.IntRange(0, 1440).Draw(t, "minutes"), rapid.IntRange(1, 120).Draw(t, "per")
		want := 0
		for 2*minutes > 2*want*per+per {
			want++
		}
		if got := Midpoint(minutes, per); got != want {
			t.Fatalf("Midpoint(%d, %d) = %d, want %d", minutes, per, got, want)
		}
	})
}

func TestTheTwoMethodsDifferBothWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minutes  []int
		cms, ama int
	}{
		{[]int{8, 8, 8}, 2, 3}, {[]int{10, 10}, 1, 2}, {[]int{20, 20}, 3, 2}, {[]int{33, 7}, 3, 2},
		{[]int{5, 7}, 1, 0}, {[]int{5, 18}, 2, 1}, {[]int{10, 23}, 2, 3}, {[]int{7, 7, 7}, 1, 0},
	} {
		ama := 0
		for _, m := range c.minutes {
			ama += Midpoint(m, 15)
		}
		if cms := Allocate(c.minutes).Units; cms != c.cms || ama != c.ama {
			t.Errorf("%v: %d aggregate and %d midpoint units, want %d and %d", c.minutes, cms, ama, c.cms, c.ama)
		}
	}
}
