package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestInputsOfAStream(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"white space alone", " \n\t\n", nil},
		{"one document", "{\n \"a\": {\"b\": [1, 2]}\n}\n", []string{"{\n \"a\": {\"b\": [1, 2]}\n}"}},
		{"documents one after the other", "{\n\"a\":1}\n{\n\"a\":2}", []string{"{\n\"a\":1}", "{\n\"a\":2}"}},
		{"an array", "[{\"a\":1}, {\"a\":\"]},\\\"\"}\n,{}]\n", []string{`{"a":1}`, `{"a":"]},\""}`, "{}"}},
		{"an empty array", "[]", nil},
		{"scalars in an array", "[1, null,\"x\"]", []string{"1", "null", `"x"`}},
		{"JSON Lines", "{\"a\":1}\r\n\n{\"a\":2}\n", []string{`{"a":1}`, `{"a":2}`}},
		{"a broken line does not take its neighbour along", "{\"a\":1}\n{\"a\":[\n{\"a\":3}\n", []string{`{"a":1}`, `{"a":[`, `{"a":3}`}},
		{"not JSON", "hello\nworld\n", []string{"hello", "world"}},
		{"half a document", "{\n\"a\":", []string{"{\n\"a\":"}},
		{"a long one is cut behind the limit", "{\"a\":\"" + strings.Repeat("x", 100) + "\"}\n{\"b\":1}\n", []string{"{\"a\":\"" + strings.Repeat("x", 59), `{"b":1}`}},
		{"text behind an array", "[{}]{\"a\":1}", []string{"{}", `{"a":1}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for input, err := range inputs(iotest.OneByteReader(strings.NewReader(tc.text)), 64) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(input))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestInputsReportTheReadersError(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader("{\"a\":1}\n{"), iotest.ErrReader(io.ErrClosedPipe))
	var last error
	for _, err := range inputs(broken, 64) {
		last = err
	}
	if last != io.ErrClosedPipe {
		t.Errorf("got %v, want %v", last, io.ErrClosedPipe)
	}
}

func TestAnArrayCutOffBetweenTwoElementsIsAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"[", "[{}", "[{},", "[{}, {}\n", "[1 "} {
		var last error
		for _, err := range inputs(strings.NewReader(text), 64) {
			last = err
		}
		if last == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestTheFirstInputOfAPipeIsNotHeldForTheSecond(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{\"a\":1}\n", "{\n\"a\":1\n}\n"} {
		r, w := io.Pipe()
		first := make(chan string)
		go func() {
			for input := range inputs(r, 64) {
				first <- string(input)
			}
			close(first)
		}()
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-first:
			if got != strings.TrimSpace(text) {
				t.Errorf("got %q, want %q", got, text)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%q is held back until more is sent", text)
		}
		w.Close()
		for range first {
		}
	}
}
