package units

import (
	"math/bits"

	"claimscrub/scrubber/civil"
)

// Interval is a stretch of one day from Start up to and without End. It is empty if End is not after Start.
type Interval struct{ Start, End civil.Clock }

// minutesADay is one more than the last minute an interval may hold.
const minutesADay = 24 * 60

// Timeline is the minutes of one day that are taken; the zero value is a free day.
type Timeline struct {
	taken [(minutesADay + 63) / 64]uint64
}

// Add takes the minutes of iv. Time outside 00:00 to 24:00 is left out.
func (t *Timeline) Add(iv Interval) {
	start, end := max(int(iv.Start), 0), min(int(iv.End), minutesADay)
	for start < end {
		word, from := start/64, start%64
		n := min(64-from, end-start)
		t.taken[word] |= ^uint64(0) >> (64 - n) << from
		start += n
	}
}

// Minutes is how many minutes are taken; a minute taken twice counts once.
func (t *Timeline) Minutes() int {
	n := 0
	for _, word := range t.taken {
		n += bits.OnesCount64(word)
	}
	return n
}
