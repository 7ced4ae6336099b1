package rules_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/cases"
	"claimscrub/scrubber/rules"
	"claimscrub/scrubber/scrubtest"
)

var update = flag.Bool("update", false, "rewrite the .want of every case")

// file is a rule's cases.
type file struct {
	path string
	text []byte
	*cases.File
}

// files reads the txtar beside each rule by its name; every file must belong to a rule and every rule have one.
func files(t *testing.T) map[string]file {
	t.Helper()
	byStem := map[string]scrubber.Rule{}
	for _, r := range rules.All() {
		byStem[strings.ReplaceAll(r.Name, "-", "_")] = r
	}
	out := map[string]file{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		stem := strings.TrimSuffix(filepath.Base(path), ".txtar")
		r, ok := byStem[stem]
		if !ok {
			t.Errorf("%s: no rule is named %s", path, strings.ReplaceAll(stem, "_", "-"))
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, err := cases.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		if _, err := os.Stat(strings.TrimSuffix(path, ".txtar") + ".go"); err != nil {
			t.Errorf("%s: no .go file of that stem beside it", path)
		}
		out[r.ID] = file{path, text, parsed}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for stem, r := range byStem {
		if _, ok := out[r.ID]; !ok {
			t.Errorf("%s: no file %s.txtar beside the rule", r.ID, stem)
		}
	}
	return out
}

func TestEveryCaseOfEveryRule(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	if *update {
		t.Cleanup(func() { documents(t) }) // when every case was written
	}
	for id, f := range files(t) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			got := map[string]string{}
			for _, c := range f.Cases {
				got[c.Name] = cases.Format(scrubtest.Scrub(t, engine, c.Data), id)
				if got[c.Name] != c.Want && !*update {
					t.Errorf("%s, case %s:\n got:\n%s\nwant:\n%s", f.path, c.Name, indent(got[c.Name]), indent(c.Want))
				}
			}
			if *update {
				if err := os.WriteFile(f.path, cases.Rewrite(f.text, got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestEveryRuleShowsWhatItMustShow(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("judges what -update writes: run the tests again without it")
	}
	all := files(t)
	for _, r := range rules.All() {
		f, ok := all[r.ID]
		if !ok {
			continue
		}
		if f.Prose == "" {
			t.Errorf("%s: no prose before the first case", f.path)
		}
		var findings, clear, unevaluated []cases.Case
		for _, c := range f.Cases {
			switch {
			case c.Want == "":
				clear = append(clear, c)
			case strings.HasPrefix(c.Want, "not evaluated"):
				unevaluated = append(unevaluated, c)
			default:
				findings = append(findings, c)
			}
		}
		if len(findings) == 0 || len(clear) == 0 {
			t.Errorf("%s: %d cases with findings and %d clear ones, expected at least one of each", f.path, len(findings), len(clear))
		}
		for _, c := range findings {
			if !slices.ContainsFunc(clear, func(twin cases.Case) bool { return differ(t, c, twin) <= 2 }) {
				t.Errorf("%s: case %s has no near twin: a clear case that differs in at most two JSON leaves", f.path, c.Name)
			}
		}
		if r.Facts == scrubber.Documentation && len(unevaluated) == 0 {
			t.Errorf("%s: no case whose facts are not sent", f.path)
		}
		if dated := scrubber.PTPTable | scrubber.MUETable | scrubber.ICD10CMTable; r.Needs&dated != 0 && !acrossADate(t, f) {
			t.Errorf("%s: the rule reads dated tables, but no two cases differ in the date of service alone and in what is said", f.path)
		}
	}
}

// acrossADate tells whether two cases differ in the date of service, at most one leaf more, and in their findings.
func acrossADate(t *testing.T, f file) bool {
	for i, a := range f.Cases {
		for _, b := range f.Cases[:i] {
			if differ(t, a, b) <= 2 && a.Want != b.Want && serviceDate(t, a) != serviceDate(t, b) {
				return true
			}
		}
	}
	return false
}

func serviceDate(t *testing.T, c cases.Case) string {
	t.Helper()
	var v struct {
		ServiceDate string `json:"service_date"`
	}
	if err := json.Unmarshal(c.Data, &v); err != nil {
		t.Fatalf("case %s: %v", c.Name, err)
	}
	return v.ServiceDate
}

func differ(t *testing.T, a, b cases.Case) int {
	t.Helper()
	n, err := cases.Leaves(a.Data, b.Data)
	if err != nil {
		t.Fatalf("cases %s and %s: %v", a.Name, b.Name, err)
	}
	return n
}

func TestEveryFixMakesItsFindingGoAway(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for id, f := range files(t) {
		for _, c := range f.Cases {
			before := scrubtest.Scrub(t, engine, c.Data)
			for _, finding := range before.Findings {
				if finding.Fix == nil || finding.Rule.ID != id {
					continue
				}
				fixed, err := scrubber.Apply(c.Data, finding.Fix.Patch)
				if err != nil {
					t.Errorf("%s, case %s: %v", f.path, c.Name, err)
					continue
				}
				after := scrubtest.Scrub(t, engine, fixed)
				if said(after, &finding) {
					t.Errorf("%s, case %s: the fix %q leaves the finding %q", f.path, c.Name, finding.Fix.Summary, finding.Message)
				}
				if finding.Fix.Safe {
					for _, r := range newRejects(before, after) {
						t.Errorf("%s, case %s: the safe fix %q brings a new rejection: %s", f.path, c.Name, finding.Fix.Summary, r)
					}
				}
			}
		}
	}
}

func said(o *scrubber.Outcome, f *scrubber.Finding) bool {
	return slices.ContainsFunc(o.Findings, func(g scrubber.Finding) bool {
		return g.Rule.ID == f.Rule.ID && g.Message == f.Message && slices.Equal(g.Lines, f.Lines) && g.Pointer == f.Pointer
	})
}

func newRejects(before, after *scrubber.Outcome) (fresh []string) {
	old := map[string]bool{}
	for _, f := range before.Findings {
		old[f.Rule.ID] = true
	}
	for _, f := range after.Findings {
		if f.Severity == scrubber.Reject && !old[f.Rule.ID] {
			fresh = append(fresh, f.Rule.ID+" "+f.Message)
		}
	}
	return fresh
}

func TestShuffledLinesNeverChangeAnOutcome(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for _, f := range files(t) {
		for _, c := range f.Cases {
			var e map[string]json.RawMessage
			if err := json.Unmarshal(c.Data, &e); err != nil {
				t.Fatalf("%s, case %s: %v", f.path, c.Name, err)
			}
			for _, list := range []string{"charges", "services", "same_day", "plans_of_care"} {
				var elements []json.RawMessage
				if json.Unmarshal(e[list], &elements) == nil && elements != nil {
					slices.Reverse(elements)
					e[list], _ = json.Marshal(elements)
				}
			}
			shuffled, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			want, got := verdicts(scrubtest.Scrub(t, engine, c.Data)), verdicts(scrubtest.Scrub(t, engine, shuffled))
			if !slices.Equal(want, got) {
				t.Errorf("%s, case %s: in reverse order\n got %q\nwant %q", f.path, c.Name, got, want)
			}
		}
	}
}

// verdicts is what an outcome says without the places in the input, which move with the lines. Findings
// about the schema name places alone.
func verdicts(o *scrubber.Outcome) (out []string) {
	for _, f := range o.Findings {
		if !strings.HasPrefix(f.Rule.ID, "SCH") {
			sorted := slices.Sorted(slices.Values(f.Lines))
			text, _ := json.Marshal([]any{f.Rule.ID, f.Severity.String(), f.Message, sorted, f.Billed, f.Expected})
			out = append(out, string(text))
		}
	}
	for _, n := range o.NotEvaluated {
		out = append(out, n.Rule.ID+" "+n.Reason.String()+" "+n.Detail)
	}
	slices.Sort(out)
	return out
}

func TestIDsAreForEver(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("ledger.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	var missing bytes.Buffer
	for _, r := range rules.All() {
		all[r.ID] = true
		if !slices.Contains(strings.Fields(string(text)), r.ID) {
			missing.WriteString(r.ID + "\n")
		}
	}
	if missing.Len() > 0 && *update {
		if err := os.WriteFile("ledger.txt", append(text, missing.Bytes()...), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if missing.Len() > 0 {
		t.Errorf("ledger.txt lacks %q: run go test ./scrubber/rules -update", strings.Fields(missing.String()))
	}
	for _, id := range strings.Fields(string(text)) {
		if !all[id] {
			t.Errorf("rule %s is in the ledger but no longer in All(): an id is for ever", id)
		}
	}
}

func indent(s string) string { return "\t" + strings.ReplaceAll(s, "\n", "\n\t") }
