package events

import (
	"strconv"
	"strings"
)

// calendarDate tells whether v is a day YYYY-MM-DD of the years 1900 to 2199.
func calendarDate(v string) bool {
	if len(v) != 10 || v[4] != '-' || v[7] != '-' || !digits(v[:4]) || !digits(v[5:7]) || !digits(v[8:]) {
		return false
	}
	year, month, day := twoAt(v, 0)*100+twoAt(v, 2), twoAt(v, 5), twoAt(v, 8)
	if year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 {
		return false
	}
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return day <= 29
		}
		return day <= 28
	case 4, 6, 9, 11:
		return day <= 30
	}
	return day <= 31
}

// clockTime tells whether v is a time of day HH:MM, 00:00 to 24:00.
func clockTime(v string) bool {
	if len(v) != 5 || v[2] != ':' || !digits(v[:2]) || !digits(v[3:]) {
		return false
	}
	return twoAt(v, 0) < 24 && twoAt(v, 3) < 60 || v == "24:00"
}

func twoDigits(v string) bool { return len(v) == 2 && digits(v) }

func twoCapitals(v string) bool {
	return len(v) == 2 && 'A' <= v[0] && v[0] <= 'Z' && 'A' <= v[1] && v[1] <= 'Z'
}

func digits(v string) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return true
}

// twoAt is the number of the two digits of v from i on.
func twoAt(v string, i int) int { return int(v[i]-'0')*10 + int(v[i+1]-'0') }

// cutPointer ends a JSON pointer above the first token that is value.
func cutPointer(pointer, value string) string {
	if value == "" {
		return pointer
	}
	for end := 0; end < len(pointer); {
		next := strings.IndexByte(pointer[end+1:], '/')
		if next < 0 {
			next = len(pointer)
		} else {
			next += end + 1
		}
		if strings.EqualFold(pointer[end+1:next], value) {
			return pointer[:end]
		}
		end = next
	}
	return pointer
}

func atMostBytes(n int) string { return "at most " + inBytes(n) }
func inBytes(n int) string     { return strconv.Itoa(n) + " bytes" }
