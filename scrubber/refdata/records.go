package refdata

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// records collects the rows of a table that has one for each code.
type records struct {
	size   int // of a value, in bytes
	codes  []string
	values []byte
	texts  []string
	places []place
	words  map[string]uint16
}

func newRecords(t Table) records { return records{size: valueSize[t], words: map[string]uint16{}} }

// add takes a row.
func (r *records) add(code string, value []byte, text string, at place) (rowKind, error) {
	r.codes = append(r.codes, code)
	r.values = append(r.values, value...)
	r.texts = append(r.texts, text)
	r.places = append(r.places, at)
	return rowKept, nil
}

// word numbers a text that many rows share.
func (r *records) word(text string) (uint16, error) {
	n, ok := r.words[text]
	if !ok {
		if len(r.words) == maxRationales {
			return 0, fmt.Errorf("more than %d rationales: the last column holds something else", maxRationales)
		}
		n = uint16(len(r.words))
		r.words[text] = n
	}
	return n, nil
}

// rationales are the texts by number. A text that is the beginning of another one was cut.
func rationales(numbers map[string]uint16) ([]string, error) {
	words := make([]string, len(numbers))
	for w, n := range numbers {
		words[n] = w
		for longer := range numbers {
			if longer != w && strings.HasPrefix(longer, w) {
				return nil, fmt.Errorf("rationale %q is %q cut short", w, longer)
			}
		}
	}
	return words, nil
}

// cover demands that every row be of a declared code, and gives each declared code without a row a value of zeros.
func (r *records) cover(coverage []string) error {
	if coverage == nil {
		return nil
	}
	missing := map[string]bool{}
	for _, code := range coverage {
		missing[code] = true
	}
	for _, code := range r.codes {
		if _, ok := missing[code]; !ok {
			return fmt.Errorf("code %s is not in the declared coverage", code)
		}
		missing[code] = false
	}
	for _, code := range coverage {
		if missing[code] {
			missing[code] = false
			r.codes, r.texts = append(r.codes, code), append(r.texts, "")
			r.values = append(r.values, make([]byte, r.size)...)
		}
	}
	return nil
}

// build makes the sections keys, index and values, and with texts also offsets and text.
func (r *records) build(s *Summary, texts bool) ([]section, error) {
	d, err := newDictionary(r.codes)
	if err != nil {
		return nil, r.explain(s, err)
	}
	n := d.len()
	order := make([]int, n) // the row of each code
	values := make([]byte, len(r.values))
	for row, code := range r.codes {
		i := d.find(pack(code))
		order[i] = row
		copy(values[i*r.size:], r.values[row*r.size:(row+1)*r.size])
	}
	sections := append(d.sections(), section{"values", values})
	if texts {
		var text []byte
		offsets := make([]byte, 0, 4*(n+1))
		for _, row := range order {
			offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(text)))
			text = append(text, r.texts[row]...)
		}
		if len(text) > math.MaxInt32 {
			return nil, fmt.Errorf("texts of %d bytes", len(text))
		}
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(text)))
		sections = append(sections, section{"offsets", offsets}, section{"text", text})
	}
	return sections, nil
}

// explain says on which rows a code stands that is there twice.
func (r *records) explain(s *Summary, err error) error {
	first := map[string]int{}
	for row, code := range r.codes {
		if before, ok := first[code]; ok && row < len(r.places) {
			return fmt.Errorf("%w: %s and %s", err, s.where(r.places[before]), s.where(r.places[row]))
		}
		first[code] = row
	}
	return err
}
