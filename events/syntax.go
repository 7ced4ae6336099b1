package events

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// checkSyntax tells whether data is one JSON text in UTF-8 with nothing behind it. Duplicate names are
// not looked for: jsontext stops at the first, the scanner reports them all.
func checkSyntax(data []byte) *Unreadable {
	if jsontext.Value(data).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil
	}
	return syntaxError(data)
}

// syntaxError says where data stops being JSON. The text of jsontext's error is not used: it quotes the input.
func syntaxError(data []byte) *Unreadable {
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

func tooDeep(offset int) *Unreadable {
	return &Unreadable{Reason: ReasonNotJSON, Offset: int64(offset), Expected: fmt.Sprintf("at most %d nested objects and arrays", MaxDepth)}
}
