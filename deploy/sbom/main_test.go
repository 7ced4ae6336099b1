package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestEveryModuleOfABinaryIsInItsBill(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable() // built from this module, as any other binary of it
	if err != nil {
		t.Fatal(err)
	}
	text, err := ofFile(exe, "0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	again, err := ofFile(exe, "0.1.0")
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("the same binary gave another bill: %v", err)
	}
	var b bom
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&b); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]bool{}
	for _, c := range b.Components {
		if refs[c.Ref] || !strings.HasPrefix(c.PURL, "pkg:golang/"+c.Name+"@") || c.Version == "" {
			t.Errorf("component %+v", c)
		}
		refs[c.Ref] = true
	}
	for _, m := range info.Deps {
		if !refs["pkg:golang/"+m.Path+"@"+m.Version] {
			t.Errorf("%s %s is in the binary and not in its bill", m.Path, m.Version)
		}
	}
	if len(info.Deps) == 0 || len(b.Components) != len(info.Deps)+1 {
		t.Errorf("%d components, want %d modules and the standard library", len(b.Components), len(info.Deps))
	}
	if got := b.Dependencies[0].DependsOn; len(got) != len(b.Components) {
		t.Errorf("%d dependencies of %d", len(got), len(b.Components))
	}
	if h := b.Metadata.Component.Hashes; b.Format != "CycloneDX" || !strings.HasPrefix(b.Serial, "urn:uuid:") || len(h) != 1 || len(h[0].Content) != 64 {
		t.Errorf("bill %+v", b.Metadata)
	}
}

func TestWhatIsNoGoBinaryIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := ofFile("main.go", "0.1.0"); err == nil {
		t.Error("a source file has a bill")
	}
}
