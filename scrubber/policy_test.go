package scrubber_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// probe is a rule that says what check makes it say.
func probe(check func(*scrubber.Case, *scrubber.Report), params ...scrubber.Param) scrubber.Rule {
	return scrubber.Rule{
		ID: "TST001", Name: "probe", Title: "a probe", Why: "a test", Fix: "nothing to do", Since: "0.1.0",
		Source: scrubber.Source{Authority: "test", Title: "test"}, Severity: scrubber.Reject, Certainty: scrubber.Published,
		Predicts: scrubber.NoCARC, SNIP: 6, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: params, Check: check,
	}
}

func engine(t testing.TB, rule scrubber.Rule, policies ...*scrubber.Policy) *scrubber.Engine {
	t.Helper()
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", []scrubber.Rule{rule}, tables, policies)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheMostSpecificPolicyIsFound(t *testing.T) {
	t.Parallel()
	policy := func(id, payers, programs string) *scrubber.Policy {
		return &scrubber.Policy{ID: id, PayerIDs: strings.Fields(payers), Programs: strings.Fields(programs), UnitMethod: scrubber.CMSEightMinute}
	}
	e := engine(t, probe(func(*scrubber.Case, *scrubber.Report) {}),
		policy("base", "", ""), policy("commercial", "", "commercial"), policy("big", "111", "commercial"),
		policy("any_program", "111 222", ""), policy("rest", "", "other"))
	for _, test := range []struct{ payer, program, want string }{
		{"111", "commercial", "big"},
		{"111", "medicaid", "any_program"},
		{"222", "commercial", "any_program"},
		{"333", "commercial", "commercial"},
		{"", "commercial", "commercial"},
		{"333", "medicaid", "rest"},
	} {
		if got := e.PolicyFor([]scrubber.Coverage{{PayerID: test.payer, Program: test.program}}); got.ID != test.want {
			t.Errorf("payer %q of program %q gets %s, want %s", test.payer, test.program, got.ID, test.want)
		}
	}
	if got := e.PolicyFor(nil); got.ID != "rest" {
		t.Errorf("no coverage gets %s, want rest", got.ID)
	}
}

func TestAConflictOfUnitMethodsIsSettledByThePrimaryProfile(t *testing.T) {
	t.Parallel()
	said := func(c *scrubber.Case, r *scrubber.Report) {
		r.Add(scrubber.Finding{Message: c.UnitMethod().String()})
	}
	for _, test := range []struct {
		primary  scrubber.UnitMethod
		conflict scrubber.Conflict
		minutes  []int
		want     scrubber.UnitMethod
	}{
		{scrubber.CPTMidpoint, scrubber.PrimaryCounts, []int{8, 8}, scrubber.CPTMidpoint},
		{scrubber.CMSEightMinute, scrubber.PrimaryCounts, []int{8, 8}, scrubber.CMSEightMinute},
		{scrubber.CPTMidpoint, scrubber.EightMinuteCounts, []int{8, 8}, scrubber.CMSEightMinute},
		{scrubber.CPTMidpoint, scrubber.FewerCounts, []int{8, 8}, scrubber.CMSEightMinute}, // 2 against 1
		{scrubber.CPTMidpoint, scrubber.FewerCounts, []int{5, 18}, scrubber.CPTMidpoint},   // 1 against 2
		{scrubber.CMSEightMinute, scrubber.FewerCounts, []int{5, 18}, scrubber.CPTMidpoint},
		{scrubber.CMSEightMinute, scrubber.FewerCounts, []int{15, 15}, scrubber.CMSEightMinute}, // both 2
	} {
		secondary := scrubber.CMSEightMinute + scrubber.CPTMidpoint - test.primary
		e := engine(t, probe(said),
			&scrubber.Policy{ID: "first", Programs: []string{"commercial"}, UnitMethod: test.primary, Conflict: test.conflict},
			&scrubber.Policy{ID: "second", Programs: []string{"medicaid"}, UnitMethod: secondary})
		for _, c := range []struct {
			coverage []scrubber.Coverage
			want     scrubber.UnitMethod
		}{
			{[]scrubber.Coverage{{Program: "commercial"}, {Program: "medicaid"}}, test.want},
			{[]scrubber.Coverage{{Program: "commercial"}, {Program: "commercial"}}, test.primary},
			{[]scrubber.Coverage{{Program: "commercial"}}, test.primary},
		} {
			got := e.Scrub(timed(c.coverage, test.minutes)).Findings[0].Message
			if got != c.want.String() {
				t.Errorf("%v, %v, %v over %v: %s, want %s", test.primary, test.conflict, test.minutes, c.coverage, got, c.want)
			}
		}
	}
}

