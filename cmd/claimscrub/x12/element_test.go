package x12

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// decimal is how X12 writes a decimal: no needless zeros, no point at the end.
var decimal = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]?[1-9])?$`)

func TestMoneyComesBackToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, maxCents).Draw(t, "cents")
		text := money(cents)
		whole, part, _ := strings.Cut(text, ".")
		back, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
		if err != nil || back != cents || !decimal.MatchString(text) || len(strings.ReplaceAll(text, ".", "")) > 10 {
			t.Fatalf("%d cents is written %q, read back %d", cents, text, back)
		}
	})
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for cents, want := range map[int64]string{0: "0", 5: "0.05", 50: "0.5", 99: "0.99", 100: "1", 4005: "40.05", 4010: "40.1", 100000: "1000", maxCents: "99999999.99"} {
		if got := money(cents); got != want {
			t.Errorf("%d cents is %q, expected %q", cents, got, want)
		}
	}
}

func TestPlainHoldsNoDelimiter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		out, ok := plain(text)
		if strings.ContainsAny(out, "*~:^\n\r\t") || !ok && out != "" || ok && len(out) > 0 && (out[0] == ' ' || out[len(out)-1] == ' ') {
			t.Fatalf("%q became %q", text, out)
		}
	})
}
