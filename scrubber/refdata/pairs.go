package refdata

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"claimscrub/scrubber/civil"
)

// A pairTable holds the PTP edits by unordered pair. In the file it is two sections, of little-endian numbers:
//
//	places   a hash table from pairs to the number of their first window (4 bytes each)
//	windows  first day, last day, bits (4 bytes each); a run of windows ascends and no two of it share a day. Pairs of equal
//	         runs share one
//
// A pair's key is the numbers its codes have in the dictionary, the lower one in the high 16 bits. An odd factor spreads the keys
// over 32 bits, no two alike, and a pair's home is where its spread lies on the way from 0 to the largest. A pair stands at its
// home or within reach after it, and a lookup compares all places in reach, so that the processor has no branch to guess wrong.
//
// A place holds the window's number, in as many bits as windows need, and above it the lowest bits of the spread. They suffice:
// spreads alike in them are so far apart that their homes are not in reach of each other. All bits of a free place are set.
type pairTable struct {
	places, windows []byte
	homes           uint64
	count           uint32 // of windows
	numberBits      int    // of a window's number
}

const (
	reach        = 8 // places
	pairSpread   = 0x9e3779b1
	pairUnspread = 0x0e8b2f51 // times pairSpread it is 1 in 32 bits
	freePlace    = 1<<32 - 1
	maxHomes     = 1 << 26
)

// The bits of a window.
const (
	windowReversed  = 1 << 0 // column 1 is the higher code
	windowIndicator = 1 << 1 // modifier indicator 1
	windowLast      = 1 << 2 // the last window of its run
	windowRationale = 8      // the rationale's number begins at this bit
	windowSize      = 12
	openEnd         = civil.Date(math.MaxInt32)
	maxCodesOfPairs = 1 << 16
	maxWindows      = 1<<20 - 1
)

type window struct {
	from, to civil.Date // from 0 and to openEnd are open
	bits     uint32
}

func (t *pairTable) window(i uint32) (w window, ok bool) {
	if i >= t.count {
		return w, false
	}
	at := windowSize * int(i)
	b := t.windows[at : at+windowSize]
	return window{civil.Date(int32(binary.LittleEndian.Uint32(b))), civil.Date(int32(binary.LittleEndian.Uint32(b[4:]))),
		binary.LittleEndian.Uint32(b[8:])}, true
}

// find is the number of the first window of a pair, low < high; when it is not there, a number above those of windows.
func (t *pairTable) find(low, high int) uint32 {
	spread := (uint32(low)<<16 | uint32(high)) * pairSpread
	sought := spread << (t.numberBits & 31)
	at := 4 * t.home(spread)
	p := t.places[at : at+4*reach]
	return min(binary.LittleEndian.Uint32(p)-sought, binary.LittleEndian.Uint32(p[4:])-sought,
		binary.LittleEndian.Uint32(p[8:])-sought, binary.LittleEndian.Uint32(p[12:])-sought,
		binary.LittleEndian.Uint32(p[16:])-sought, binary.LittleEndian.Uint32(p[20:])-sought,
		binary.LittleEndian.Uint32(p[24:])-sought, binary.LittleEndian.Uint32(p[28:])-sought)
}

func (t *pairTable) home(spread uint32) uint64 { return uint64(spread) * t.homes >> 32 }

// on is the window that holds a day, of the run that begins with the given one.
func (t *pairTable) on(i uint32, day civil.Date) (w window, ok bool) {
	for {
		if w, ok = t.window(i); !ok || day < w.from {
			return w, false
		}
		if day <= w.to {
			return w, true
		}
		if w.bits&windowLast != 0 {
			return w, false
		}
		i++
	}
}

