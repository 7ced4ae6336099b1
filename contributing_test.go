package claimscrub_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fileStep = regexp.MustCompile("(?s)`(scrubber/[^`]+)`:\n\n```(?:go)?\n(.*?)```")
	diffStep = regexp.MustCompile("(?s)in `Rules\\(\\)` of `([^`]+)`:\n\n```diff\n (.*?)\n\\+(.*?)\n```")
	testStep = regexp.MustCompile("(?m)^go (test ./scrubber/rules.*)$")
)

// TestTheStepsOfContributingWork copies the module and does what CONTRIBUTING.md says, to the letter.
func TestTheStepsOfContributingWork(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the module a second time: not in short mode")
	}
	guide, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	if err := copyModule(copied); err != nil {
		t.Fatal(err)
	}
	files := fileStep.FindAllStringSubmatch(string(guide), -1)
	if len(files) != 2 {
		t.Fatalf("%d files to write, expected a rule and its cases", len(files))
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(copied, f[1]), []byte(f[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	diff := diffStep.FindStringSubmatch(string(guide))
	if diff == nil {
		t.Fatal("no step that puts the rule into its family")
	}
	family := filepath.Join(copied, diff[1])
	text, err := os.ReadFile(family)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimPrefix(diff[2], " ")
	if strings.Count(string(text), line+"\n") != 1 {
		t.Fatalf("%s does not have the line %q once", diff[1], line)
	}
	if err := os.WriteFile(family, []byte(strings.Replace(string(text), line+"\n", line+"\n"+diff[3]+"\n", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	commands := testStep.FindAllStringSubmatch(string(guide), -1)
	if len(commands) != 2 {
		t.Fatalf("%d commands, expected one that writes and one that tests", len(commands))
	}
	for _, c := range commands {
		run := exec.CommandContext(t.Context(), "go", strings.Fields(c[1])...)
		run.Dir = copied
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", c[1], err, out)
		}
	}
	for path, want := range map[string]string{
		files[1][1]:                 "-- beyond.want --\nwarn line 1 at /charges/0/units: 97110 billed with 97 units; a day holds 96",
		"scrubber/rules/ledger.txt": "FRM900",
		"docs/rules.md":             "## FRM900 units-beyond-the-day",
	} {
		if got, err := os.ReadFile(filepath.Join(copied, path)); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s does not say %q: %v", path, want, err)
		}
	}
}

// copyModule copies what go build and the tests of the rules read.
func copyModule(to string) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."), d.IsDir() && d.Name() == "claimscrub-data":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), text, 0o644)
	})
}
