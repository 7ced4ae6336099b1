package scrubber

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// MaxFindings is how many findings an outcome carries; the rest are counted.
const MaxFindings = 500

// Finding is what one rule says of one place of the encounter. A rule fills Message and Pointer, and
// what else it knows; Report.Add stamps the rule and bounds the severity.
type Finding struct {
	Rule      *Rule
	Severity  Severity  // zero: the rule's own
	Certainty Certainty // zero: the rule's own
	Message   string    // lower case, no period, the fact and not the blame, no PHI
	Pointer   string    // JSON pointer into the input's data
	Lines     []int     // line numbers, every line concerned
	Billed    string
	Expected  string
	Fix       *Fix
	Source    *Source // nil: the rule's own
	Denial    *CARC   // what the payer is expected to answer here; nil: what the rule predicts
	NoDenial  bool    // set by Add: the rule itself says less than its ceiling, so the denial it predicts is not expected
}

// Predicts is what the payer is expected to answer, or NoCARC.
func (f *Finding) Predicts() CARC {
	switch {
	case f.NoDenial:
		return NoCARC
	case f.Denial != nil:
		return *f.Denial
	}
	return f.Rule.Predicts
}

// Fix is the smallest change that makes a finding go away. Safe says that no clinical fact is attested by it.
type Fix struct {
	Summary string
	Safe    bool
	Patch   []PatchOp
}

// PatchOp is one JSON Patch (RFC 6902) operation; Value is a string, an int, or a []string.
type PatchOp struct {
	Op, Path string
	Value    any
}

// NotEvaluated is a rule that could not be judged.
type NotEvaluated struct {
	Rule   *Rule
	Reason Reason
	Detail string
}

// Reason is why a rule could not be judged: a closed list, so that a metric can carry it.
type Reason uint8

// The reasons.
const (
	DocumentationNotSent Reason = iota + 1 // services, minutes, notes or dates that the rule reads were not sent
	FactNotSent                            // another optional field that the rule reads was not sent
	NoEdition                              // no edition of a reference table covers the date of service
	OutsideTables                          // a code or diagnosis outside the shipped tables' declared coverage
	Telehealth                             // a telehealth service the rule cannot judge
	SchemaBroken                           // the input breaks the schema, so nothing else could be read
	SwitchedOff                            // the payer profile switches the rule off
	Undecided                              // the authority's text does not decide this constellation
	VoidClaim                              // the claim takes back another: only its form is judged
	CostExceeded                           // a practice rule ran into its cost limit or failed
)

// Reasons lists all, for metrics and documentation.
func Reasons() []Reason {
	return []Reason{DocumentationNotSent, FactNotSent, NoEdition, OutsideTables, Telehealth, SchemaBroken, SwitchedOff, Undecided, VoidClaim, CostExceeded}
}

func (r Reason) String() string {
	return [...]string{"", "documentation_not_sent", "fact_not_sent", "no_edition", "outside_tables", "telehealth",
		"schema_broken", "switched_off", "undecided", "void_claim", "cost_exceeded"}[r]
}

// Report collects what the rules say of one case.
type Report struct {
	c            *Case
	engine       *Engine
	findings     []Finding
	notEvaluated []NotEvaluated
	apart, base  bool                     // see Apart
	read         [len(needed)]EditionRead // room for the editions that answered
}

// rule is the rule being checked.
func (r *Report) rule() *Rule { return r.engine.ruleAt(r.c.checking, r.c.Policy) }

// ceiling is the most severe that the rule being checked may be today: by the profile's override while it holds.
func (r *Report) ceiling() ceiling {
	if ceil := r.c.Policy.ceilings[r.c.checking]; ceil.override.holds(r.c.AsOf) {
		return ceil
	}
	return ceiling{severity: r.rule().Severity}
}

// Apart begins a judgement of its own, such as that of the next line: values read for the one before it, which
// the profile may not be certain of, do not reach it. What was read before the first call reaches all.
func (r *Report) Apart() {
	if !r.apart {
		r.apart, r.base = true, r.c.uncertain
	}
	r.c.uncertain = r.base
}

// Add records a finding of the rule being checked. The severity is bounded by the rule's ceiling or the
// profile's override, and an inferred finding warns at most unless an override says reject. What is judged by
// a value that the profile is not certain of is inferred.
func (r *Report) Add(f Finding) {
	f.Rule = r.rule()
	if f.Certainty == 0 {
		f.Certainty = f.Rule.Certainty
	}
	if r.c.uncertain {
		f.Certainty = Inferred
	}
	ceil := r.ceiling()
	f.NoDenial = f.Severity != 0 && f.Severity < f.Rule.Severity
	if f.Severity == 0 || f.Severity == f.Rule.Severity {
		f.Severity = ceil.severity
	}
	f.Severity = min(f.Severity, ceil.severity)
	if f.Certainty == Inferred && ceil.override == nil {
		f.Severity = min(f.Severity, Warn)
	}
	f.Lines = slices.Compact(slices.Sorted(slices.Values(f.Lines))) // two lines may have one number
	r.findings = append(r.findings, f)
}

// NotEvaluated records that the rule being checked could not be judged, with an optional detail: what
// was missing and how to supply it. A rule says each reason once per case; of several details the first in
// alphabetical order stands, so that the order of lines says nothing.
func (r *Report) NotEvaluated(reason Reason, detail ...string) {
	said := NotEvaluated{r.rule(), reason, strings.Join(detail, "; ")}
	for i := len(r.notEvaluated) - 1; i >= 0 && r.notEvaluated[i].Rule == said.Rule; i-- {
		if n := &r.notEvaluated[i]; n.Reason == reason {
			n.Detail = min(n.Detail, said.Detail)
			return
		}
	}
	r.notEvaluated = append(r.notEvaluated, said)
}

// order is the total order of findings: most severe first, then by first line, rule id, pointer, message.
func order(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(firstLine(a), firstLine(b)),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
		slices.Compare(a.Lines, b.Lines),
		cmp.Compare(a.Pointer, b.Pointer),
		cmp.Compare(a.Message, b.Message),
	)
}

func firstLine(f Finding) int {
	if len(f.Lines) == 0 {
		return 0
	}
	return slices.Min(f.Lines)
}

// Pointer is a JSON pointer of path elements, each a name or an index.
func Pointer(elements ...any) string {
	var b strings.Builder
	for _, e := range elements {
		b.WriteByte('/')
		switch e := e.(type) {
		case int:
			b.WriteString(strconv.Itoa(e))
		case string:
			b.WriteString(e)
		}
	}
	return b.String()
}

// Replace is a patch that replaces the value at path.
func Replace(path string, value any) []PatchOp { return []PatchOp{{"replace", path, value}} }

// Remove is a patch that removes the value at path.
func Remove(path string) []PatchOp { return []PatchOp{{Op: "remove", Path: path}} }
