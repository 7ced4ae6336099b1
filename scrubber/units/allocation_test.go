package units

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// twin lists every right allocation from first principles, with no remainder in sight: the units are
// those of the manual's table for all minutes together, each code has at least one unit for each full
// 15 minutes, and the units cover as many of the minutes spent as units of 15 minutes can.
func twin(minutes []int) [][]int {
	total := 0
	for _, m := range minutes {
		total += m
	}
	var best [][]int
	most := -1
	units := make([]int, len(minutes))
	var try func(i, left, covered int)
	try = func(i, left, covered int) {
		if i == len(minutes) {
			if left != 0 || covered < most {
				return
			}
			if covered > most {
				best, most = nil, covered
			}
			best = append(best, slices.Clone(units))
			return
		}
		for u := left; u >= minutes[i]/15; u-- { // most first: the order of All
			units[i] = u
			try(i+1, left-u, covered+min(15*u, minutes[i]))
		}
	}
	try(0, byTable(total), 0)
	return best
}

// byTable is the manual's table, continued by its pattern.
func byTable(total int) int {
	units := 0
	for from := 8; total >= from; from += 15 {
		units++
	}
	return units
}

func collect(a Allocation) [][]int {
	var all [][]int
	for units := range a.All() {
		all = append(all, slices.Clone(units))
	}
	return all
}

// fataler is what rapid.T and testing.T share.
type fataler interface{ Fatalf(string, ...any) }

// agrees holds every method of the allocation of minutes against the twin, for every billing in which
// a code has at most one unit more than is right.
func agrees(t fataler, minutes []int) {
	a, want := Allocate(minutes), twin(minutes)
	got := collect(a)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Fatalf("%v: allocations %v, want %v", minutes, got, want)
	}
	total, base := 0, 0
	for i, m := range minutes {
		total += m
		base += m / 15
		least, most := math.MaxInt, 0
		for _, w := range want {
			least, most = min(least, w[i]), max(most, w[i])
		}
		if a.Base(i) != m/15 || a.Least(i) != least || a.Most(i) != most {
			t.Fatalf("%v code %d: base %d least %d most %d, want %d %d %d", minutes, i, a.Base(i), a.Least(i), a.Most(i), m/15, least, most)
		}
	}
	if a.Count() != len(want) || a.Units != byTable(total) || a.Extra != a.Units-base {
		t.Fatalf("%v: count %d units %d extra %d, want %d %d %d", minutes, a.Count(), a.Units, a.Extra, len(want), byTable(total), byTable(total)-base)
	}
	billed := make([]int, len(minutes))
	var bill func(i int)
	bill = func(i int) {
		if i < len(billed) {
			for u := max(0, minutes[i]/15-1); u <= minutes[i]/15+2; u++ {
				billed[i] = u
				bill(i + 1)
			}
			return
		}
		covered, is := false, false
		for _, w := range want {
			covered = covered || !slices.ContainsFunc(indexes(w), func(i int) bool { return billed[i] > w[i] })
			is = is || slices.Equal(billed, w)
		}
		if a.Covers(billed) != covered || a.Is(billed) != is {
			t.Fatalf("%v billed %v: covers %v, is %v; want %v, %v", minutes, billed, a.Covers(billed), a.Is(billed), covered, is)
		}
	}
	bill(0)
}

func indexes(s []int) []int {
	is := make([]int, len(s))
	for i := range is {
		is[i] = i
	}
	return is
}

func TestAllocationOfOneCodeIsExhaustivelyRight(t *testing.T) {
	t.Parallel()
	for m := range 500 {
		agrees(t, []int{m})
	}
}

func TestAllocationOfTwoCodesIsExhaustivelyRight(t *testing.T) {
	t.Parallel()
	for m := range 61 {
		for n := range 61 {
			agrees(t, []int{m, n})
		}
	}
}

func TestAllocationOfThreeCodesIsExhaustivelyRight(t *testing.T) {
	t.Parallel()
	for m := range 31 {
		for n := range 31 {
			for o := range 16 {
				agrees(t, []int{m, n, o})
			}
		}
	}
}

func TestAllocationOfManyCodesAgreesWithTheTwin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// few distinct minutes make many ties
		pool := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 3).Draw(t, "pool")
		agrees(t, rapid.SliceOfN(rapid.SampledFrom(pool), 0, 6).Draw(t, "minutes"))
	})
}

func TestAllocationOfNothingIsTheEmptyOne(t *testing.T) {
	t.Parallel()
	for _, minutes := range [][]int{nil, {}, {0}, {0, 7}, {-30, 7}} {
		a := Allocate(minutes)
		zero := make([]int, len(minutes))
		if a.Units != 0 || a.Count() != 1 || !a.Is(zero) || !a.Covers(zero) {
			t.Errorf("%v: %d units, %d allocations", minutes, a.Units, a.Count())
		}
	}
}

func TestAnyMinutesAreCountedEvenBelowEight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minutes []int
		want    [][]int
	}{
		{[]int{33, 7}, [][]int{{2, 1}}},
		{[]int{5, 18}, [][]int{{1, 1}}},
		{[]int{7, 1}, [][]int{{1, 0}}},
		{[]int{4, 4}, [][]int{{1, 0}, {0, 1}}},
		{[]int{18, 3, 3}, [][]int{{2, 0, 0}, {1, 1, 0}, {1, 0, 1}}},
		{[]int{25, 10}, [][]int{{2, 0}, {1, 1}}},
	} {
		if diff := cmp.Diff(c.want, collect(Allocate(c.minutes))); diff != "" {
			t.Errorf("%v:\n%s", c.minutes, diff)
		}
	}
}

func TestProposalTakesTiesInTheDocumentedOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		codes   []string
		minutes []int
		want    []int
	}{
		{"a larger remainder first, even with a unit already", []string{"97110", "97140"}, []int{24, 8}, []int{2, 0}},
		{"then a code without a unit", []string{"97110", "97530"}, []int{25, 10}, []int{1, 1}},
		{"then more minutes", []string{"97110", "97140"}, []int{20, 35}, []int{1, 3}},
		{"then the lower code", []string{"97140", "97112", "97530"}, []int{7, 7, 7}, []int{0, 1, 0}},
	} {
		if diff := cmp.Diff(c.want, Allocate(c.minutes).Propose(c.codes)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestNearestKeepsTheChoiceTheBillerMade(t *testing.T) {
	t.Parallel()
	codes := []string{"97110", "97112", "97140"}
	for _, c := range []struct{ minutes, billed, want []int }{
		{[]int{7, 7, 7}, []int{0, 0, 2}, []int{0, 0, 1}},
		{[]int{20, 20, 0}, []int{1, 3, 0}, []int{1, 2, 0}},
		{[]int{25, 10, 0}, []int{3, 0, 0}, []int{2, 0, 0}},
		{[]int{7, 7, 7}, []int{0, 1, 1}, []int{0, 1, 0}},
		{[]int{7, 7, 7}, []int{0, 0, 0}, []int{1, 0, 0}},
	} {
		if diff := cmp.Diff(c.want, Allocate(c.minutes).Nearest(codes, c.billed)); diff != "" {
			t.Errorf("%v billed %v:\n%s", c.minutes, c.billed, diff)
		}
	}
}

func TestNearestIsRightAndNoneIsNearer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 3).Draw(t, "pool")
		minutes := rapid.SliceOfN(rapid.SampledFrom(pool), 1, 6).Draw(t, "minutes")
		billed := rapid.SliceOfN(rapid.IntRange(0, 5), len(minutes), len(minutes)).Draw(t, "billed")
		codes := make([]string, len(minutes))
		for i := range codes {
			codes[i] = fmt.Sprintf("97%03d", 110+i)
		}
		a := Allocate(minutes)
		proposed := a.Propose(codes)
		if !a.Is(proposed) || !slices.Equal(proposed, a.Nearest(codes, proposed)) {
			t.Fatalf("%v: the proposal %v does not stand", minutes, proposed)
		}
		nearest := a.Nearest(codes, billed)
		for units := range a.All() {
			if distance(units, billed) < distance(nearest, billed) {
				t.Fatalf("%v billed %v: %v is nearer than %v", minutes, billed, units, nearest)
			}
			if !slices.Equal(units, a.Nearest(codes, units)) {
				t.Fatalf("%v: a right billing %v is changed", minutes, units)
			}
		}

		order := rapid.Permutation(indexes(minutes)).Draw(t, "order")
		shuffledMinutes, shuffledCodes, shuffledBilled := make([]int, len(order)), make([]string, len(order)), make([]int, len(order))
		for to, from := range order {
			shuffledMinutes[to], shuffledCodes[to], shuffledBilled[to] = minutes[from], codes[from], billed[from]
		}
		shuffled := Allocate(shuffledMinutes).Nearest(shuffledCodes, shuffledBilled)
		for to, from := range order {
			if shuffled[to] != nearest[from] {
				t.Fatalf("%v billed %v: the answer for %s depends on the order", minutes, billed, codes[from])
			}
		}
	})
}

func distance(a, b []int) int {
	d := 0
	for i := range a {
		d += max(a[i]-b[i], b[i]-a[i])
	}
	return d
}

func TestCountOfVeryManyTiesStaysPositive(t *testing.T) {
	t.Parallel()
	minutes := slices.Repeat([]int{8}, 100) // 800 minutes, 53 units over 100 codes
	if n := Allocate(minutes).Count(); n != math.MaxInt {
		t.Errorf("count %d", n)
	}
	minutes = slices.Repeat([]int{7}, 30) // 14 of 30
	if n := Allocate(minutes).Count(); n != 145422675 {
		t.Errorf("count %d, want 30 over 14", n)
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	t.Parallel()
	n := 0
	for range Allocate(slices.Repeat([]int{8}, 100)).All() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d allocations", n)
	}
}

func TestJudgingABillingCostsNoAllocation(t *testing.T) {
	minutes, billed := []int{18, 13, 10, 8, 7, 7}, []int{1, 1, 1, 0, 0, 1}
	if n := testing.AllocsPerRun(100, func() {
		a := Allocate(minutes)
		a.Covers(billed)
		a.Is(billed)
		a.Count()
		a.Most(2)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAllocateAndCover(b *testing.B) {
	minutes, billed := []int{18, 13, 10, 8, 7, 7}, []int{1, 1, 1, 0, 0, 1}
	b.ReportAllocs()
	for b.Loop() {
		Allocate(minutes).Covers(billed)
	}
}

func BenchmarkNearest(b *testing.B) {
	codes, minutes, billed := []string{"97110", "97112", "97140"}, []int{20, 20, 7}, []int{1, 3, 1}
	b.ReportAllocs()
	for b.Loop() {
		Allocate(minutes).Nearest(codes, billed)
	}
}
