package refdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

const (
	// maxCode is the longest code a dictionary holds, in bytes; codes are of digits and capitals.
	maxCode  = keyBits / charBits
	charBits = 6
	maxCodes = maxNumber + 1
)

// A dictionary numbers codes by their order, from 0. In the file it is two sections: keys, the packed codes ascending, eight bytes
// each, and index, which finds a packed code's number.
type dictionary struct {
	keys  []byte
	index index
}

// pack puts a code's bytes into a number, first byte highest, so that numbers order as codes do; 0 for what cannot
// be a code of a dictionary: empty, too long, or with a byte that is not near the digits and capitals.
func pack(code string) uint64 {
	if len(code) > maxCode {
		return 0
	}
	if len(code) == 5 { // procedure codes, four bytes at once
		v := uint32(code[0])<<24 | uint32(code[1])<<16 | uint32(code[2])<<8 | uint32(code[3])
		last := uint32(code[4])
		// A byte's highest bit is set in the difference when it is below '0', in the sum when it is 64 or more above '/'.
		if ((v-0x30303030)|(v+0x11111111)|v)&0x80808080 != 0 || last-'0' >= 1<<charBits-1 {
			return 0
		}
		v -= 0x2f2f2f2f
		v -= v >> 8 & 0x00ff00ff * (1<<8 - 1<<charBits) // two bytes in each half move together
		v -= v >> 16 * (1<<16 - 1<<(2*charBits))        // and the halves
		return uint64(v<<charBits+last-'/') << (2 * charBits)
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

func (d *dictionary) len() int { return len(d.keys) / 8 }

func (d *dictionary) key(i int) uint64 { return binary.LittleEndian.Uint64(d.keys[8*i:]) }

// find is the number of a packed code, or -1.
func (d *dictionary) find(packed uint64) int {
	if n := d.index.find(packed); n < uint64(d.len()) {
		return int(n)
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
	d := dictionary{keys: make([]byte, 0, 8*len(keys))}
	entries := make([]uint64, len(keys))
	for n, k := range keys {
		if n > 0 && keys[n-1] == k {
			return dictionary{}, fmt.Errorf("code %s is there twice", unpack(k))
		}
		d.keys = binary.LittleEndian.AppendUint64(d.keys, k)
		entries[n] = indexEntry(k, uint64(n))
	}
	var err error
	d.index, err = openIndex(buildIndex(entries, 3*len(keys)+1))
	return d, err
}

// sections are the dictionary as the file has it.
func (d *dictionary) sections() []section {
	return []section{{"keys", d.keys}, {"index", d.index.section}}
}

func openDictionary(keys, index []byte) (d dictionary, err error) {
	if len(keys)%8 != 0 || len(keys)/8 > maxCodes {
		return d, fmt.Errorf("section keys of %d bytes, expected at most %d codes of 8", len(keys), maxCodes)
	}
	d.keys = keys
	if d.index, err = openIndex(index); err != nil {
		return d, fmt.Errorf("section index: %w", err)
	}
	return d, nil
}

// verify checks that the codes ascend and that each is found.
func (d *dictionary) verify() error {
	for n := range d.len() {
		if n > 0 && d.key(n-1) >= d.key(n) {
			return fmt.Errorf("code %s is not after %s", unpack(d.key(n)), unpack(d.key(n-1)))
		}
		if d.find(d.key(n)) != n {
			return fmt.Errorf("code %s is not in the index", unpack(d.key(n)))
		}
	}
	for key, n := range d.index.all() {
		if n >= uint64(d.len()) || d.key(int(n)) != key {
			return fmt.Errorf("entry %d of the index is of no code", n)
		}
	}
	if d.len() == 0 {
		return errors.New("no codes")
	}
	return nil
}
