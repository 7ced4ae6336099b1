package faults

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/faults.md")

const (
	page       = "../../docs/faults.md"
	tableBegin = "<!-- table: written by the test, see the command above -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// table is the tally in Markdown.
func table(rows []tally) string {
	var b strings.Builder
	b.WriteString("| fault | sent | ready | rejected | dead letters | delivered again | second publishes dropped | seen twice by a consumer | double outcomes | lost |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	var sum tally
	line := func(r tally) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", r.Fault, r.Sent, r.Ready, r.Rejected, r.Dead, r.Redelivered, r.Dropped, r.Repeat, r.Doubled, r.Lost)
	}
	for _, r := range rows {
		line(r)
		sum.Sent += r.Sent
		sum.Ready += r.Ready
		sum.Rejected += r.Rejected
		sum.Dead += r.Dead
		sum.Redelivered += r.Redelivered
		sum.Dropped += r.Dropped
		sum.Repeat += r.Repeat
		sum.Doubled += r.Doubled
		sum.Lost += r.Lost
	}
	sum.Fault = "all"
	line(sum)
	return b.String()
}

func report(t *testing.T, rows []tally) {
	text := table(rows)
	t.Logf("\n%s", text)
	if !*update || t.Failed() {
		return
	}
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(old), tableBegin)
	_, tail, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s: the marks of the table are not there", page)
	}
	if err := os.WriteFile(page, []byte(head+tableBegin+text+tableEnd+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The page lists every fault there is a test for, over enough encounters, and none lost or doubled.
func TestThePageListsEveryFault(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults() {
		if !strings.Contains(string(text), "| "+f.name+" | ") {
			t.Errorf("%s lacks %q: run the tests with -update", page, f.name)
		}
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) == 10 && !strings.HasPrefix(line, "| fault") && (cells[8] != "0" || cells[9] != "0 |") {
			t.Errorf("%s: not zero lost and zero doubled: %s", page, line)
		}
	}
}
