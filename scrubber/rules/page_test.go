package rules_test

import (
	"os"
	"strings"
	"testing"

	"claimscrub/scrubber/rules"
)

func TestDocumentsSayWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("written when the cases are")
	}
	documents(t)
}

// documents holds the catalogue and the README's table to the rules, or writes them.
func documents(t *testing.T) {
	t.Helper()
	pages, err := rules.Pages(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "../../docs/rules.md", pages)
	const path, begin, end = "../../README.md", "<!-- rules: go test ./scrubber/rules -update -->\n", "<!-- /rules -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %q ... %q", path, begin, end)
	}
	same(t, path, before+begin+rules.Families()+end+after)
}

// same compares a document with what it is generated from, and names the command that brings it up to date.
func same(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the rules say: run go test ./scrubber/rules -update", path)
	}
}
