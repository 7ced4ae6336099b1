package payer_test

import (
	"fmt"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/payer"
)

var today = civil.DateOf(2026, 6, 1)

// declared are two rules with a parameter of each kind.
func declared() []scrubber.Rule {
	rule := func(id string, params ...scrubber.Param) scrubber.Rule {
		return scrubber.Rule{
			ID: id, Name: strings.ToLower(id), Title: "a rule", Why: "a test", Fix: "nothing to do", Since: "0.1.0",
			Source: scrubber.Source{Authority: "test", Title: "test"}, Severity: scrubber.Reject, Certainty: scrubber.Published,
			Predicts: scrubber.NoCARC, SNIP: 6, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: params,
			Check: func(*scrubber.Case, *scrubber.Report) {},
		}
	}
	return []scrubber.Rule{
		rule("TST001",
			scrubber.Param{Name: "units_a_day", Doc: "units", Kind: scrubber.IntParam},
			scrubber.Param{Name: "referral", Doc: "whether", Kind: scrubber.BoolParam}),
		rule("TST002",
			scrubber.Param{Name: "stimulation", Doc: "code", Kind: scrubber.TextParam, Allowed: []string{"97014", "G0283"}},
			scrubber.Param{Name: "credentials", Doc: "who", Kind: scrubber.ListParam, Allowed: []string{"DO", "MD"}}),
	}
}

// whole is a profile that uses every part of the format but rules.
const whole = `id: whole
title: Every part
match:
  payer_ids: ["00123", 456]
  programs: [commercial]
unit_method: {value: cpt_midpoint, source: the contract, certain: false}
secondary_conflict: {value: fewer_units, source: the practice}
edits: {value: medicaid, source: the contract}
not_evaluated: {value: reject, source: the practice}
params:
  units_a_day: {value: 4, source: the contract}
  referral: {value: true, source: the contract}
  stimulation: {value: G0283, source: the contract}
  credentials: {value: [DO, MD], source: the contract, certain: false}
overrides:
  TST001: {severity: warn, reason: under appeal, owner: billing lead, until: 2026-12-31}
`

