package refdata

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
	"slices"
)

// An index numbers keys: a hash table of eight-byte places, made so that one line of memory mostly answers, whether the key
// is there or not. In the file it is one section of little-endian numbers: how many homes there are, then the places.
//
// The key times an odd number is its spread, in which no two keys agree, and its home is where its spread lies on the
// way from 0 to the largest. Entries (spread, and number in the low bits) stand in ascending order, each at its home or, where
// that is taken, after the entries before it. So a search goes on from the key's home until an entry is not smaller. All bits
// of a free place are set, which ends a search too, and the last place is free.
type index struct {
	section []byte
	homes   uint64
}

const (
	numberBits = 22
	keyBits    = 64 - numberBits
	maxNumber  = 1<<numberBits - 2
	free       = 1<<64 - 1

	// 2^64 divided by the golden ratio spreads neighbours evenly; golden times unspread is 1 in 64 bits.
	golden   = 0x9e3779b97f4a7c15
	unspread = 0xf1de83e19937733d
	spread   = golden << numberBits & (1<<64 - 1)
)

// find is the number of a key; when it is not there, one above maxNumber. Its caller compares it with how many
// there are, and so need not trust the file either.
func (x *index) find(key uint64) uint64 {
	sought := key * spread
	home, _ := bits.Mul64(sought, x.homes)
	for at := 8 + 8*home; ; at += 8 {
		if entry := binary.LittleEndian.Uint64(x.section[at : at+8]); entry >= sought {
			return entry - sought
		}
	}
}

// all are the keys and numbers of the entries.
func (x *index) all() iter.Seq2[uint64, uint64] {
	return func(yield func(key, number uint64) bool) {
		for at := 8; at < len(x.section); at += 8 {
			entry := binary.LittleEndian.Uint64(x.section[at:])
			if entry != free && !yield(entry>>numberBits*unspread&(1<<keyBits-1), entry&(1<<numberBits-1)) {
				return
			}
		}
	}
}

// indexEntry is that of a key, of keyBits, and its number, up to maxNumber.
func indexEntry(key, number uint64) uint64 { return key*spread | number }

// buildIndex makes the section of an index of that many homes; no two entries are of one key.
func buildIndex(entries []uint64, homes int) []byte {
	slices.Sort(entries)
	places := make([]uint64, 0, homes+1)
	for _, entry := range entries {
		home, _ := bits.Mul64(entry>>numberBits<<numberBits, uint64(homes))
		for len(places) < int(home) {
			places = append(places, free)
		}
		places = append(places, entry)
	}
	for len(places) < homes {
		places = append(places, free)
	}
	places = append(places, free)
	section := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+8*len(places)), uint64(homes))
	for _, place := range places {
		section = binary.LittleEndian.AppendUint64(section, place)
	}
	return section
}

// openIndex checks that every search ends within the section.
func openIndex(section []byte) (x index, err error) {
	n := len(section)
	if n < 24 || n%8 != 0 || binary.LittleEndian.Uint64(section[n-8:]) != free {
		return x, fmt.Errorf("%d bytes do not make an index", n)
	}
	x = index{section: section, homes: binary.LittleEndian.Uint64(section)}
	if x.homes == 0 || x.homes >= uint64(n/8-1) {
		return x, fmt.Errorf("%d homes in an index of %d bytes", x.homes, n)
	}
	return x, nil
}
