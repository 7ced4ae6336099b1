package refdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

const (
	// maxCode is the longest code a dictionary holds, in bytes; codes are of digits and capitals.
	maxCode    = 7
	charBits   = 6
	keyBits    = maxCode * charBits
	numberBits = 64 - keyBits
	maxCodes   = 1<<numberBits - 2
)

// A dictionary numbers codes by their order, from 0. In the file it is two sections of eight-byte numbers:
//
//	keys   the packed codes, ascending
//	index  a hash table of entries (key, and number plus one), 0 for a free place; open addressed with linear probing, a
//	       power of two at least twice the number of codes. The entry holds the whole key, so that a lookup reads one line
//	       of memory
type dictionary struct {
	keys, index []byte
	shift       int // 64 less the bits of the hash
}

// pack puts a code's bytes into a number, first byte highest, so that numbers order as codes do; 0 for what cannot
// be a code of a dictionary: empty, too long, or with a byte that is not near the digits and capitals.
func pack(code string) uint64 {
	if len(code) > maxCode {
		return 0
	}
	if len(code) == 5 { // procedure codes, at once
		a, b, c, d, e := code[0]-'/', code[1]-'/', code[2]-'/', code[3]-'/', code[4]-'/'
		if a|(a-1)|b|(b-1)|c|(c-1)|d|(d-1)|e|(e-1) >= 1<<charBits {
			return 0
		}
		return uint64(uint32(a)<<(4*charBits)|uint32(b)<<(3*charBits)|uint32(c)<<(2*charBits)|uint32(d)<<charBits|uint32(e)) << (2 * charBits)
	}
	var k uint64
	var bad byte
	for i := range len(code) {
		c := code[i] - '/' // digits are 1 to 10, capitals 18 to 43
		bad |= c | (c - 1)
		k = k<<charBits | uint64(c)
	}
	if bad >= 1<<charBits {
		return 0
	}
	return k << (charBits * (maxCode - len(code)))
}

func unpack(k uint64) string {
	b := make([]byte, 0, maxCode)
	for shift := keyBits - charBits; shift >= 0; shift -= charBits {
		c := k >> shift & (1<<charBits - 1)
		if c == 0 {
			break
		}
		b = append(b, byte(c)+'/')
	}
	return string(b)
}

// hash spreads keys by multiplication with 2^64 divided by the golden ratio.
func (d *dictionary) hash(k uint64) int { return int(k * 0x9e3779b97f4a7c15 >> d.shift) }

func (d *dictionary) len() int { return len(d.keys) / 8 }

func (d *dictionary) key(i int) uint64 { return binary.LittleEndian.Uint64(d.keys[8*i:]) }

// find is the number of a code, or -1.
func (d *dictionary) find(code string) int {
	k := pack(code)
	if k == 0 || len(d.index) == 0 {
		return -1
	}
	at := 8 * d.hash(k)
	for range len(d.index) / 8 {
		entry := binary.LittleEndian.Uint64(d.index[at:])
		if entry>>numberBits == k {
			if n := int(entry&(1<<numberBits-1)) - 1; n < d.len() {
				return n
			}
			return -1
		}
		if entry == 0 {
			return -1
		}
		at = (at + 8) & (len(d.index) - 1)
	}
	return -1
}

// below are the numbers of the codes that begin with the given one and are longer.
func (d *dictionary) below(code string) (from, to int) {
	k := pack(code)
	if k == 0 {
		return 0, 0
	}
	return d.lower(k + 1), d.lower(k + 1<<(charBits*(maxCode-len(code))))
}

// lower is the number of the first code not before k.
func (d *dictionary) lower(k uint64) int {
	from, to := 0, d.len()
	for from < to {
		if m := (from + to) / 2; d.key(m) < k {
			from = m + 1
		} else {
			to = m
		}
	}
	return from
}

// newDictionary numbers the given codes, each of which must be there once.
func newDictionary(codes []string) (dictionary, error) {
	if len(codes) > maxCodes {
		return dictionary{}, fmt.Errorf("%d codes, expected at most %d", len(codes), maxCodes)
	}
	keys := make([]uint64, len(codes))
	for i, c := range codes {
		if keys[i] = pack(c); keys[i] == 0 {
			return dictionary{}, fmt.Errorf("code %q, expected 1 to %d digits and capitals", c, maxCode)
		}
	}
	slices.Sort(keys)
	places := 2
	for places < 2*len(keys) {
		places *= 2
	}
	d := dictionary{keys: make([]byte, 0, 8*len(keys)), index: make([]byte, 8*places), shift: 64 - bits.TrailingZeros(uint(places))}
	for n, k := range keys {
		if n > 0 && keys[n-1] == k {
			return dictionary{}, fmt.Errorf("code %s is there twice", unpack(k))
		}
		d.keys = binary.LittleEndian.AppendUint64(d.keys, k)
		at := 8 * d.hash(k)
		for binary.LittleEndian.Uint64(d.index[at:]) != 0 {
			at = (at + 8) & (len(d.index) - 1)
		}
		binary.LittleEndian.PutUint64(d.index[at:], k<<numberBits|uint64(n+1))
	}
	return d, nil
}

func openDictionary(keys, index []byte) (dictionary, error) {
	places := len(index) / 8
	if len(keys)%8 != 0 || len(index)%8 != 0 || places < 2 || places&(places-1) != 0 || places < len(keys)/4 {
		return dictionary{}, fmt.Errorf("sections keys and index of %d and %d bytes do not make a dictionary", len(keys), len(index))
	}
	return dictionary{keys: keys, index: index, shift: 64 - bits.TrailingZeros(uint(places))}, nil
}

// verify checks that the codes ascend and that each is found.
func (d *dictionary) verify() error {
	for n := range d.len() {
		if n > 0 && d.key(n-1) >= d.key(n) {
			return fmt.Errorf("code %s is not after %s", unpack(d.key(n)), unpack(d.key(n-1)))
		}
		if d.find(unpack(d.key(n))) != n {
			return fmt.Errorf("code %s is not in the index", unpack(d.key(n)))
		}
	}
	if d.len() == 0 {
		return errors.New("no codes")
	}
	return nil
}
