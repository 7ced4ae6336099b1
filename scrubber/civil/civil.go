// Package civil has dates and clock times without a clock: a calendar day as claims carry it
// (YYYY-MM-DD) and a time of day as documentation carries it (HH:MM). It never asks what day it is.
package civil

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, counted from 0001-01-01 as 1.
// The zero value means "no date". Dates compare with <, > and ==, and their difference is in days.
type Date int32

// Years are counted from March, so that a leap day is the last of its year: the months' lengths then follow 153 days in five
// months, and 0000-03-01 is 305 days before the first day. Four centuries have 146097 days.
const (
	daysToFirst  = 305
	fourCentury  = 146097
	fiveMonths   = 153
	firstOfYears = time.March
)

// ErrDate is the error of ParseDate.
var ErrDate = errors.New("expected a calendar date YYYY-MM-DD")

// DateOf is the day of y-m-d; the three must form a real date, as ParseDate checks.
func DateOf(y int, m time.Month, d int) Date {
	if m < firstOfYears {
		y, m = y-1, m+12
	}
	return Date(365*y + y/4 - y/100 + y/400 + (fiveMonths*int(m-firstOfYears)+2)/5 + d - 1 - daysToFirst)
}

// DateIn is the UTC day of t, or no date for the zero time.
func DateIn(t time.Time) Date {
	if t.IsZero() {
		return 0
	}
	return DateOf(t.UTC().Date())
}

// ParseDate reads exactly YYYY-MM-DD with a year of 1 or more; anything else is ErrDate.
func ParseDate[T string | []byte](s T) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, ErrDate
	}
	century, ok1 := two(s[0], s[1])
	y, ok2 := two(s[2], s[3])
	m, ok3 := two(s[5], s[6])
	d, ok4 := two(s[8], s[9])
	y += 100 * century
	if !ok1 || !ok2 || !ok3 || !ok4 || y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, ErrDate
	}
	return DateOf(y, time.Month(m), d), nil
}

// Civil is the year, month and day of d; zeros for no date.
func (d Date) Civil() (year int, month time.Month, day int) {
	if d == 0 {
		return 0, 0, 0
	}
	days := int(d) + daysToFirst
	rest := days % fourCentury
	year = (rest - rest/1460 + rest/36524 - rest/(fourCentury-1)) / 365
	rest -= 365*year + year/4 - year/100
	month = time.Month((5*rest + 2) / fiveMonths)
	day = rest - (fiveMonths*int(month)+2)/5 + 1
	year += days / fourCentury * 400
	if month += firstOfYears; month > time.December {
		return year + 1, month - 12, day
	}
	return year, month, day
}

// IsZero tells whether d is "no date".
func (d Date) IsZero() bool { return d == 0 }

// String is YYYY-MM-DD, or the empty string for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	y, m, day := d.Civil()
	if y > 9999 {
		return fmt.Sprintf("%d-%02d-%02d", y, m, day)
	}
	b := [...]byte{0, 0, 0, 0, '-', 0, 0, '-', 0, 0}
	b[0], b[1] = digits(y / 100)
	b[2], b[3] = digits(y % 100)
	b[5], b[6] = digits(int(m))
	b[8], b[9] = digits(day)
	return string(b[:])
}

// AddYears is the same day n years on; 29 February becomes 1 March where there is none.
func (d Date) AddYears(n int) Date {
	y, m, day := d.Civil()
	return DateOf(y+n, m, day)
}

// Clock is a time of day in minutes after midnight, 0..1440 (24:00 only as the end of an interval).
type Clock int16

// ErrClock is the error of ParseClock.
var ErrClock = errors.New("expected a time of day HH:MM between 00:00 and 24:00")

// ParseClock reads exactly HH:MM, 00:00 to 24:00; anything else is ErrClock.
func ParseClock[T string | []byte](s T) (Clock, error) {
	if len(s) != 5 || s[2] != ':' {
		return 0, ErrClock
	}
	h, ok1 := two(s[0], s[1])
	m, ok2 := two(s[3], s[4])
	if !ok1 || !ok2 || m > 59 || h*60+m > 24*60 {
		return 0, ErrClock
	}
	return Clock(h*60 + m), nil
}

// String is HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// digits are the two digits of a number below 100.
func digits(n int) (tens, ones byte) { return byte('0' + n/10), byte('0' + n%10) }

// two is the number of two digits.
func two(a, b byte) (n int, ok bool) {
	a, b = a-'0', b-'0'
	return 10*int(a) + int(b), a <= 9 && b <= 9
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
