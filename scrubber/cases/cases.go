// Package cases reads the txtar files that are a rule's tests and its documentation, and says what an
// engine makes of each case.
//
// A file is a paragraph of prose, then cases. A case is NAME.json, an encounter exactly as a publisher
// sends it, or NAME.edit, which says what differs from another case of the file:
//
//	-- twin.edit --
//	of over
//	replace /charges/0/code "98925"
//
// and NAME.want, what the rule says of it: findings with their fixes, what it could not evaluate, or
// nothing when the case is clear.
package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/tools/txtar"

	"claimscrub/scrubber"
)

// File is one txtar file.
type File struct {
	Prose string
	Cases []Case
}

// Case is one encounter and what is wanted of it.
type Case struct {
	Name  string
	Data  []byte // the encounter, edits applied
	Of    string // the case it is an edit of, or empty
	Edits string // the edits as written
	Want  string // as Format writes it; empty for clear
	Has   bool   // the file has a .want for it
}

// Parse reads a file. Its errors name the case.
func Parse(text []byte) (*File, error) {
	archive := txtar.Parse(text)
	f := &File{Prose: strings.TrimSpace(string(archive.Comment))}
	for _, part := range archive.Files {
		stem, ext, _ := strings.Cut(part.Name, ".")
		switch ext {
		case "json":
			if f.find(stem) != nil {
				return nil, fmt.Errorf("case %s stands twice", stem)
			}
			f.Cases = append(f.Cases, Case{Name: stem, Data: part.Data})
		case "edit":
			c, err := f.edit(stem, string(part.Data))
			if err != nil {
				return nil, fmt.Errorf("case %s: %w", stem, err)
			}
			f.Cases = append(f.Cases, *c)
		case "want":
			c := f.find(stem)
			if c == nil {
				return nil, fmt.Errorf("%s: no case %s.json or %s.edit before it", part.Name, stem, stem)
			}
			c.Want, c.Has = string(bytes.TrimSpace(part.Data)), true
		default:
			return nil, fmt.Errorf("%s: expected NAME.json, NAME.edit or NAME.want", part.Name)
		}
	}
	return f, nil
}

// Rewrite is the file's text with each case's want as got says: what -update writes.
func Rewrite(text []byte, got map[string]string) []byte {
	archive := txtar.Parse(text)
	var files []txtar.File
	for _, part := range archive.Files {
		stem, ext, _ := strings.Cut(part.Name, ".")
		if ext == "want" {
			continue
		}
		files = append(files, part)
		want := got[stem]
		if want != "" {
			want += "\n"
		}
		files = append(files, txtar.File{Name: stem + ".want", Data: []byte(want)})
	}
	archive.Files = files
	return txtar.Format(archive)
}

func (f *File) find(name string) *Case {
	for i := range f.Cases {
		if f.Cases[i].Name == name {
			return &f.Cases[i]
		}
	}
	return nil
}

// edit makes a case of lines "of NAME" and then "add|replace|remove POINTER [JSON]".
func (f *File) edit(name, text string) (*Case, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	of, ok := strings.CutPrefix(lines[0], "of ")
	base := f.find(strings.TrimSpace(of))
	if !ok || base == nil {
		return nil, fmt.Errorf("%q: expected \"of NAME\" with an earlier case", lines[0])
	}
	var patch []scrubber.PatchOp
	for _, line := range lines[1:] {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) < 2 {
			return nil, fmt.Errorf("%q: expected an operation, a JSON pointer and a value", line)
		}
		op := scrubber.PatchOp{Op: words[0], Path: words[1]}
		if len(words) == 3 {
			if !json.Valid([]byte(words[2])) {
				return nil, fmt.Errorf("%q: the value is not JSON", line)
			}
			op.Value = json.RawMessage(words[2])
		}
		patch = append(patch, op)
	}
	data, err := scrubber.Apply(base.Data, patch)
	if err != nil {
		return nil, err
	}
	return &Case{Name: name, Data: data, Of: base.Name, Edits: strings.Join(lines[1:], "\n")}, nil
}

// Format writes what the rule with the id says in the outcome, as a .want file has it; with an empty
// id, what every rule says, each line led by its rule.
func Format(o *scrubber.Outcome, rule string) string {
	var b strings.Builder
	lead := func(r *scrubber.Rule) string {
		if rule == "" {
			return r.ID + " "
		}
		return ""
	}
	for i := range o.Findings {
		f := &o.Findings[i]
		if rule != "" && f.Rule.ID != rule {
			continue
		}
		fmt.Fprintf(&b, "%s%s%s at %s: %s\n", lead(f.Rule), f.Severity, lines(f.Lines), f.Pointer, f.Message)
		if f.Certainty != f.Rule.Certainty {
			fmt.Fprintf(&b, "  %s\n", f.Certainty)
		}
		if f.Billed != "" || f.Expected != "" {
			fmt.Fprintf(&b, "  billed %s, expected %s\n", f.Billed, f.Expected)
		}
		if p := f.Predicts(); f.Denial != nil && p != scrubber.NoCARC {
			fmt.Fprintf(&b, "  denial %s\n", strings.TrimSpace(p.GroupCode()+"-"+p.Code+" "+p.RARC))
		}
		if f.Fix != nil {
			fmt.Fprintf(&b, "  fix (%s): %s\n", map[bool]string{true: "safe", false: "for a human"}[f.Fix.Safe], f.Fix.Summary)
			for _, p := range f.Fix.Patch {
				value := ""
				if p.Value != nil {
					text, _ := json.Marshal(p.Value) // strings, numbers and lists of them
					value = " " + string(text)
				}
				fmt.Fprintf(&b, "    %s %s%s\n", p.Op, p.Path, value)
			}
		}
	}
	for _, n := range o.NotEvaluated {
		if rule != "" && n.Rule.ID != rule {
			continue
		}
		detail := ""
		if n.Detail != "" {
			detail = ": " + n.Detail
		}
		fmt.Fprintf(&b, "%snot evaluated: %s%s\n", lead(n.Rule), n.Reason, detail)
	}
	return strings.TrimSpace(b.String())
}

func lines(numbers []int) string {
	if len(numbers) == 0 {
		return ""
	}
	return " line " + strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", "+"), "[]")
}
