package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"claimscrub/scrubber"
	"claimscrub/scrubber/cases"
)

//go:embed */*.txtar
var embedded embed.FS

// Files are the cases of all rules as built in: FAMILY/NAME.txtar.
func Files() fs.FS { return embedded }

// file is the rule's cases and the prose before them.
func file(files fs.FS, r *scrubber.Rule) (*cases.File, error) {
	stem := strings.ReplaceAll(r.Name, "-", "_")
	found, err := fs.Glob(files, "*/"+stem+".txtar")
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("rule %s: %d files %s.txtar in the families, expected one: %w", r.ID, len(found), stem, err)
	}
	text, err := fs.ReadFile(files, found[0])
	if err != nil {
		return nil, err
	}
	return cases.Parse(text)
}

// Page is the rule's page in Markdown: what it says, why, who says so, what it prevents, and its cases out of files.
func Page(files fs.FS, r *scrubber.Rule) (string, error) {
	f, err := file(files, r)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## %s %s\n\n**%s**\n\n%s\n\n", r.ID, r.Name, r.Title, f.Prose)
	fmt.Fprintf(&b, "- **Why it matters:** %s\n- **What to do:** %s.\n- **Who says so:** %s\n", r.Why, r.Fix, source(r.Source))
	fmt.Fprintf(&b, "- **Severity:** at most %s, %s. **Denial it prevents:** %s. **SNIP type:** %d. **Since:** %s.\n", r.Severity, r.Certainty, denial(r.Predicts), r.SNIP, r.Since)
	for _, p := range r.Params {
		fmt.Fprintf(&b, "- **Parameter** `%s` (%s, default %s): %s\n", p.Name, p.Kind, p.Default(), p.Doc)
	}
	b.WriteString("\n| case | says |\n|---|---|\n")
	for _, c := range f.Cases {
		said := "clear"
		if c.Want != "" {
			said, _, _ = strings.Cut(c.Want, "\n")
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.ReplaceAll(c.Name, "_", " "), strings.ReplaceAll(said, "|", "\\|"))
	}
	return b.String(), nil
}

// Pages is the whole catalogue in Markdown: a table of all rules, then each rule's page.
func Pages(files fs.FS) (string, error) {
	var b strings.Builder
	b.WriteString("# Rules\n\nGenerated from the rules and their cases: `go test ./scrubber/rules -update`.\n\n")
	b.WriteString("| id | rule | at most | denial it prevents | authority |\n|---|---|---|---|---|\n")
	all := All()
	for i := range all {
		r := &all[i]
		fmt.Fprintf(&b, "| [%s](#%s-%s) | %s | %s | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Name, r.Title, r.Severity, denial(r.Predicts), r.Source.Authority)
	}
	for i := range all {
		page, err := Page(files, &all[i])
		if err != nil {
			return "", err
		}
		b.WriteString("\n" + page)
	}
	return b.String(), nil
}

// Families is the table of the README: each family of rules by the letters of its ids, what it judges, and its rules.
func Families() string {
	var b strings.Builder
	b.WriteString("| family | rules | judges |\n|---|---|---|\n")
	all := All()
	for from := 0; from < len(all); {
		letters := strings.TrimRight(all[from].ID, "0123456789")
		to := from
		var titles []string
		for to < len(all) && strings.TrimRight(all[to].ID, "0123456789") == letters {
			titles = append(titles, strings.ReplaceAll(all[to].Name, "-", " "))
			to++
		}
		fmt.Fprintf(&b, "| %s | [%d](docs/rules.md) | %s |\n", letters, to-from, strings.Join(titles, "; "))
		from = to
	}
	return b.String()
}

func source(s scrubber.Source) string {
	text := s.Authority + ", " + s.Title
	if s.Section != "" {
		text += ", " + s.Section
	}
	if s.URL != "" {
		text += ", <" + s.URL + ">"
	}
	return text
}

func denial(c scrubber.CARC) string {
	if c == scrubber.NoCARC {
		return "none"
	}
	return strings.TrimRight(c.GroupCode()+"-"+c.Code+" "+c.RARC, " ")
}