func TestAnUncertainUnitMethodRejectsOnlyWhereBothMethodsAgree(t *testing.T) {
	t.Parallel()
	e := engine(t, probe(func(c *scrubber.Case, r *scrubber.Report) { r.Add(scrubber.Finding{Message: c.UnitMethod().String()}) }),
		&scrubber.Policy{ID: "p", UnitMethod: scrubber.CMSEightMinute, Origins: map[string]scrubber.Origin{"unit_method": {Inferred: true}}})
	for _, test := range []struct {
		minutes []int
		want    string
	}{
		{[]int{30, 15}, "reject cms_8_minute"}, // 2 and 1 by both
		{[]int{20, 20}, "warn cms_8_minute"},   // 3 together, 2 alone
		{[]int{7, 33}, "warn cms_8_minute"},    // 1 and 2 together, 0 and 2 alone
		{[]int{scrubber.NotSent, 15}, "warn cms_8_minute"},
	} {
		if got := verdict(e.Scrub(timed(nil, test.minutes))); got != test.want {
			t.Errorf("%v: %s, want %s", test.minutes, got, test.want)
		}
	}
}

func TestAnUncertainAnswerToAConflictOfMethodsRejectsOnlyWhereBothMethodsAgree(t *testing.T) {
	t.Parallel()
	guessed := map[string]scrubber.Origin{"secondary_conflict": {Inferred: true}}
	both := []scrubber.Coverage{{Program: "commercial"}, {Program: "medicaid"}}
	for _, test := range []struct {
		conflict scrubber.Conflict
		coverage []scrubber.Coverage
		minutes  []int
		want     string
	}{
		{scrubber.EightMinuteCounts, both, []int{20, 20}, "warn cms_8_minute"}, // 3 together, 2 alone
		{scrubber.EightMinuteCounts, both, []int{30, 15}, "reject cms_8_minute"},
		{scrubber.FewerCounts, both, []int{20, 20}, "warn cpt_midpoint"},
		{scrubber.PrimaryCounts, both, []int{20, 20}, "warn cpt_midpoint"},
		{scrubber.EightMinuteCounts, both[:1], []int{20, 20}, "reject cpt_midpoint"}, // no conflict to settle
		{scrubber.EightMinuteCounts, []scrubber.Coverage{both[0], both[0]}, []int{20, 20}, "reject cpt_midpoint"},
	} {
		e := engine(t, probe(func(c *scrubber.Case, r *scrubber.Report) { r.Add(scrubber.Finding{Message: c.UnitMethod().String()}) }),
			&scrubber.Policy{ID: "first", Programs: []string{"commercial"}, UnitMethod: scrubber.CPTMidpoint, Conflict: test.conflict, Origins: guessed},
			&scrubber.Policy{ID: "second", Programs: []string{"medicaid"}, UnitMethod: scrubber.CMSEightMinute})
		if got := verdict(e.Scrub(timed(test.coverage, test.minutes))); got != test.want {
			t.Errorf("%v, %v over %v: %s, want %s", test.conflict, test.minutes, test.coverage, got, test.want)
		}
	}
}

// timed is a case of timed services of other codes, one for each of the minutes.
func timed(coverage []scrubber.Coverage, minutes []int) *scrubber.Case {
	c := &scrubber.Case{ServiceDate: civil.DateOf(2026, 3, 16), Coverage: coverage, Documented: true}
	for i, m := range minutes {
		c.Services = append(c.Services, scrubber.Service{
			Index: i, Session: 1, Kind: []scrubber.Kind{scrubber.TherapeuticExercise, scrubber.NeuromuscularReeducation}[i], Minutes: m, AssistantMinutes: scrubber.NotSent,
		})
	}
	return c
}

