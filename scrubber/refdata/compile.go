package refdata

import (
	"fmt"
	"io/fs"
	"strings"

	"claimscrub/scrubber/civil"
)

// A shipped table is a text file people review: lines "key: value" that say what it is, an empty line, a row of column names,
// and tab-separated rows in the plain layout of its table. Lines that begin with # are comments. The keys are table, program, edition, from,
// to, source, coverage (codes the table answers for, or categories of ICD-10-CM; repeated as needed) and certainty (inferred, when
// the source is not authoritative).

// Compile makes a shipped edition of one of our own text tables. label names it in errors.
func Compile(label string, text []byte) (edition []byte, err error) {
	e := &Edition{Shipped: true}
	rows, first, coverage, err := e.describe(string(text))
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", label, err)
	}
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("compile %s: %w", label, err)
	}
	e.Partial = coverage != nil || e.Table == Codes
	s := Summary{Files: []FileSummary{{Name: label}}}
	in := intake{edition: e, importer: newImporter(e, false), summary: &s, names: []string{label}}
	var cells []string
	for line := range strings.Lines(rows) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			cells = cut(cells[:0], line, "\t")
			if err := in.row(first, cells); err != nil {
				return nil, fmt.Errorf("compile %s: %w", label, err)
			}
		}
		first++
	}
	edition, err = in.finish(coverage)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", label, err)
	}
	return edition, nil
}

// describe reads the head of a text table; it returns the rest and the number of its first line.
func (e *Edition) describe(text string) (rows string, line int, coverage []string, err error) {
	head, rows, ok := strings.Cut(text, "\n\n")
	if !ok {
		return "", 0, nil, fmt.Errorf("no empty line ends the description")
	}
	for l := range strings.SplitSeq(head, "\n") {
		line++
		key, value, ok := strings.Cut(l, ": ")
		if strings.HasPrefix(l, "#") {
			continue
		}
		if !ok {
			return "", 0, nil, fmt.Errorf("line %d: %q, expected key: value", line, l)
		}
		if key == "coverage" {
			coverage = append(coverage, strings.Fields(value)...)
			continue
		}
		if err := e.set(key, value); err != nil {
			return "", 0, nil, fmt.Errorf("line %d: %s: %w", line, key, err)
		}
	}
	return rows, line + 2, coverage, nil
}

func (e *Edition) set(key, value string) (err error) {
	switch key {
	case "table":
		e.Table, err = ParseTable(value)
	case "program":
		e.Program, err = ParseProgram(value)
	case "edition":
		e.Name = value
	case "from":
		e.From, err = civil.ParseDate(value)
	case "to":
		e.To, err = civil.ParseDate(value)
	case "source":
		e.Source = value
	case "certainty":
		e.Inferred, err = parseFlag(value, "inferred")
	default:
		err = fmt.Errorf("no such key")
	}
	return err
}

// CompileAll compiles every text table (*.tsv) of a folder, in order of their names.
func CompileAll(folder fs.FS) (editions [][]byte, err error) {
	names, err := fs.Glob(folder, "*.tsv")
	if err != nil {
		return nil, fmt.Errorf("compile shipped tables: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("compile shipped tables: %w", err)
		}
		edition, err := Compile(name, text)
		if err != nil {
			return nil, err
		}
		editions = append(editions, edition)
	}
	return editions, nil
}
