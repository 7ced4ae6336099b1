package events

import (
	"errors"
	"strconv"
	"strings"
)

// parseInteger reads a JSON number. whole tells whether it has no fraction: 1.0, 1e2 and -0 have
// none, 1.5 and 1e-2 have one. fits tells whether a whole number is an int64. The work is linear in
// len(raw) whatever the exponent says.
func parseInteger(raw string) (n int64, whole, fits bool) {
	if n, err := strconv.Atoi(raw); err == nil {
		return int64(n), true, true
	} else if errors.Is(err, strconv.ErrRange) {
		return 0, true, false
	}
	digits, exponent := raw, 0
	if i := strings.IndexAny(raw, "eE"); i >= 0 {
		digits = raw[:i]
		// An exponent that is no int becomes the largest or smallest one; this bound is beyond every mantissa.
		exponent, _ = strconv.Atoi(raw[i+1:])
		exponent = max(-1<<40, min(exponent, 1<<40))
	}
	digits, negative := strings.CutPrefix(digits, "-")
	if before, after, ok := strings.Cut(digits, "."); ok {
		exponent -= len(after)
		digits = before + after
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, true, true
	}
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	if exponent < 0 {
		return 0, false, false
	}
	if len(significant)+exponent > 19 {
		return 0, true, false
	}
	significant += strings.Repeat("0", exponent)
	if negative {
		significant = "-" + significant
	}
	n, err := strconv.ParseInt(significant, 10, 64)
	return n, true, err == nil
}
