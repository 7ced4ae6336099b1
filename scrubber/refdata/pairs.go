package refdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"claimscrub/scrubber/civil"
)

// A pairTable holds the PTP edits by unordered pair: by the code of the lower number in the dictionary, a hash table of the other
// ones. In the file it is four sections, of little-endian numbers:
//
//	groups   for each code the first place of its hash table, and one more for the end (4 bytes)
//	seconds  in each place the higher code of a pair, 0 for a free one (2 bytes)
//	runs     in each place the number of the pair's first window (4 bytes)
//	windows  first day, last day, bits (4 bytes each); a run of windows ascends and no two of it share a day
//
// A code's table has one place and a half for each pair, so that a lookup reads one line of memory whether it finds or not.
type pairTable struct {
	groups, seconds, runs, windows []byte
}

// The bits of a window.
const (
	windowReversed  = 1 << 0 // column 1 is the higher code
	windowIndicator = 1 << 1 // modifier indicator 1
	windowLast      = 1 << 2 // the last window of its run
	windowRationale = 8      // the rationale's number begins at this bit
	windowSize      = 12
	openEnd         = civil.Date(math.MaxInt32)
	maxCodesOfPairs = 1 << 16
)

type window struct {
	from, to civil.Date // from 0 and to openEnd are open
	bits     uint32
}

func (t *pairTable) window(i uint32) (w window, ok bool) {
	at := windowSize * int(i)
	if at+windowSize > len(t.windows) {
		return w, false
	}
	b := t.windows[at:]
	return window{civil.Date(int32(binary.LittleEndian.Uint32(b))), civil.Date(int32(binary.LittleEndian.Uint32(b[4:]))),
		binary.LittleEndian.Uint32(b[8:])}, true
}

// home is where in a table of n places a code is looked for first; the places after it, round the end, follow.
func home(code, n int) int {
	return int(uint64(uint32(code)*0x9e3779b1) * uint64(n) >> 32)
}

// run is the number of the first window of a pair of codes, low < high.
func (t *pairTable) run(low, high int) (uint32, bool) {
	from := int(binary.LittleEndian.Uint32(t.groups[4*low:]))
	to := int(binary.LittleEndian.Uint32(t.groups[4*low+4:]))
	if from >= to || 2*to > len(t.seconds) {
		return 0, false
	}
	group := t.seconds[2*from : 2*to]
	at := 2 * home(high, to-from)
	for range to - from {
		switch int(binary.LittleEndian.Uint16(group[at:])) {
		case high:
			return binary.LittleEndian.Uint32(t.runs[4*from+2*at:]), true
		case 0:
			return 0, false
		}
		if at += 2; at == len(group) {
			at = 0
		}
	}
	return 0, false
}

// on is the window of a pair that holds a day.
func (t *pairTable) on(low, high int, day civil.Date) (window, bool) {
	i, ok := t.run(low, high)
	for ok {
		var w window
		if w, ok = t.window(i); !ok || w.from > day {
			break
		}
		if day <= w.to {
			return w, true
		}
		if w.bits&windowLast != 0 {
			break
		}
		i++
	}
	return window{}, false
}

func openPairs(sections map[string][]byte, codes int) (pairTable, error) {
	t := pairTable{sections["groups"], sections["seconds"], sections["runs"], sections["windows"]}
	n := len(t.seconds) / 2
	if len(t.seconds)%2 != 0 || len(t.groups) != 4*(codes+1) || len(t.runs) != 4*n || len(t.windows)%windowSize != 0 {
		return t, errors.New("sections groups, seconds, runs and windows do not agree in length")
	}
	return t, nil
}

// verify checks the order that lookups rely on, and that no pair has two edits on one day.
func (t *pairTable) verify(codes, words int) error {
	end := uint32(0)
	for c := range codes {
		from, to := binary.LittleEndian.Uint32(t.groups[4*c:]), binary.LittleEndian.Uint32(t.groups[4*c+4:])
		if from != end || to < from || int(to) > len(t.seconds)/2 {
			return fmt.Errorf("group %d is not after the one before it", c)
		}
		end = to
		for i := from; i < to; i++ {
			high := int(binary.LittleEndian.Uint16(t.seconds[2*i:]))
			if high == 0 {
				continue
			}
			run := binary.LittleEndian.Uint32(t.runs[4*i:])
			if found, ok := t.run(c, high); !ok || found != run || high <= c || high >= codes {
				return fmt.Errorf("pair %d of group %d is out of place", i, c)
			}
			if err := t.verifyRun(run, words); err != nil {
				return fmt.Errorf("pair %d: %w", i, err)
			}
		}
	}
	if int(end) != len(t.seconds)/2 {
		return fmt.Errorf("%d places belong to no group", len(t.seconds)/2-int(end))
	}
	return nil
}

