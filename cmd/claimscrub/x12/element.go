package x12

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The delimiters of every interchange. None of them is a character that data may hold.
const (
	elementSeparator    = '*'
	repetitionSeparator = '^'
	componentSeparator  = ':'
	segmentTerminator   = '~'
)

// allowed says in errors which characters data may hold: the X12 basic set without the delimiters.
const allowed = `letters A-Z without accents, digits, spaces and ! " & ' ( ) + , - . / ; ? =`

// plain is text as X12 carries it: upper case, without outer spaces, which X12 drops. It is not ok when a character is
// outside the basic character set or is a delimiter: nothing but the case of a to z is changed.
func plain(text string) (upper string, ok bool) {
	text = strings.Trim(text, " ")
	for _, r := range text {
		if !basic(r) {
			return "", false
		}
	}
	return strings.ToUpper(text), true
}

// basic tells whether X12 carries the character, a small letter as its capital.
func basic(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r < 0x80 && strings.IndexByte(` !"&'()+,-./;?=`, byte(r)) >= 0
}

// money is an amount in dollars, as X12 writes a decimal: 98, 98.5, 0.05. Cents is not negative.
func money(cents int64) string {
	dollars := strconv.FormatInt(cents/100, 10)
	if cents%100 == 0 {
		return dollars
	}
	return dollars + strings.TrimRight(fmt.Sprintf(".%02d", cents%100), "0")
}

// composite is an element of components; empty ones at the end are left away.
func composite(components ...string) string {
	return strings.TrimRight(strings.Join(components, string(componentSeparator)), string(componentSeparator))
}

// draft is the segments of one claim as far as they are written, and what keeps it from being sent. A
// value goes into a segment only through one of its methods, which check it.
type draft struct {
	segments []string // without terminator
	lacks    []string // reasons; they hold no value of the patient's
}

func (d *draft) lack(format string, args ...any) {
	d.lacks = append(d.lacks, fmt.Sprintf(format, args...))
}

// add appends a segment; empty elements at its end are left away.
func (d *draft) add(elements ...string) {
	d.segments = append(d.segments, strings.TrimRight(strings.Join(elements, string(elementSeparator)), string(elementSeparator)))
}

// text is a value of least to most characters that must be there; what names it.
func (d *draft) text(what, value string, least, most int) string {
	out, ok := plain(value)
	switch {
	case !ok:
		d.lack("%s holds a character that X12 does not carry: expected %s", what, allowed)
	case out == "":
		d.lack("%s is not there", what)
	case len(out) < least || len(out) > most:
		d.lack("%s has %d characters: expected %s", what, len(out), between(least, most))
	}
	return out
}

// optional is a value of at most so many characters, or none.
func (d *draft) optional(what, value string, most int) string {
	if strings.Trim(value, " ") == "" {
		return ""
	}
	return d.text(what, value, 1, most)
}

// letters is a value of least to most letters and digits.
func (d *draft) letters(what, value string, least, most int) string {
	out := d.text(what, value, least, most)
	if !alphanumeric(out) {
		d.lack("%s: expected letters and digits alone", what)
	}
	return out
}

// digits is a value of exactly n digits.
func (d *draft) digits(what, value string, n int) string {
	if !number(value, n) {
		d.lack("%s: expected %d digits", what, n)
	}
	return value
}

// date is a day as X12 writes it, CCYYMMDD.
func (d *draft) date(what, day string) string {
	if day == "" {
		d.lack("%s is not there", what)
		return ""
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		d.lack("%s is no calendar date: expected YYYY-MM-DD", what)
		return ""
	}
	return t.Format("20060102")
}

// maxCents is the largest amount a professional claim carries: ten digits, cents included.
const maxCents = 99_999_999_99

// money is an amount that is not negative.
func (d *draft) money(what string, cents int64) string {
	if cents < 0 || cents > maxCents {
		d.lack("%s is %d cents: expected 0 to %d", what, cents, int64(maxCents))
		return ""
	}
	return money(cents)
}

func between(least, most int) string {
	if least == most {
		return strconv.Itoa(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func alphanumeric(v string) bool {
	for i := range len(v) {
		if !(v[i] >= '0' && v[i] <= '9' || v[i] >= 'A' && v[i] <= 'Z') {
			return false
		}
	}
	return true
}

// number tells whether v is exactly n digits.
func number(v string, n int) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return len(v) == n
}
