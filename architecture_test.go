package claimscrub_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// law is who may enter which room. A folder takes the line of its longest prefix; one without a line breaks the law.
var law = []struct {
	folder string
	ours   []string // prefixes of our own packages it may import
	never  []string // prefixes of other packages it may not import, beside those that nobody may
	pure   bool     // no clock, no goroutine, no mutable package variable
}{
	{folder: ".", ours: []string{"cmd", "events", "handlers", "scrubber", "deploy"}}, // tests of the whole
	{folder: "events", pure: true},
	{folder: "scrubber", ours: []string{"scrubber"}, never: outside, pure: true},
	{folder: "scrubber/civil", never: outside, pure: true},
	{folder: "scrubber/units", ours: []string{"scrubber/civil"}, never: outside, pure: true},
	{folder: "scrubber/anatomy", never: outside, pure: true},
	{folder: "scrubber/refdata", ours: []string{"scrubber/civil"}, never: outside, pure: true},
	{folder: "scrubber/payer", ours: []string{"scrubber"}, never: outside, pure: true},
	{folder: "scrubber/cases", ours: []string{"scrubber"}, never: outside, pure: true},
	{folder: "scrubber/rules", ours: []string{"scrubber"}, never: outside, pure: true},
	{folder: "scrubber/scrubtest", ours: []string{"scrubber", "deploy"}},
	{folder: "handlers", ours: []string{"handlers", "scrubber", "events"}},
	{folder: "handlers/jetstream", ours: []string{"handlers", "events"}},
	{folder: "cmd/claimscrub", ours: []string{"cmd/claimscrub/x12", "events", "handlers", "scrubber", "deploy"}},
	{folder: "cmd/claimscrub/x12", ours: []string{"events"}, never: outside, pure: true},       // claims in, bytes out
	{folder: "deploy", ours: []string{"scrubber/civil", "scrubber/payer", "scrubber/refdata"}}, // compiles what it ships
	{folder: "deploy/setup"}, // runs claimscrub, and imports nothing of it
	{folder: "deploy/faults", ours: []string{"events", "handlers/jetstream"}},
	{folder: "docs"},
}

// outside is what the core may not touch: files, network, logs, the broker, metrics.
var outside = []string{"os", "net", "log", "io/ioutil", "os/exec", "syscall", "sync", "github.com/nats-io", "github.com/ThreeDotsLabs", "github.com/prometheus"}

// payers are names that only profiles may spell.
var payers = []string{"Aetna", "Cigna", "Humana", "Anthem", "UnitedHealth", "UHC", "Optum", "BlueCross"}

// breaches is every place in the tree that breaks the law.
func breaches(tree fs.FS) (out []string, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := path.Base(name); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "claimscrub-data") {
				return fs.SkipDir
			}
			if slices.Contains([]string{"util", "utils", "common", "types", "models", "helpers"}, path.Base(name)) {
				out = append(out, name+": a folder name that says nothing")
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		found, err := file(tree, name)
		out = append(out, found...)
		return err
	})
	return out, err
}

func file(tree fs.FS, name string) (out []string, err error) {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(n ast.Node, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s:%d: ", name, files.Position(n.Pos()).Line)+fmt.Sprintf(format, args...))
	}
	room := -1
	for i, l := range law {
		dir := path.Dir(name)
		if (dir == l.folder || strings.HasPrefix(dir, l.folder+"/")) && (room < 0 || len(l.folder) > len(law[room].folder)) {
			room = i
		}
	}
	if room < 0 {
		return []string{name + ": the folder has no line in the law"}, nil
	}
	test := strings.HasSuffix(name, "_test.go")
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if why := forbidden(room, name, imported, test); why != "" {
			at(spec, "imports %s: %s", imported, why)
		}
	}
	if test {
		return out, nil
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
			at(f, "func init: import order becomes behaviour")
		}
	}
	if strings.HasPrefix(name, "scrubber/") || strings.HasPrefix(name, "handlers/") {
		for _, payer := range payers {
			if i := strings.Index(string(text), payer); i >= 0 {
				out = append(out, fmt.Sprintf("%s:%d: the payer's name %s in Go code: payer policy is data", name, 1+strings.Count(string(text[:i]), "\n"), payer))
			}
		}
	}
	if law[room].pure {
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				at(n, "a goroutine in the core")
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker", "Tick"}, n.Sel.Name) {
					at(n, "time.%s: the core has no clock", n.Sel.Name)
				}
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if x, ok := left.(*ast.Ident); ok && n.Tok == token.ASSIGN && packageVariable(parsed, x.Name) && !declaredWithin(parsed, x) {
						at(n, "assigns the package variable %s", x.Name)
					}
				}
			}
			return true
		})
	}
	return out, nil
}

