package ncci_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/rules/ncci"
)

// TestEditsAgreeWithAPlainReadingOfTheRows holds every finding about pairs and units against a reference that reads the raw
// rows without the store, over generated claims; and holds that neither the order of lines nor their splitting matters.
func TestEditsAgreeWithAPlainReadingOfTheRows(t *testing.T) {
	t.Parallel()
	n := 200_000
	if testing.Short() || raced {
		n = 5_000
	}
	ref, set := rows(t)
	engine, err := scrubber.New("test", ncci.Rules(), set, []*scrubber.Policy{{
		ID: "medicare", Programs: []string{"other"}, UnitMethod: scrubber.CMSEightMinute, Edits: refdata.Medicare,
		Params: map[string]scrubber.Value{"medicare_coverage": {Bool: true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 20240930))
	said := map[string]int{}
	for i := range n {
		c := claim(random, ref)
		want, got := ref.judge(&c), of(engine, c)
		if !slices.Equal(want, got) {
			t.Fatalf("%s\n(-rows +rules):\n%s", show(&c), cmp.Diff(want, got))
		}
		for _, v := range got {
			if rule, rest, _ := strings.Cut(v, " "); !strings.HasPrefix(rest, "no_edition") {
				said[rule]++
			}
		}
		if i%8 > 0 {
			continue
		}
		if shuffled := of(engine, shuffle(random, c)); !slices.Equal(got, shuffled) {
			t.Fatalf("%s\nshuffled (-as sent +shuffled):\n%s", show(&c), cmp.Diff(got, shuffled))
		}
		if whole, parts := messages(engine, c), messages(engine, split(random, c)); !slices.Equal(whole, parts) {
			t.Fatalf("%s\nsplit (-as sent +split):\n%s", show(&c), cmp.Diff(whole, parts))
		}
	}
	for _, rule := range []string{"PTP001", "PTP002", "PTP003", "MUE002", "MUE003"} {
		if said[rule] < n/1000 {
			t.Errorf("%s spoke %d times over %d claims: the claims do not try it", rule, said[rule], n)
		}
	}
	t.Logf("%d claims over %s: %v", n, ref.source, said)
}

// Providers of the generated claims: of two specialties, with two providers of one.
var providers = []scrubber.Provider{{NPI: "1", Credential: "PT"}, {NPI: "2", Credential: "PTA"}, {NPI: "3", Credential: "OT"}}

var modifiers = []string{"59", "XE", "XP", "XS", "XU", "25", "24", "57", "58", "78", "91", "LT", "RT", "F5", "TA", "GP", "GO", "KX", "AT", "CQ", "51", "76", "GY"}

func claim(r *rand.Rand, ref *reference) scrubber.Case {
	date := ref.first + civil.Date(r.IntN(int(ref.last-ref.first)+1))
	if r.IntN(2) == 0 {
		date = ref.last - civil.Date(r.IntN(90))
	}
	c := scrubber.Case{EncounterID: "generated", Revision: 1, ServiceDate: date, AsOf: date, Rendering: providers[0]}
	code := func() string {
		if r.IntN(3) > 0 {
			pair := ref.pairs[r.IntN(len(ref.pairs))]
			return pair[r.IntN(2)]
		}
		return ref.family[r.IntN(len(ref.family))]
	}
	base := ref.pairs[r.IntN(len(ref.pairs))] // two codes that have rows, so that most claims try an edit
	for i := range 1 + r.IntN(7) {
		l := scrubber.Line{Index: i, Number: i + 1, Units: r.IntN(11) - 1, ChargeCents: 100, Pointers: []int{1}, Code: code()}
		if i < 2 || r.IntN(4) == 0 {
			l.Code = base[i%2]
		}
		for range r.IntN(3) {
			l.Modifiers = append(l.Modifiers, modifiers[r.IntN(len(modifiers))])
		}
		if r.IntN(6) == 0 {
			l.Rendering = &providers[r.IntN(len(providers))]
		}
		c.Lines = append(c.Lines, l)
	}
	for range r.IntN(3) {
		s := scrubber.SameDayLine{Code: base[r.IntN(2)], Units: r.IntN(6) - 1}
		if r.IntN(2) == 0 {
			s.Code = code()
		}
		if r.IntN(2) == 0 {
			s.RenderingNPI = providers[r.IntN(len(providers))].NPI
		}
		if r.IntN(3) == 0 {
			s.Modifiers = []string{modifiers[r.IntN(len(modifiers))]}
		}
		c.SameDay = append(c.SameDay, s)
	}
	return c
}

// of is what the rules say of a claim, sorted: rule, severity, lines, billed and expected.
func of(e *scrubber.Engine, c scrubber.Case) (out []string) {
	c.Lines = slices.Clone(c.Lines)
	o := e.Scrub(&c)
	for i := range o.Findings {
		if f := &o.Findings[i]; f.Rule.ID[:3] == "PTP" || f.Rule.ID[:3] == "MUE" {
			out = append(out, verdict(f.Rule.ID, f.Severity.String(), f.Lines, f.Billed, f.Expected))
		}
	}
	for _, n := range o.NotEvaluated {
		if n.Rule.ID[:3] == "PTP" || n.Rule.ID[:3] == "MUE" {
			out = append(out, verdict(n.Rule.ID, n.Reason.String(), nil, "", ""))
		}
	}
	slices.Sort(out)
	return out
}

func verdict(rule, severity string, lines []int, billed, expected string) string {
	numbers := ""
	for _, n := range lines {
		numbers += " " + strconv.Itoa(n)
	}
	return rule + " " + severity + numbers + ": " + billed + ", " + expected
}

// messages is what the rules of the day say of a claim, without the lines they name; a limit for a line (MUE001) is none of them.
func messages(e *scrubber.Engine, c scrubber.Case) (out []string) {
	c.Lines = slices.Clone(c.Lines)
	for _, f := range e.Scrub(&c).Findings {
		if f.Rule.ID[:3] == "PTP" || f.Rule.ID == "MUE002" || f.Rule.ID == "MUE003" {
			out = append(out, f.Rule.ID+" "+f.Severity.String()+" "+f.Message)
		}
	}
	slices.Sort(out)
	return out
}

func shuffle(r *rand.Rand, c scrubber.Case) scrubber.Case {
	c.Lines, c.SameDay = slices.Clone(c.Lines), slices.Clone(c.SameDay)
	r.Shuffle(len(c.Lines), func(i, j int) { c.Lines[i], c.Lines[j] = c.Lines[j], c.Lines[i] })
	r.Shuffle(len(c.SameDay), func(i, j int) { c.SameDay[i], c.SameDay[j] = c.SameDay[j], c.SameDay[i] })
	for i := range c.Lines {
		c.Lines[i].Index = i
	}
	return c
}

// split puts a part of each line's units on a line of its own.
func split(r *rand.Rand, c scrubber.Case) scrubber.Case {
	c.Lines = slices.Clone(c.Lines)
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Units < 2 {
			continue
		}
		part := *l
		part.Units = 1 + r.IntN(l.Units-1)
		part.Index, part.Number = len(c.Lines), len(c.Lines)+1
		l.Units -= part.Units
		c.Lines = append(c.Lines, part)
	}
	return c
}

func show(c *scrubber.Case) string {
	s := c.ServiceDate.String()
	for i := range c.Lines {
		l := &c.Lines[i]
		s += fmt.Sprintf("\nline %d: %s %v, %d units, by %+v", l.Number, l.Code, l.Modifiers, l.Units, *c.RenderedBy(l))
	}
	return s + fmt.Sprintf("\nsame day: %+v", c.SameDay)
}
