package payer_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/refdata"
)

// visit is a case of one hour of exercise and manual therapy, with documentation.
func visit() *scrubber.Case {
	line := func(i int, code string, units int, modifiers ...string) scrubber.Line {
		return scrubber.Line{Index: i, Number: i + 1, Code: code, Units: units, Modifiers: modifiers, ChargeCents: 6000, Pointers: []int{1}}
	}
	service := func(i int, kind scrubber.Kind, minutes int) scrubber.Service {
		return scrubber.Service{Index: i, Session: 1, Kind: kind, Minutes: minutes, AssistantMinutes: scrubber.NotSent}
	}
	return &scrubber.Case{
		ServiceDate: civil.DateOf(2026, 3, 16), PlaceOfService: "11", Onset: civil.DateOf(2026, 2, 20), Documented: true,
		Coverage:  []scrubber.Coverage{{Program: "commercial", PayerID: "00123", MemberID: "SECRET"}},
		Rendering: scrubber.Provider{Credential: "PT"}, Diagnoses: []string{"M5450"},
		Lines:    []scrubber.Line{line(0, "97110", 3, "GP"), line(1, "97140", 1, "GP", "59")},
		Services: []scrubber.Service{service(0, scrubber.TherapeuticExercise, 45), service(1, scrubber.ManualTherapy, 15)},
		Notes:    scrubber.Notes{Consent: scrubber.Yes},
	}
}

// judge is what the practice rule of when and message says of the case: findings, then what was not evaluated.
func judge(t testing.TB, c *scrubber.Case, when, message string, edit ...string) string {
	t.Helper()
	text := strings.NewReplacer(edit...).Replace(ruled(strconv.Quote(when), strconv.Quote(message)))
	policies, err := payer.Load(files(text), declared())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", declared(), tables, policies)
	if err != nil {
		t.Fatal(err)
	}
	o := e.Scrub(c)
	var said []string
	for _, f := range o.Findings {
		said = append(said, fmt.Sprint(f.Rule.ID, " ", f.Severity, " ", f.Lines, " ", f.Pointer, " ", f.Message))
	}
	for _, n := range o.NotEvaluated {
		said = append(said, fmt.Sprint(n.Rule.ID, " ", n.Reason, " ", n.Detail))
	}
	return strings.Join(said, "; ")
}

func TestAPracticeRuleIsReportedLikeAnyOther(t *testing.T) {
	t.Parallel()
	const m = `"m"`
	for _, test := range []struct{ when, message, want string }{
		{"sum(lines.filter(l, l.timed).map(l, l.units)) >= 4", "string(sum(lines.map(l, l.units))) + ' units'", "LOC001 warn [] /charges 4 units"},
		{"sum(lines.map(l, l.units)) > 4", m, ""},
		{"lines.filter(l, '59' in l.modifiers).map(l, l.number)", "'59 on line ' + string(found[0])", "LOC001 warn [2] /charges/1 59 on line 2"},
		{"lines.filter(l, 'KX' in l.modifiers).map(l, l.number)", m, ""},
		{"[2, 1, 2]", m, "LOC001 warn [1 2] /charges/0 m"},
		{"days_between(onset, service_date) == 24 && days_between(accident == '' ? onset : accident, onset) == 0", m, "LOC001 warn [] /charges m"},
		{"lines.all(l, l.minutes == 15 * l.units) && services.exists(s, s.kind == 'manual_therapy' && s.session == 1)", m, "LOC001 warn [] /charges m"},
		{"program == 'commercial' && payer_id == '00123' && credential == 'PT' && diagnoses == ['M5450'] && lines[0].diagnoses == diagnoses", m, "LOC001 warn [] /charges m"},
		{"consent == 'yes' && response == 'not_sent' && total_timed_minutes == 0 && !telehealth && same_day == [] && plans_of_care == []", m, "LOC001 warn [] /charges m"},
		{"lines[7].units > 1", m, "LOC001 cost_exceeded when: index out of bounds: 7"},
		{"days_between(accident, onset) > 1", m, "LOC001 cost_exceeded when: days_between: expected a calendar date YYYY-MM-DD"},
		{"[9]", m, "LOC001 cost_exceeded when: the claim has no line 9"},
		{"[1, 2, 3]", m, "LOC001 cost_exceeded when: the claim has no line 3"},
		{"true", `""`, "LOC001 cost_exceeded message: 0 characters, expected 1 to 300"},
		{"true", "string(lines[2].units)", "LOC001 cost_exceeded message: index out of bounds: 2"},
	} {
		if got := judge(t, visit(), test.when, test.message); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.when, got, test.want)
		}
	}
}

