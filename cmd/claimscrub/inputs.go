package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
)

// inputs yields the encounters of a stream in order: the elements of a JSON array, JSON Lines, or JSON
// texts one after the other. Nothing is parsed here: what is not JSON comes out as it stands, for the
// decoder to refuse. An input is cut behind limit bytes plus one, so that memory stays bounded and the
// decoder sees that it is too large. The error is the reader's, or says that the array was cut off between
// two elements, where every input before it is whole.
func inputs(r io.Reader, limit int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s := splitter{in: bufio.NewReaderSize(r, 1<<16), limit: limit}
		first, err := s.peekLine()
		next := s.text
		head := bytes.TrimPrefix(first, []byte("\ufeff"))
		switch {
		case err != nil:
		case first[0] == '[':
			s.array = true
			_, _ = s.in.ReadByte()
		case len(head) == 0 || head[0] != '{' || head[len(head)-1] == '}':
			next = s.line
		}
		for err == nil {
			var input []byte
			input, err = next()
			if len(input) > 0 && !yield(input, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(nil, err)
		}
	}
}

// standardInput is what the command reads as -, until ctx ends: a read from a terminal or a pipe cannot be taken back, so that it
// goes on by itself and nobody waits for it.
func standardInput(ctx context.Context, in io.Reader) io.Reader {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	return r
}

// splitter finds where one input ends and the next begins.
type splitter struct {
	in    *bufio.Reader
	limit int
	array bool
	kept  []byte
}

// peekLine skips white space (and a byte order mark stays, for the decoder to refuse) and returns the
// first line as far as it is buffered, never empty.
func (s *splitter) peekLine() ([]byte, error) {
	for {
		b, err := s.in.ReadByte()
		if err != nil {
			return nil, err
		}
		if !space(b) {
			_ = s.in.UnreadByte()
			break
		}
	}
	for n := s.in.Buffered(); ; n = s.in.Buffered() + 1 { // no more than is needed, so that a pipe is not waited for
		head, err := s.in.Peek(n)
		line, _, found := bytes.Cut(head, []byte("\n"))
		if found || err != nil {
			return bytes.TrimRight(line, " \t\r"), nil
		}
	}
}

func space(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

func (s *splitter) keep(b byte) {
	if len(s.kept) <= s.limit {
		s.kept = append(s.kept, b)
	}
}

// line is one line; empty for a blank one.
func (s *splitter) line() ([]byte, error) {
	s.kept = nil
	for {
		b, err := s.in.ReadByte()
		if err != nil || b == '\n' {
			return bytes.TrimSpace(s.kept), err
		}
		s.keep(b)
	}
}

// text is one JSON text by its brackets and quotes: up to the bracket that closes it, or, outside
// brackets, up to a comma of the array or white space.
func (s *splitter) text() ([]byte, error) {
	s.kept = nil
	depth, quoted, escaped := 0, false, false
	for {
		b, err := s.in.ReadByte()
		if err == io.EOF && s.array && len(s.kept) == 0 { // else what is kept is half an input, which the decoder refuses
			return nil, errors.New("the array is cut off: expected ] at its end")
		}
		if err != nil {
			return s.kept, err
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = b == '\\', b != '"'
		case b == '"':
			quoted = true
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			if depth == 0 && s.array && b == ']' {
				s.array = false
				return s.kept, nil
			}
			depth--
			if depth <= 0 {
				s.keep(b)
				return s.kept, nil
			}
		case depth == 0 && (space(b) || s.array && b == ','):
			if len(s.kept) > 0 {
				return s.kept, nil
			}
			continue
		}
		s.keep(b)
	}
}