func TestAProfileResolvesToThePolicyItSays(t *testing.T) {
	t.Parallel()
	p := load(t, whole)["whole"]
	got := fmt.Sprintln(p.Title, p.PayerIDs, p.Programs, p.UnitMethod, p.Conflict, p.Edits, p.HoldNotEvaluated,
		p.Params["units_a_day"].Int, p.Params["referral"].Bool, p.Params["stimulation"].Text, p.Params["credentials"].List,
		p.Params["credentials"].Inferred, p.Params["credentials"].From, p.Origins["unit_method"], p.Overrides["TST001"])
	want := "Every part [00123 456] [commercial] cpt_midpoint fewer_units medicaid true 4 true G0283 [DO MD] true whole.yaml:14 " +
		"{whole.yaml:6 the contract true} {warn under appeal billing lead 2026-12-31 whole.yaml:16}\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// load resolves profiles, each named for its id.
func load(t *testing.T, texts ...string) map[string]*scrubber.Policy {
	t.Helper()
	policies, err := payer.Load(files(texts...), declared())
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*scrubber.Policy{}
	for _, p := range policies {
		byID[p.ID] = p
	}
	return byID
}

func files(texts ...string) (out []payer.File) {
	for _, text := range texts {
		id, _, _ := strings.Cut(strings.TrimPrefix(text, "id: "), "\n")
		out = append(out, payer.File{Name: id + ".yaml", Text: []byte(text)})
	}
	return out
}

func TestAnExtensionReplacesValueByValueAndMatchesForItself(t *testing.T) {
	t.Parallel()
	byID := load(t, whole, `id: narrow
title: A plan of it
extends: whole
match: {payer_ids: ["789"], programs: [commercial]}
params:
  units_a_day: {value: 6, source: the plan}
overrides:
  TST002: {severity: "off", reason: not bought, owner: billing lead, until: 2026-12-31}
`)
	p := byID["narrow"]
	got := fmt.Sprintln(p.PayerIDs, p.UnitMethod, p.Params["units_a_day"].Int, p.Params["units_a_day"].From, p.Params["stimulation"].From, len(p.Overrides))
	if want := "[789] cpt_midpoint 6 narrow.yaml:6 whole.yaml:13 2\n"; got != want {
		t.Errorf("got %swant %s", got, want)
	}
	if p.Revision == byID["whole"].Revision {
		t.Error("two profiles of one revision")
	}
	changed := load(t, strings.Replace(whole, "value: true", "value: false", 1), "id: other\ntitle: O\nextends: whole\n")
	if same := load(t, whole, "id: other\ntitle: O\nextends: whole\n"); same["other"].Revision == changed["other"].Revision {
		t.Error("the revision of a profile does not change with the one it extends")
	}
}

// rule is a profile with a practice rule of these expressions.
func ruled(when, message string) string {
	return `id: p
title: P
unit_method: {value: cpt_midpoint, source: s}
edits: {value: medicare, source: s}
rules:
  - id: LOC001
    name: local
    title: A local rule
    why: the practice says so
    fix: ask the lead
    source: {authority: the practice, title: its handbook}
    severity: warn
    when: ` + when + `
    message: ` + message + "\n"
}

func TestABrokenProfileSaysWhereAndWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	const base = "id: p\ntitle: P\nunit_method: {value: cpt_midpoint, source: s}\nedits: {value: medicare, source: s}\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", `.yaml:1:1: the file is empty: expected a profile, beginning with "id: NAME"`},
		{"not YAML", "id: p\ntitle: [\n", `p.yaml:2:1: not YAML: did not find expected node content`},
		{"not a mapping", "- id: p\n", `:1:1: the profile is a list: expected a mapping of id, title, extends, match, unit_method, secondary_conflict, edits, not_evaluated, params, overrides, rules`},
		{"two documents", base + "---\nid: q\n", `p.yaml:5:1: a second document: expected one profile a file`},
		{"an alias", base + "params: &a {}\noverrides: *a\n", `p.yaml:6:12: overrides is an alias, which profiles do not have: expected a mapping of RULE: {severity, reason, owner, until}`},
		{"an unknown key", base + "unit_methode: {}\n", `p.yaml:5:1: unknown key "unit_methode" in the profile: expected one of id, title, extends, match, unit_method,`},
		{"a key twice", base + "title: Q\n", `p.yaml:5:1: key "title" of the profile stands twice: expected it once`},
		{"a malformed id", "id: My Profile\ntitle: P\n", `My Profile.yaml:1:5: id is "My Profile": expected lower-case letters, digits and underscores`},
		{"no title", strings.Replace(base, "title: P\n", "", 1), `p.yaml:1:1: the profile lacks title: expected "title: ..."`},
		{"no unit method", "id: p\ntitle: P\nedits: {value: medicare, source: s}\n", `p.yaml:1:5: unit_method is not set, here or in a profile this one extends: expected "unit_method: {value: ..., source: ...}"`},
		{"an unknown method", strings.Replace(base, "cpt_midpoint", "ama", 1), `p.yaml:3:22: unit_method is "ama": expected one of cms_8_minute, cpt_midpoint`},
		{"a value without a source", base + "params:\n  units_a_day: {value: 4}\n", `p.yaml:6:16: units_a_day lacks source: expected "source: ..."`},
		{"a bare value", base + "params:\n  units_a_day: 4\n", `p.yaml:6:16: units_a_day is "4": expected a mapping of value, source, certain`},
		{"an unknown parameter", base + "params:\n  unit_a_day: {value: 4, source: s}\n", `p.yaml:6:3: no rule declares the parameter "unit_a_day": expected one of credentials, referral, stimulation, units_a_day`},
		{"a text for a number", base + "params:\n  units_a_day: {value: four, source: s}\n", `p.yaml:6:24: units_a_day is "four": expected a whole number`},
		{"a fraction for a number", base + "params:\n  units_a_day: {value: 4.5, source: s}\n", `p.yaml:6:24: units_a_day is "4.5": expected a whole number`},
		{"a number below zero", base + "params:\n  units_a_day: {value: -4, source: s}\n", `p.yaml:6:24: units_a_day is -4: expected 0 or more`},
		{"a number for a yes", base + "params:\n  referral: {value: 1, source: s}\n", `p.yaml:6:21: referral is "1": expected true or false`},
		{"a word not allowed", base + "params:\n  stimulation: {value: 97032, source: s}\n", `p.yaml:6:24: stimulation is "97032": expected one of 97014, G0283`},
		{"a word not allowed in a list", base + "params:\n  credentials: {value: [DO, DC], source: s}\n", `p.yaml:6:29: credentials is "DC": expected one of DO, MD`},
		{"a text for a list", base + "params:\n  credentials: {value: DO, source: s}\n", `p.yaml:6:24: credentials is "DO": expected a list, [a, b]`},
		{"an unknown program", base + "match: {programs: [medicare]}\n", `p.yaml:5:20: a program is "medicare": expected one of medicare_b, medicare_advantage, medicaid,`},
		{"an unknown rule", base + "overrides:\n  TST009: {severity: warn, reason: r, owner: o, until: 2026-12-31}\n", `p.yaml:6:3: no rule "TST009": expected one of TST001, TST002`},
		{"an override without an owner", base + "overrides:\n  TST001: {severity: warn, reason: r, until: 2026-12-31}\n", `p.yaml:6:11: the override of TST001 lacks owner: expected "owner: ..."`},
		{"an override with a date that is none", base + "overrides:\n  TST001: {severity: warn, reason: r, owner: o, until: 2026-02-30}\n", `p.yaml:6:56: until is "2026-02-30": expected a date YYYY-MM-DD`},
		{"an expired override", base + "overrides:\n  TST001: {severity: warn, reason: r, owner: the lead, until: 2026-05-31}\n", `p.yaml:6:63: the override of TST001 ended on 2026-05-31: expected a later day after a review by the lead, or no override`},
		{"an unknown severity", base + "overrides:\n  TST001: {severity: error, reason: r, owner: o, until: 2026-12-31}\n", `p.yaml:6:22: severity is "error": expected one of off, info, warn, reject`},
		{"extends nothing there", base + "extends: medicare\n", `p.yaml:5:10: no profile "medicare": expected p`},
		{"extends itself", base + "extends: p\n", `p.yaml:5:10: profile "p" extends itself, through "p": expected a chain that ends`},
		{"a rule of a built-in family", strings.Replace(ruled("'true'", `'"m"'`), "LOC001", "TST003", 1), `p.yaml:6:9: rule id is "TST003": TST is a family of built-in rules; expected another prefix, LOC001`},
		{"a CEL syntax error", ruled("lines.exists(l,", `'"m"'`), `p.yaml:13:26: when: Syntax error: mismatched input '<EOF>' expecting`},
		{"a CEL type error", ruled("lines.exists(l, l.units > '4')", `'"m"'`), `p.yaml:13:35: when: found no matching overload for '_>_' applied to '(int, string)'`},
		{"a CEL type error in quotes", ruled(`"lines.exists(l, l.unit > 4)"`, `'"m"'`), `p.yaml:13:29: when: undefined field 'unit'`},
		{"a CEL type error in a block", ruled("|\n      lines.exists(l,\n        l.units > 4 && l.cod == '97110')", `'"m"'`), `p.yaml:15:25: when: undefined field 'cod'`},
		{"an undeclared name", ruled("birth_date == '2000-01-01'", `'"m"'`), `p.yaml:13:11: when: undeclared reference to 'birth_date'`},
		{"a verdict of another type", ruled("lines.map(l, l.code)", `'"m"'`), `p.yaml:13:11: when: the expression is of type list(string): expected true or false, or a list of line numbers`},
		{"a message of another type", ruled("'true'", "size(lines)"), `p.yaml:14:14: message: the expression is of type int: expected a text`},
		{"CEL of unbounded cost", ruled("lines.exists(a, lines.exists(b, services.exists(s, services.exists(t, s.code + t.code == a.code + b.code))))", `'"m"'`), `p.yaml:13:11: when: the worst case costs `},
		{"CEL nested too deep", ruled("|\n      "+strings.Repeat("(", 33)+"true"+strings.Repeat(")", 33), `'"m"'`), `p.yaml:14:7: when: expression recursion limit exceeded: 32`},
		{"CEL too long", ruled("size('"+strings.Repeat("a", 4096)+"') > 1", `'"m"'`), `p.yaml:13:11: when: expression code point size exceeds limit`},
		{"CEL that compares records in a loop", ruled("lines.all(l, lines == lines && lines == lines && lines == lines)", `'"m"'`), `p.yaml:13:11: when: the worst case costs 301`},
		{"CEL that compares lists of lists", ruled("size(lines) > 0 && [lines] == [lines]", `'"m"'`), `p.yaml:13:11: when: the worst case costs unbounded for the largest encounter`},
		{"CEL that looks for a list in lists", ruled("lines in [lines]", `'"m"'`), `p.yaml:13:11: when: the worst case costs unbounded for the largest encounter`},
		{"CEL that reads a clock", ruled("size(string(timestamp('2026-01-01T00:00:00Z'))) > 0", `'"m"'`), `p.yaml:13:32: when: undeclared reference to 'timestamp'`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problems := payer.Check(files(test.text), declared(), today)
			if len(problems) != 1 || !strings.Contains(problems[0].Error(), test.want) {
				t.Errorf("got %q\nwant one problem with %q", problems, test.want)
			}
		})
	}
}

func TestProfilesThatContradictEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	plain := func(id, more string) string {
		return "id: " + id + "\ntitle: T\nunit_method: {value: cpt_midpoint, source: s}\nedits: {value: medicare, source: s}\n" + more
	}
	for _, test := range []struct {
		name  string
		texts []string
		want  string
	}{
		{"a cycle", []string{plain("a", "extends: b\n"), plain("b", "extends: a\n")}, `a.yaml:5:10: profile "b" extends itself, through "a": expected a chain that ends`},
		{"one id twice", []string{plain("a", ""), plain("a", "")}, `a.yaml:1:5: profile id "a" stands in a.yaml too: expected another id, or one file`},
		{"one program twice", []string{plain("a", "match: {programs: [auto]}\n"), plain("b", "match: {programs: [auto]}\n")}, `b.yaml:5:8: profile "a" matches program "auto" and payer id "" too: expected one profile for each`},
		{"one payer twice", []string{plain("a", "match: {payer_ids: [7]}\n"), plain("b", "match: {payer_ids: [7]}\n")}, `b.yaml:5:8: profile "a" matches program "" and payer id "7" too: expected one profile for each`},
		{"one rule id twice", []string{strings.Replace(ruled("'true'", `'"m"'`), "id: p", "id: o", 1), ruled("'true'", `'"m"'`)}, `p.yaml:6:9: rule id "LOC001" stands in o.yaml:6 too: expected another id`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := payer.Load(files(test.texts...), declared())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant %q", err, test.want)
			}
		})
	}
}

func TestAnExpiredOverrideDoesNotStopALoad(t *testing.T) {
	t.Parallel()
	load(t, strings.Replace(whole, "2026-12-31", "2020-12-31", 1))
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(ruled("lines.exists(l, l.units > 4)", `'"m"'`)))
	f.Add([]byte("id: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := payer.File{Name: "f.yaml", Text: text}
		policies, err := payer.Load([]payer.File{file}, declared())
		if (err == nil) == (policies == nil) {
			t.Errorf("policies %v, error %v", policies, err)
		}
		for _, p := range payer.Check([]payer.File{file}, declared(), today) {
			if p.File != "f.yaml" || p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Errorf("a problem without a place: %#v", p)
			}
		}
	})
}