func (t *pairTable) verifyRun(i uint32, words int) error {
	day := civil.Date(-1)
	for ; ; i++ {
		w, ok := t.window(i)
		switch {
		case !ok:
			return fmt.Errorf("window %d is not there", i)
		case w.from > w.to:
			return fmt.Errorf("an edit ends on %s, before it begins on %s", w.to, w.from)
		case w.from <= day:
			return fmt.Errorf("two edits are in force on %s", w.from)
		case int(w.bits>>windowRationale) >= words:
			return fmt.Errorf("window %d has no rationale", i)
		case w.bits&windowLast != 0:
			return nil
		}
		day = w.to
	}
}

// pairRow is one published row on its way into a table.
type pairRow struct {
	first, second uint32 // numbers of the codes, column 1 and column 2
	from, to      civil.Date
	indicator     uint8
	rationale     uint16
	file          uint16
	line          int32
}

func (r *pairRow) low() uint32  { return min(r.first, r.second) }
func (r *pairRow) high() uint32 { return max(r.first, r.second) }

// buildPairs makes the sections of sorted rows whose codes are numbered as the dictionary has them and whose windows are resolved.
func buildPairs(rows []pairRow, codes int) ([]section, error) {
	if codes > maxCodesOfPairs {
		return nil, fmt.Errorf("%d codes, expected at most %d", codes, maxCodesOfPairs)
	}
	var b pairBuilder
	next := 0
	for low := range codes {
		b.groups = binary.LittleEndian.AppendUint32(b.groups, uint32(len(b.seconds)/2))
		from := next
		for next < len(rows) && int(rows[next].low()) == low {
			next++
		}
		b.group(rows[from:next])
	}
	b.groups = binary.LittleEndian.AppendUint32(b.groups, uint32(len(b.seconds)/2))
	return []section{{"groups", b.groups}, {"seconds", b.seconds}, {"runs", b.runs}, {"windows", b.windows}}, nil
}

type pairBuilder struct {
	pairTable
	seen map[string]uint32 // runs of windows by their bytes
}

// group appends the hash table of the rows of one lower code.
func (b *pairBuilder) group(rows []pairRow) {
	pairs := 0
	for i := range rows {
		if i == 0 || rows[i].high() != rows[i-1].high() {
			pairs++
		}
	}
	places := pairs + (pairs+1)/2
	seconds, runs := make([]byte, 2*places), make([]byte, 4*places)
	for i := 0; i < len(rows); {
		high := int(rows[i].high())
		from := i
		for i < len(rows) && int(rows[i].high()) == high {
			i++
		}
		at := home(high, places)
		for binary.LittleEndian.Uint16(seconds[2*at:]) != 0 {
			at = (at + 1) % places
		}
		binary.LittleEndian.PutUint16(seconds[2*at:], uint16(high))
		binary.LittleEndian.PutUint32(runs[4*at:], b.windowsOf(rows[from:i]))
	}
	b.seconds, b.runs = append(b.seconds, seconds...), append(b.runs, runs...)
}

// windowsOf is the number of the first window of a pair's rows; equal runs are kept once.
func (b *pairBuilder) windowsOf(rows []pairRow) uint32 {
	run := make([]byte, 0, 4*windowSize)
	for i := range rows {
		run = rows[i].appendWindow(run, i == len(rows)-1)
	}
	at, ok := b.seen[string(run)]
	if !ok {
		if b.seen == nil {
			b.seen = map[string]uint32{}
		}
		at = uint32(len(b.windows) / windowSize)
		b.seen[string(run)] = at
		b.windows = append(b.windows, run...)
	}
	return at
}

func (r *pairRow) appendWindow(b []byte, last bool) []byte {
	bits := uint32(r.rationale) << windowRationale
	if r.first > r.second {
		bits |= windowReversed
	}
	if r.indicator == 1 {
		bits |= windowIndicator
	}
	if last {
		bits |= windowLast
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(r.from))
	b = binary.LittleEndian.AppendUint32(b, uint32(r.to))
	return binary.LittleEndian.AppendUint32(b, bits)
}

// sortPairs orders rows by pair, then by when they end.
func sortPairs(rows []pairRow) {
	slices.SortFunc(rows, func(a, b pairRow) int {
		ka, kb := uint64(a.low())<<32|uint64(a.high()), uint64(b.low())<<32|uint64(b.high())
		switch {
		case ka < kb:
			return -1
		case ka > kb:
			return 1
		case a.to != b.to:
			return int(a.to) - int(b.to)
		}
		return int(a.from) - int(b.from)
	})
}