func TestAPracticeRuleThatNeedsDocumentationIsNotEvaluatedWithoutIt(t *testing.T) {
	t.Parallel()
	c := visit()
	c.Documented, c.Services = false, nil
	got := judge(t, c, "size(services) == 0", `"nothing done"`, "    severity: warn\n", "    severity: warn\n    needs_documentation: true\n")
	if want := "LOC001 documentation_not_sent "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnUncertainPracticeRuleWarnsAtMost(t *testing.T) {
	t.Parallel()
	certain := judge(t, visit(), "true", `"m"`, "severity: warn", "severity: reject")
	uncertain := judge(t, visit(), "true", `"m"`, "severity: warn", "severity: reject\n    certain: false")
	if certain != "LOC001 reject [] /charges m" || uncertain != "LOC001 warn [] /charges m" {
		t.Errorf("certain %s, uncertain %s", certain, uncertain)
	}
}

func TestAnExpressionStopsAtItsCostLimit(t *testing.T) {
	t.Parallel()
	c := visit()
	for i := len(c.Lines); i < 100; i++ {
		c.Lines = append(c.Lines, scrubber.Line{Index: i, Number: i + 1, Code: "97110", Units: 1})
	}
	got := judge(t, c, "lines.exists(a, lines.exists(b, a.code == 'x' && b.units == 7 || a.units + b.units > 99))", `"m"`)
	if !strings.HasPrefix(got, "LOC001 cost_exceeded when: ") || !strings.Contains(got, "cost limit exceeded") {
		t.Errorf("got %s", got)
	}
}

// TestAListOfTheViewIsBuiltOnceAnEvaluation counts allocations: a rule within its cost limits took ten seconds.
func TestAListOfTheViewIsBuiltOnceAnEvaluation(t *testing.T) {
	long := func() *scrubber.Case {
		c := visit()
		for i := len(c.Lines); i < 100; i++ {
			c.Lines = append(c.Lines, scrubber.Line{Index: i, Number: i + 1, Code: "97110", Units: 1, Pointers: []int{1, 1, 1, 1}})
		}
		return c
	}
	allocations := func(when string) float64 {
		return testing.AllocsPerRun(1, func() {
			if got := judge(t, long(), when, `"m"`); got != "LOC001 warn [] /charges m" {
				t.Fatal(got)
			}
		})
	}
	once := allocations("size(lines) > 0 && lines.all(l, " + strings.Repeat("size(diagnoses) > 0 && ", 50) + "true)")
	often := allocations("size(lines) > 0 && lines.all(l, " + strings.Repeat("size(lines) > 0 && ", 50) + "true)")
	if often > once+50_000 {
		t.Errorf("%.0f allocations where a list is named 5000 times in a loop, %.0f where it is not", often, once)
	}
}

func TestNoNameOfThePatientReachesAnExpression(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"patient", "birth_date", "sex", "member_id", "age", "encounter_id"} {
		_, err := payer.Load(files(ruled("size("+name+") > 0", `'"m"'`)), declared())
		if err == nil || !strings.Contains(err.Error(), "undeclared reference to '"+name+"'") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMessageRepeatsNothingButCodesWhereACodeBelongs(t *testing.T) {
	t.Parallel()
	c := visit()
	c.Diagnoses = []string{"M5450", "JOHNDOE"}
	c.Lines[0].Code, c.Lines[0].Modifiers, c.Lines[0].Pointers = "JOHN DOE", []string{"GP", "DOEJOHN"}, []int{1, 2}
	c.Services[0].Code, c.Services[1].Code = "DOE", "97140"
	c.SameDay = []scrubber.SameDayLine{{Code: "JOHN DOE", Modifiers: []string{"59", "DOE"}, Units: 1}}
	const message = "lines[0].code + ' ' + lines[0].modifiers[0] + ' ' + lines[0].modifiers[1] + ' ' + lines[0].diagnoses[1] + ' ' + lines[1].code + ' ' + " +
		"diagnoses[0] + ' ' + diagnoses[1] + ' ' + services[0].code + ' ' + services[1].code + ' ' + same_day[0].code + ' ' + same_day[0].modifiers[1]"
	got := judge(t, c, "lines[0].code == 'JOHN DOE' && diagnoses[1] == 'JOHNDOE' && lines[0].modifiers[1] == 'DOEJOHN'", message)
	if want := "LOC001 warn [] /charges ? GP ? ? 97140 M5450 ? ? 97140 ? ?"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if c.Diagnoses[1] != "JOHNDOE" || c.Lines[0].Modifiers[1] != "DOEJOHN" {
		t.Error("the case itself was changed")
	}
}