// newPairTable is a table of so many windows, without its places.
func newPairTable(codes int, windows []byte) (t pairTable, err error) {
	n := len(windows) / windowSize
	if codes > maxCodesOfPairs || n > maxWindows || n*windowSize != len(windows) {
		return t, fmt.Errorf("%d codes and %d bytes of windows, expected at most %d codes and %d windows of %d",
			codes, len(windows), maxCodesOfPairs, maxWindows, windowSize)
	}
	return pairTable{windows: windows, count: uint32(n), numberBits: bits.Len(uint(n))}, nil
}

// leastHomes keeps the homes of spreads that are alike in the bits of a place twice their reach apart.
func (t *pairTable) leastHomes() uint64 { return 2 * reach << t.numberBits }

func openPairs(places, windows []byte, codes int) (pairTable, error) {
	t, err := newPairTable(codes, windows)
	if err != nil {
		return t, err
	}
	if n := uint64(len(places) / 4); len(places)%4 != 0 || n < t.leastHomes()+reach-1 {
		return t, fmt.Errorf("section places of %d bytes, expected 4 for each of at least %d", len(places), t.leastHomes()+reach-1)
	}
	t.places, t.homes = places, uint64(len(places)/4-reach+1)
	return t, nil
}

// verify checks that each pair is found and is of two codes in order, and that no pair has two edits on one day.
func (t *pairTable) verify(codes, words int) error {
	for at := range len(t.places) / 4 {
		entry := binary.LittleEndian.Uint32(t.places[4*at:])
		if entry == freePlace {
			continue
		}
		low, high := t.pairAt(at, entry)
		n := t.find(low, high)
		if low >= high || high >= codes || n != entry&(1<<t.numberBits-1) {
			return fmt.Errorf("place %d: no pair has its entry there", at)
		}
		if err := t.verifyRun(n, words); err != nil {
			return fmt.Errorf("place %d: %w", at, err)
		}
	}
	return nil
}

// pairAt is the pair of an entry: of the spreads that end in the entry's bits, the first whose home may reach the place.
func (t *pairTable) pairAt(at int, entry uint32) (low, high int) {
	first := uint32((uint64(max(0, at-reach+1))<<32 + t.homes - 1) / t.homes)
	key := (first + (entry>>t.numberBits-first)<<t.numberBits>>t.numberBits) * pairUnspread
	return int(key >> 16), int(key & (1<<16 - 1))
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
	var entries []uint64
	var windows, run []byte
	seen := map[string]uint64{} // runs of windows by their bytes
	for len(rows) > 0 {
		low, high := rows[0].low(), rows[0].high()
		n := 1
		for n < len(rows) && rows[n].low() == low && rows[n].high() == high {
			n++
		}
		run = run[:0]
		for i := range n {
			run = rows[i].appendWindow(run, i == n-1)
		}
		first, ok := seen[string(run)]
		if !ok {
			first = uint64(len(windows) / windowSize)
			seen[string(run)] = first
			windows = append(windows, run...)
		}
		entries = append(entries, uint64((low<<16|high)*pairSpread)<<32|first)
		rows = rows[n:]
	}
	t, err := newPairTable(codes, windows)
	if err != nil {
		return nil, err
	}
	slices.Sort(entries)
	for t.homes = max(t.leastHomes(), 2*uint64(len(entries))); !t.fill(entries); t.homes += t.homes/16 + 1 {
		if t.homes > maxHomes {
			return nil, fmt.Errorf("%d pairs do not fit into %d places", len(entries), t.homes)
		}
	}
	return []section{{"places", t.places}, {"windows", windows}}, nil
}

// fill puts entries, sorted spreads above the numbers of windows, into places, as long as each is in reach of its home.
func (t *pairTable) fill(entries []uint64) bool {
	t.places = bytes.Repeat([]byte{0xff}, 4*int(t.homes+reach-1))
	next := uint64(0)
	for _, e := range entries {
		spread := uint32(e >> 32)
		home := t.home(spread)
		if next = max(next, home); next >= home+reach {
			return false
		}
		binary.LittleEndian.PutUint32(t.places[4*next:], spread<<t.numberBits|uint32(e))
		next++
	}
	return true
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
