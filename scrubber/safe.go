package scrubber

import (
	"slices"
	"strconv"
	"strings"
)

// maxConfirmed bounds how many safe fixes of one outcome are tried; more are left to a person.
const maxConfirmed = 20

// confirmSafe leaves a fix safe only if it, applied alone and after the safe ones before it, makes its finding
// go away and brings no rejection that was not there: any safe fix of an outcome may be applied, and all of
// them in order. A rule knows its own line; what another rule says of the changed claim only the engine can see.
func (e *Engine) confirmSafe(c *Case, p *Policy, findings []Finding) {
	var before []rejections
	tried, fixed := 0, c
	for i := range findings {
		f := &findings[i]
		if f.Fix == nil || !f.Fix.Safe {
			continue
		}
		if before == nil {
			before = countRejections(findings)
		}
		after := fixed.patched(f.Fix.Patch)
		if tried++; after == nil || tried > maxConfirmed {
			f.Fix = f.Fix.forPerson()
			continue
		}
		if !e.solves(f, after, p, before) || fixed != c && !e.solves(f, c.patched(f.Fix.Patch), p, before) {
			f.Fix = f.Fix.forPerson()
			continue
		}
		fixed = after
	}
}

// solves tells whether the changed claim is without the finding and without a rejection that was not there before.
func (e *Engine) solves(f *Finding, changed *Case, p *Policy, before []rejections) bool {
	if changed == nil {
		return false
	}
	r, _ := e.report(changed, p)
	return noMore(before, countRejections(r.findings)) && !slices.ContainsFunc(r.findings, f.sameAs)
}

// sameAs tells whether g is the same finding, be it at another place of the input.
func (f *Finding) sameAs(g Finding) bool {
	return f.Rule == g.Rule && f.Message == g.Message && slices.Equal(f.Lines, g.Lines)
}

func (f *Fix) forPerson() *Fix {
	other := *f
	other.Safe = false
	return &other
}

// rejections is how often a rule rejects.
type rejections struct {
	rule *Rule
	n    int
}

func countRejections(findings []Finding) []rejections {
	counts := make([]rejections, 0, 8)
	for i := range findings {
		if findings[i].Severity < Reject {
			continue
		}
		at := slices.IndexFunc(counts, func(r rejections) bool { return r.rule == findings[i].Rule })
		if at < 0 {
			at, counts = len(counts), append(counts, rejections{rule: findings[i].Rule})
		}
		counts[at].n++
	}
	return counts
}

// noMore tells whether no rule rejects more often after than before.
func noMore(before, after []rejections) bool {
	for _, a := range after {
		if !slices.ContainsFunc(before, func(b rejections) bool { return a.rule == b.rule && a.n <= b.n }) {
			return false
		}
	}
	return true
}

// patched is the case as it would be with the patch applied, ready to be judged; nil when the patch changes
// something else than lines and diagnoses, or does not apply.
func (c *Case) patched(patch []PatchOp) *Case {
	out := *c
	out.Timed, out.Telehealth, out.uncertain = nil, false, false
	out.Diagnoses = slices.Clone(c.Diagnoses)
	out.Services = slices.Clone(c.Services)
	for i := range out.Services {
		out.Services[i].Charged = false
	}
	out.Lines = make([]Line, len(c.Lines))
	for i := range c.Lines {
		out.Lines[i] = c.Lines[i].asSent()
	}
	for _, op := range patch {
		if !out.apply(op) {
			return nil
		}
	}
	for i := range out.Lines {
		out.Lines[i].Index = i
	}
	return &out
}

// asSent is the line without what Engine.Scrub adds to it, with lists of its own.
func (l *Line) asSent() Line {
	return Line{
		Index: l.Index, Number: l.Number, Code: l.Code, Modifiers: slices.Clone(l.Modifiers), Units: l.Units, ChargeCents: l.ChargeCents,
		Pointers: slices.Clone(l.Pointers), ServiceIDs: l.ServiceIDs, Rendering: l.Rendering, Supervising: l.Supervising,
	}
}

func (c *Case) apply(op PatchOp) bool {
	path := strings.Split(op.Path, "/")[1:]
	at := func(i, n int) (int, bool) {
		k, err := strconv.Atoi(path[i])
		return k, err == nil && k >= 0 && k < n
	}
	switch {
	case len(path) == 2 && path[0] == "diagnoses" && op.Op == "remove":
		i, ok := at(1, len(c.Diagnoses))
		if ok {
			c.Diagnoses = slices.Delete(c.Diagnoses, i, i+1)
		}
		return ok
	case len(path) < 2 || path[0] != "charges":
		return false
	}
	i, ok := at(1, len(c.Lines))
	switch {
	case !ok:
		return false
	case len(path) == 2 && op.Op == "remove":
		c.Lines = slices.Delete(c.Lines, i, i+1)
		return true
	case len(path) == 3:
		return c.Lines[i].set(path[2], op)
	case len(path) == 4 && path[2] == "modifiers":
		return edit(&c.Lines[i].Modifiers, path[3], op)
	case len(path) == 4 && path[2] == "diagnosis_pointers":
		return edit(&c.Lines[i].Pointers, path[3], op)
	}
	return false
}

// set replaces or adds a field of the line.
func (l *Line) set(field string, op PatchOp) bool {
	if op.Op != "replace" && op.Op != "add" {
		return false
	}
	switch v := op.Value.(type) {
	case string:
		if field == "code" {
			l.Code = v
			return true
		}
	case int:
		switch field {
		case "units":
			l.Units = v
			return true
		case "line":
			l.Number = v
			return true
		}
	case []string:
		if field == "modifiers" {
			l.Modifiers = slices.Clone(v)
			return true
		}
	}
	return false
}

// edit changes one element of a list: test, replace, remove, or add at the end.
func edit[T comparable](list *[]T, index string, op PatchOp) bool {
	v, typed := op.Value.(T)
	if index == "-" {
		*list = append(*list, v)
		return typed && op.Op == "add"
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(*list) {
		return false
	}
	switch op.Op {
	case "test":
		return typed && (*list)[i] == v
	case "replace":
		(*list)[i] = v
		return typed
	case "remove":
		*list = slices.Delete(*list, i, i+1)
		return true
	}
	return false
}
