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

// A letter whose capital is in the basic set is not carried for that: the dotless i, the long s, the Kelvin sign.
func TestPlainChangesNothingButTheCaseOfLettersAToZ(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"enc-1a": "ENC-1A", "  O'Neil-Diaz, Jr. ": "O'NEIL-DIAZ, JR.", "ENC-1": "ENC-1"} {
		if got, ok := plain(text); !ok || got != want {
			t.Errorf("%q became %q, %v; expected %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"Y\u0131ld\u0131z", "\u017fmith", "\u212aelly", "M\u00fcller", "W1\u00a0", "W1\n", "a_b", "a%b", "a@b", "a#b", "a\\b", "a|b", "a~b", "a*b", "a:b", "a^b"} {
		if got, ok := plain(text); ok {
			t.Errorf("%q became %q, expected a refusal", text, got)
		}
	}
}