func forbidden(room int, name, imported string, test bool) string {
	l := law[room]
	if own, ok := strings.CutPrefix(imported, "claimscrub/"); ok {
		if own == path.Dir(name) || test && own == "scrubber/scrubtest" || test && (own == "deploy" || own == "events") {
			return ""
		}
		if own == "events" && l.folder == "scrubber" && path.Base(name) == "normalize.go" {
			return ""
		}
		if strings.HasPrefix(own, "scrubber/rules/") && strings.HasPrefix(name, "scrubber/rules/") && path.Dir(name) != "scrubber/rules" && !test {
			return "one rule family never imports another"
		}
		if l.folder == "scrubber/rules" && own == "scrubber/payer" && !test {
			return "a rule does not know payers"
		}
		if l.folder == "handlers" && strings.HasPrefix(own, "scrubber/rules") && !test {
			return "the worker is given an engine"
		}
		if strings.HasPrefix(own, "scrubber/rules") && l.folder == "scrubber" && !test {
			return "the core does not know its rules"
		}
		if test && l.folder == "scrubber" && strings.HasPrefix(own, "scrubber") {
			return ""
		}
		for _, allowed := range l.ours {
			if own == allowed || strings.HasPrefix(own, allowed+"/") {
				return ""
			}
		}
		return fmt.Sprintf("%s may not enter %s", l.folder, own)
	}
	if strings.HasPrefix(imported, "github.com/nats-io/") && l.folder != "handlers/jetstream" && !test {
		return "only handlers/jetstream knows the broker"
	}
	if l.folder == "handlers" && slices.Contains([]string{"flag", "os"}, imported) && !test {
		return "configuration has one door"
	}
	for _, prefix := range l.never {
		if !test && (imported == prefix || strings.HasPrefix(imported, prefix+"/")) {
			return "the core is pure"
		}
	}
	return ""
}

func packageVariable(f *ast.File, name string) bool {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, s := range g.Specs {
				for _, id := range s.(*ast.ValueSpec).Names {
					if id.Name == name {
						return true
					}
				}
			}
		}
	}
	return false
}

// declaredWithin tells whether the name is also declared inside the function that holds the identifier.
func declaredWithin(f *ast.File, use *ast.Ident) (found bool) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || use.Pos() < fn.Pos() || use.Pos() > fn.End() {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if x, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE && x.Name == use.Name {
						found = true
					}
				}
			case *ast.Field:
				for _, x := range n.Names {
					found = found || x.Name == use.Name
				}
			case *ast.ValueSpec:
				for _, x := range n.Names {
					found = found || x.Name == use.Name
				}
			}
			return true
		})
	}
	return found
}

func TestNobodyEntersARoomWithoutRight(t *testing.T) {
	t.Parallel()
	found, err := breaches(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, breach := range found {
		t.Error(breach)
	}
}

func TestTheLawNamesAPlantedBreach(t *testing.T) {
	t.Parallel()
	for _, planted := range []struct{ name, text, want string }{
		{"events/e.go", "package events\nimport \"claimscrub/scrubber\"", "events/e.go:2: imports claimscrub/scrubber: events may not enter scrubber"},
		{"scrubber/case.go", "package scrubber\nimport \"claimscrub/events\"", "scrubber/case.go:2: imports claimscrub/events: scrubber may not enter events"},
		{"scrubber/rules/timed/a.go", "package timed\nimport \"os\"", "scrubber/rules/timed/a.go:2: imports os: the core is pure"},
		{"scrubber/rules/timed/a.go", "package timed\nimport \"net/http\"", "scrubber/rules/timed/a.go:2: imports net/http: the core is pure"},
		{"scrubber/rules/timed/a.go", "package timed\nimport \"claimscrub/scrubber/rules/form\"", "scrubber/rules/timed/a.go:2: imports claimscrub/scrubber/rules/form: one rule family never imports another"},
		{"scrubber/rules/timed/a.go", "package timed\nimport \"claimscrub/scrubber/payer\"", "scrubber/rules/timed/a.go:2: imports claimscrub/scrubber/payer: a rule does not know payers"},
		{"scrubber/engine.go", "package scrubber\nimport \"time\"\nvar x = time.Now()", "scrubber/engine.go:3: time.Now: the core has no clock"},
		{"scrubber/engine.go", "package scrubber\nfunc f() { go f() }", "scrubber/engine.go:2: a goroutine in the core"},
		{"scrubber/engine.go", "package scrubber\nvar n int\nfunc f() { n = 1 }", "scrubber/engine.go:3: assigns the package variable n"},
		{"scrubber/refdata/a.go", "package refdata\nimport \"claimscrub/scrubber/rules\"", "scrubber/refdata/a.go:2: imports claimscrub/scrubber/rules: scrubber/refdata may not enter scrubber/rules"},
		{"handlers/a.go", "package handlers\nimport \"claimscrub/scrubber/rules/timed\"", "handlers/a.go:2: imports claimscrub/scrubber/rules/timed: the worker is given an engine"},
		{"handlers/a.go", "package handlers\nimport \"github.com/nats-io/nats.go\"", "handlers/a.go:2: imports github.com/nats-io/nats.go: only handlers/jetstream knows the broker"},
		{"handlers/a.go", "package handlers\nimport \"os\"", "handlers/a.go:2: imports os: configuration has one door"},
		{"scrubber/a.go", "package scrubber\nfunc init() {}", "scrubber/a.go:2: func init: import order becomes behaviour"},
		{"scrubber/rules/x/a.go", "package x\nconst p = \"Aetna\"", "scrubber/rules/x/a.go:2: the payer's name Aetna in Go code: payer policy is data"},
		{"scrubber/util/a.go", "package util", "scrubber/util: a folder name that says nothing"},
		{"newroom/a.go", "package newroom", "newroom/a.go: the folder has no line in the law"},
	} {
		found, err := breaches(fstest.MapFS{planted.name: {Data: []byte(planted.text)}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(found, planted.want) {
			t.Errorf("planted %s\n got %q\nwant %q", planted.text, found, planted.want)
		}
	}
}
