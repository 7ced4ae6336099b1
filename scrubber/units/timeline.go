package units

import (
	"math/bits"

	"claimscrub/scrubber/civil"
)

// Interval is a stretch of one day from Start up to and without End. It is empty, and overlaps
// nothing, if End is not after Start.
type Interval struct{ Start, End civil.Clock }

// Minutes is the length of the interval, 0 if it is empty.
func (iv Interval) Minutes() int { return max(0, int(iv.End)-int(iv.Start)) }

// minutesADay is one more than the last minute an interval may hold.
const minutesADay = 24 * 60

// Timeline is the minutes of one day that are taken; the zero value is a free day.
type Timeline struct {
	taken [(minutesADay + 63) / 64]uint64
}

// Add takes the minutes of iv and tells whether any of them was taken before. Time outside
// 00:00 to 24:00 is left out.
func (t *Timeline) Add(iv Interval) (overlaps bool) {
	start, end := max(int(iv.Start), 0), min(int(iv.End), minutesADay)
	for start < end {
		word, from := start/64, start%64
		n := min(64-from, end-start)
		mask := ^uint64(0) >> (64 - n) << from
		overlaps = overlaps || t.taken[word]&mask != 0
		t.taken[word] |= mask
		start += n
	}
	return overlaps
}

// Minutes is how many minutes are taken; a minute taken twice counts once.
func (t *Timeline) Minutes() int {
	n := 0
	for _, word := range t.taken {
		n += bits.OnesCount64(word)
	}
	return n
}

// Without is the minutes of t that are not taken in other. Time of an assistant without that of the
// therapist is what the assistant furnished alone: minutes of both together are the therapist's.
func (t *Timeline) Without(other *Timeline) Timeline {
	out := *t
	for i, word := range other.taken {
		out.taken[i] &^= word
	}
	return out
}

// Overlap finds the first interval j that overlaps an earlier one, and the first such earlier one i.
// Intervals that only touch do not overlap.
func Overlap(intervals []Interval) (i, j int, found bool) {
	var day Timeline
	for j, iv := range intervals {
		if !day.Add(iv) {
			continue
		}
		for i, earlier := range intervals[:j] {
			if max(iv.Start, earlier.Start) < min(iv.End, earlier.End) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// UnionMinutes is how many minutes the intervals cover together; shared minutes count once.
func UnionMinutes(intervals []Interval) int {
	var day Timeline
	for _, iv := range intervals {
		day.Add(iv)
	}
	return day.Minutes()
}
