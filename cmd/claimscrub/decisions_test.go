package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDecisionsNameTestsThatExist holds the pages on decisions to the code: a claim that names a test that is gone is no longer shown.
func TestDecisionsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	var tests bytes.Buffer
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		tests.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../../docs/decisions/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages %q, %v", pages, err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllSubmatch(text, -1) {
			if !bytes.Contains(tests.Bytes(), []byte("func "+string(match[1])+"(")) {
				t.Errorf("%s names %s, which is no test", page, match[1])
			}
		}
	}
}
