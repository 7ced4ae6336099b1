package units

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// Allocation is the set of all right ways to spread the units of a day over its 15-minute codes
// under the CMS 8-minute rule. Every full 15 minutes of a code is a unit of that code; the units
// then left go to the codes with the largest remainders, at most one each, and a remainder below
// 8 minutes may earn one (Pub 100-04 ch. 5 section 20.2 C, example 3). Where remainders tie at the
// edge the manual leaves the choice to the clinician (examples 2 and 5), so each choice is right.
//
// Codes are known by their index in the minutes given to Allocate.
type Allocation struct {
	// Units is what the minutes of all codes together earn.
	Units int
	// Extra is the part of Units beyond the full 15 minutes of each code.
	Extra int

	minutes []int // the caller's
	must    int   // a remainder of at least this much gets an extra unit; 15 for none
	tied    int   // a remainder of exactly this much may get one; 15 for none
	ties    int   // how many codes have the tied remainder
	open    int   // how many of those get a unit: 0 < open < ties, or both are 0
}

// Allocate is the allocation of the minutes of each distinct 15-minute code of one patient, day and
// billing provider. Minutes of one code are summed beforehand; a code billed without minutes stands
// there with 0; less than 0 counts as 0. The allocation reads minutes as long as it is used.
func Allocate(minutes []int) Allocation {
	a := Allocation{minutes: minutes, must: 15, tied: 15}
	var having [15]int // codes by their remainder
	base, rest := 0, 0
	for _, m := range minutes {
		m = max(m, 0)
		base += m / 15
		rest += m % 15
		having[m%15]++
	}
	a.Extra = Aggregate(rest)
	a.Units = base + a.Extra
	left := a.Extra
	for r := 14; r > 0 && left > 0; r-- {
		if having[r] > left {
			a.tied, a.ties, a.open = r, having[r], left
			break
		}
		left -= having[r]
		a.must = r
	}
	return a
}

// Base is the units code i is owed for its full 15 minutes.
func (a Allocation) Base(i int) int { return max(a.minutes[i], 0) / 15 }

// Least is the fewest units code i has in any right allocation.
func (a Allocation) Least(i int) int {
	if a.remainder(i) >= a.must {
		return a.Base(i) + 1
	}
	return a.Base(i)
}

// Most is the most units code i has in any right allocation: Least(i), or one more where code i
// shares a tie for a unit.
func (a Allocation) Most(i int) int {
	if a.remainder(i) == a.tied {
		return a.Base(i) + 1
	}
	return a.Least(i)
}

func (a Allocation) remainder(i int) int { return max(a.minutes[i], 0) % 15 }

// Covers tells whether some right allocation has at least the billed units for every code: nothing
// is over-billed. Billed is parallel to the minutes.
func (a Allocation) Covers(billed []int) bool {
	open := a.open
	for i := range a.minutes {
		switch {
		case billed[i] <= a.Least(i):
		case billed[i] > a.Most(i) || open == 0:
			return false
		default:
			open--
		}
	}
	return true
}

// Is tells whether billed, parallel to the minutes, is exactly one of the right allocations.
func (a Allocation) Is(billed []int) bool {
	total := 0
	for i := range a.minutes {
		total += billed[i]
	}
	return total == a.Units && a.Covers(billed)
}

// Count is the number of right allocations, at least 1; math.MaxInt if there are more than that.
func (a Allocation) Count() int {
	n := 1
	for i := range min(a.open, a.ties-a.open) {
		if n > math.MaxInt/(a.ties-i) {
			return math.MaxInt
		}
		n = n * (a.ties - i) / (i + 1)
	}
	return n
}

// All yields the right allocations, those that favour earlier codes first. The slice is reused for
// the next one: a caller that keeps it clones it. Count says how many there will be.
func (a Allocation) All() iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		units := make([]int, len(a.minutes))
		a.choose(units, 0, a.ties, a.open, yield)
	}
}

// choose fills units from code i on, where ties tied codes are still to come for open units.
func (a Allocation) choose(units []int, i, ties, open int, yield func([]int) bool) bool {
	if i == len(units) {
		return yield(units)
	}
	units[i] = a.Least(i)
	if a.remainder(i) != a.tied {
		return a.choose(units, i+1, ties, open, yield)
	}
	if open > 0 {
		units[i]++
		if !a.choose(units, i+1, ties-1, open-1, yield) {
			return false
		}
		units[i]--
	}
	return ties == open || a.choose(units, i+1, ties-1, open, yield)
}

// Propose is the one right allocation to show where nothing else decides. Codes that tie for a unit
// are taken in this order: a code without a unit so far, more minutes in all, the lower code.
func (a Allocation) Propose(codes []string) []int { return a.Nearest(codes, nil) }

// Nearest is the right allocation that changes the fewest of the billed units, and of several such
// the one that Propose would favour. Codes and billed are parallel to the minutes; billed may be nil.
func (a Allocation) Nearest(codes []string, billed []int) []int {
	units := make([]int, len(a.minutes))
	tied := make([]int, 0, a.ties)
	for i := range units {
		units[i] = a.Least(i)
		if a.remainder(i) == a.tied {
			tied = append(tied, i)
		}
	}
	wanted := func(i int) int {
		if billed != nil && billed[i] > units[i] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(tied, func(i, j int) int {
		return cmp.Or(
			cmp.Compare(wanted(i), wanted(j)),
			cmp.Compare(min(units[i], 1), min(units[j], 1)),
			cmp.Compare(a.minutes[j], a.minutes[i]),
			cmp.Compare(codes[i], codes[j]),
		)
	})
	for _, i := range tied[:a.open] {
		units[i]++
	}
	return units
}
