package events

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// isJSONText tells whether text is one JSON text in UTF-8 with nothing behind it, by the library. Duplicate
// names are not looked for: jsontext stops at the first, the scanner reports them all.
func isJSONText(text string) bool {
	return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true))
}

// syntaxError says where text stops being JSON. The message of jsontext's error is not used: it quotes the input.
func syntaxError(text string) *Unreadable {
	data := []byte(text)
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	unreadable := &Unreadable{Reason: ReasonNotJSON, Expected: "JSON"}
	_, err := dec.ReadValue()
	unreadable.Offset = dec.InputOffset()
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		unreadable.Expected, unreadable.Got = "one JSON object", "more text after it"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		unreadable.Offset, unreadable.Got = int64(len(data)), "the end of the input"
	case errors.As(err, &syntax):
		unreadable.Offset = syntax.ByteOffset
		switch {
		case bytes.HasPrefix(data, []byte("\ufeff")):
			unreadable.Expected = "JSON without a byte order mark"
		case strings.Contains(syntax.Err.Error(), "UTF-8"):
			unreadable.Expected = "UTF-8"
		case strings.Contains(syntax.Err.Error(), "surrogate"):
			unreadable.Expected = "a pair of surrogate escapes"
		}
	}
	return unreadable
}

// isNumber tells whether raw is a number of JSON (RFC 8259 section 6).
func isNumber(raw string) bool {
	raw = strings.TrimPrefix(raw, "-")
	whole := leadingDigits(raw)
	if whole == 0 || whole > 1 && raw[0] == '0' {
		return false
	}
	raw = raw[whole:]
	if strings.HasPrefix(raw, ".") {
		fraction := leadingDigits(raw[1:])
		if fraction == 0 {
			return false
		}
		raw = raw[1+fraction:]
	}
	if raw == "" || raw[0] != 'e' && raw[0] != 'E' {
		return raw == ""
	}
	exponent := raw[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	return exponent != "" && digits(exponent)
}

// leadingDigits counts the digits that v begins with.
func leadingDigits(v string) (n int) {
	for n < len(v) && '0' <= v[n] && v[n] <= '9' {
		n++
	}
	return n
}

func tooDeep(offset int) *Unreadable {
	return &Unreadable{Reason: ReasonNotJSON, Offset: int64(offset), Expected: fmt.Sprintf("at most %d nested objects and arrays", MaxDepth)}
}

// plain counts the bytes at the start of v that stand in a JSON string for themselves: ASCII without control
// characters, quotes and backslashes. It looks at 8 bytes at once: where a byte is below n, subtracting n sets its
// high bit, and a byte of v^x is 0 where that of v is x.
func plain(v string) (n int) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(v); n += 8 {
		w := binary.LittleEndian.Uint64([]byte(v[n : n+8]))
		special := (w | (w - ones*' ') | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones)) & high
		if special != 0 { // the lowest is exact; a subtraction may borrow from bytes above it
			return n + bits.TrailingZeros64(special)/8
		}
	}
	for ; n < len(v); n++ {
		if c := v[n]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			break
		}
	}
	return n
}