func TestWhatIsJudgedByAnUncertainValueWarns(t *testing.T) {
	t.Parallel()
	limit := scrubber.Param{Name: "limit", Doc: "units", Kind: scrubber.IntParam, Int: 9}
	rule := probe(func(c *scrubber.Case, r *scrubber.Report) {
		r.Add(scrubber.Finding{Message: "before"})
		r.Add(scrubber.Finding{Message: fmt.Sprint("limit ", c.Int(&limit))})
	}, limit)
	for _, test := range []struct {
		params   map[string]scrubber.Value
		override scrubber.Severity
		want     string
	}{
		{nil, 0, "reject before; reject limit 9"},
		{map[string]scrubber.Value{"limit": {Int: 4}}, 0, "reject before; reject limit 4"},
		{map[string]scrubber.Value{"limit": {Int: 4, Origin: scrubber.Origin{Inferred: true}}}, 0, "reject before; warn limit 4"},
		{map[string]scrubber.Value{"limit": {Int: 4, Origin: scrubber.Origin{Inferred: true}}}, scrubber.Reject, "reject before; reject limit 4"},
	} {
		p := &scrubber.Policy{ID: "p", UnitMethod: scrubber.CPTMidpoint, Params: test.params}
		if test.override != 0 {
			p.Overrides = map[string]scrubber.Override{"TST001": {Severity: test.override}}
		}
		if got := verdict(engine(t, rule, p).Scrub(timed(nil, nil))); got != test.want {
			t.Errorf("%v: %s, want %s", test.params, got, test.want)
		}
	}
}

func verdict(o *scrubber.Outcome) string {
	var said []string
	for _, f := range o.Findings {
		said = append(said, f.Severity.String()+" "+f.Message)
	}
	return strings.Join(said, "; ")
}

func TestAnOverrideHoldsUntilItsLastDay(t *testing.T) {
	t.Parallel()
	until := civil.DateOf(2026, 6, 30)
	e := engine(t, probe(func(_ *scrubber.Case, r *scrubber.Report) { r.Add(scrubber.Finding{Message: "found"}) }),
		&scrubber.Policy{ID: "p", UnitMethod: scrubber.CPTMidpoint, Overrides: map[string]scrubber.Override{"TST001": {Severity: scrubber.Info, Until: until}}})
	for day, want := range map[civil.Date]string{until - 1: "info found", until: "info found", until + 1: "reject found"} {
		c := timed(nil, nil)
		c.AsOf = day
		if got := verdict(e.Scrub(c)); got != want {
			t.Errorf("as of %s: %s, want %s", day, got, want)
		}
	}
}

func TestAHeldClaimSaysWhichRuleItWaitsFor(t *testing.T) {
	t.Parallel()
	unsaid := func(_ *scrubber.Case, r *scrubber.Report) {
		r.NotEvaluated(scrubber.DocumentationNotSent, "minutes of 97110")
	}
	warns, rejects := probe(unsaid), probe(unsaid)
	warns.Severity = scrubber.Warn
	off := map[string]scrubber.Override{"TST001": {Severity: scrubber.Off}}
	for _, test := range []struct {
		name      string
		rule      scrubber.Rule
		hold      bool
		overrides map[string]scrubber.Override
		ready     bool
	}{
		{"released by default", rejects, false, nil, true},
		{"held where the rule could have rejected", rejects, true, nil, false},
		{"not held for a rule that warns at most", warns, true, nil, true},
		{"not held for a rule that is switched off", rejects, true, off, true},
	} {
		o := engine(t, test.rule, &scrubber.Policy{ID: "p", UnitMethod: scrubber.CPTMidpoint, HoldNotEvaluated: test.hold, Overrides: test.overrides}).Scrub(timed(nil, nil))
		if o.Ready != test.ready {
			t.Errorf("%s: ready is %v", test.name, o.Ready)
		}
		if held := slices.ContainsFunc(o.Findings, func(f scrubber.Finding) bool {
			return f.Severity == scrubber.Reject && strings.Contains(f.Message, "minutes of 97110")
		}); held == test.ready {
			t.Errorf("%s: findings %q", test.name, verdict(o))
		}
	}
}

func TestAnUncertainHoldWarns(t *testing.T) {
	t.Parallel()
	unsaid := probe(func(_ *scrubber.Case, r *scrubber.Report) { r.NotEvaluated(scrubber.DocumentationNotSent) })
	p := &scrubber.Policy{ID: "p", UnitMethod: scrubber.CPTMidpoint, HoldNotEvaluated: true, Origins: map[string]scrubber.Origin{"not_evaluated": {Inferred: true}}}
	o := engine(t, unsaid, p).Scrub(timed(nil, nil))
	if !o.Ready || len(o.Findings) != 1 || o.Findings[0].Severity != scrubber.Warn || o.Findings[0].Certainty != scrubber.Inferred {
		t.Errorf("ready is %v, findings %q", o.Ready, verdict(o))
	}
}
