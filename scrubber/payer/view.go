package payer

import (
	"reflect"
	"strconv"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"claimscrub/scrubber"
)

// Line is a charge as a practice rule sees it. The tags bound each list and text by the schema: max is the elements of
// a list or the characters of a text, each the characters of a list's texts.
type Line struct {
	Number      int      `cel:"number" doc:"line number as sent"`
	Code        string   `cel:"code" max:"16" doc:"procedure code"`
	Modifiers   []string `cel:"modifiers" max:"8" each:"8" doc:"modifiers in order"`
	Units       int      `cel:"units" doc:"units billed"`
	ChargeCents int      `cel:"charge_cents" doc:"charge in cents"`
	Diagnoses   []string `cel:"diagnoses" max:"50" each:"16" doc:"diagnosis codes the line points to, without dots"`
	Timed       bool     `cel:"timed" doc:"the code table lists the code as timed"`
	Documented  bool     `cel:"documented" doc:"a documented service supports the line"`
	Minutes     int      `cel:"minutes" doc:"documented minutes of the services that support the line, -1 when any was not sent"`
	Credential  string   `cel:"credential" max:"16" doc:"credential of who rendered the line"`
}

// Service is one documented service as a practice rule sees it. Muscles and techniques are free text, so only counted.
type Service struct {
	Kind             string   `cel:"kind" max:"32" doc:"kind of service, as the event contract names it"`
	Code             string   `cel:"code" max:"16" doc:"code as documented, or empty"`
	Session          int      `cel:"session" doc:"session of the day, from 1"`
	Discipline       string   `cel:"discipline" max:"3" doc:"PT, OT, SLP or empty"`
	Minutes          int      `cel:"minutes" doc:"minutes, -1 when not sent"`
	AssistantMinutes int      `cel:"assistant_minutes" doc:"minutes the assistant furnished, -1 when not sent"`
	Regions          []string `cel:"regions" max:"10" each:"16" doc:"body regions, both sides of a limb being one"`
	Muscles          int      `cel:"muscles" doc:"how many muscles were named"`
	Techniques       int      `cel:"techniques" doc:"how many techniques were named"`
	Needling         bool     `cel:"needling" doc:"needle insertion without injection, by kind or technique"`
	Attended         string   `cel:"attended" max:"8" doc:"yes, no or not_sent"`
}

// SameDay is a line of another encounter of the day as a practice rule sees it.
type SameDay struct {
	Code      string   `cel:"code" max:"16" doc:"procedure code"`
	Modifiers []string `cel:"modifiers" max:"8" each:"8" doc:"modifiers in order"`
	Units     int      `cel:"units" doc:"units billed"`
}

// Plan is a plan of care as a practice rule sees it.
type Plan struct {
	Discipline  string `cel:"discipline" max:"3" doc:"PT, OT or SLP"`
	CertifiedOn string `cel:"certified_on" max:"10" doc:"YYYY-MM-DD, empty when not sent"`
	ExpiresOn   string `cel:"expires_on" max:"10" doc:"YYYY-MM-DD, empty when not sent"`
}

// variable is one name a practice rule may use. It is read from the case only when an expression asks for it.
type variable struct {
	name string
	max  int // characters of a text, elements of a list
	each int // characters of a list's texts
	doc  string
	of   reflect.Type
	get  func(*scrubber.Case) any
}

// found is the variable that a message sees beyond those of the case: the line numbers that when gave.
const found = "found"

// variables is the whole view, in the order of its documentation. It holds nothing of the patient.
func variables() []variable {
	text := func(name string, max int, doc string, get func(*scrubber.Case) string) variable {
		return variable{name, max, 0, doc, reflect.TypeFor[string](), func(c *scrubber.Case) any { return get(c) }}
	}
	number := func(name, doc string, get func(*scrubber.Case) int) variable {
		return variable{name, 0, 0, doc, reflect.TypeFor[int](), func(c *scrubber.Case) any { return get(c) }}
	}
	yes := func(name, doc string, get func(*scrubber.Case) bool) variable {
		return variable{name, 0, 0, doc, reflect.TypeFor[bool](), func(c *scrubber.Case) any { return get(c) }}
	}
	fact := func(name, doc string, get func(*scrubber.Notes) scrubber.Fact) variable {
		return text(name, 8, doc+": yes, no or not_sent", func(c *scrubber.Case) string { return factText(get(&c.Notes)) })
	}
	return []variable{
		text("program", 32, "program of the primary coverage", func(c *scrubber.Case) string { return coverage(c, 0).Program }),
		text("payer_id", 80, "payer id of the primary coverage, or empty", func(c *scrubber.Case) string { return coverage(c, 0).PayerID }),
		text("secondary_program", 32, "program of the secondary coverage, or empty", func(c *scrubber.Case) string { return coverage(c, 1).Program }),
		yes("authorized", "the primary coverage carries an authorization", func(c *scrubber.Case) bool { return coverage(c, 0).Authorization != "" }),
		text("service_date", 10, "date of service, YYYY-MM-DD", func(c *scrubber.Case) string { return c.ServiceDate.String() }),
		text("as_of", 10, "the day rules call today, YYYY-MM-DD", func(c *scrubber.Case) string { return c.Today().String() }),
		text("onset", 10, "date of onset, empty when not sent", func(c *scrubber.Case) string { return c.Onset.String() }),
		text("initial_treatment", 10, "date of initial treatment, empty when not sent", func(c *scrubber.Case) string { return c.InitialTreatment.String() }),
		text("accident", 10, "date of accident, empty when not sent", func(c *scrubber.Case) string { return c.Accident.String() }),
		text("accident_state", 8, "state of the accident, empty when not sent", func(c *scrubber.Case) string { return c.AccidentState }),
		text("place_of_service", 2, "two digits", func(c *scrubber.Case) string { return c.PlaceOfService }),
		yes("telehealth", "telehealth by place of service or modifier", func(c *scrubber.Case) bool { return c.Telehealth }),
		text("frequency", 1, "claim frequency code: 1 original, 7 replacement, 8 void", func(c *scrubber.Case) string { return c.Frequency }),
		text("credential", 16, "credential of the rendering provider", func(c *scrubber.Case) string { return c.Rendering.Credential }),
		text("rendering_npi", 32, "NPI of the rendering provider", func(c *scrubber.Case) string { return c.Rendering.NPI }),
		text("billing_npi", 32, "NPI of the billing provider", func(c *scrubber.Case) string { return c.Billing.NPI }),
		yes("referred", "a referring provider was sent", func(c *scrubber.Case) bool { return c.Referring != nil }),
		yes("supervised", "a supervising provider was sent", func(c *scrubber.Case) bool { return c.Supervising != nil }),
		{"diagnoses", 50, 16, "diagnosis codes without dots, the principal first", reflect.TypeFor[[]string](), func(c *scrubber.Case) any { return c.Diagnoses }},
		{"lines", 100, 0, "what is billed", reflect.TypeFor[[]Line](), func(c *scrubber.Case) any { return lines(c) }},
		{"services", 100, 0, "what was done; empty when documentation was not sent", reflect.TypeFor[[]Service](), func(c *scrubber.Case) any { return services(c) }},
		{"same_day", 100, 0, "lines of other encounters of the day", reflect.TypeFor[[]SameDay](), func(c *scrubber.Case) any { return sameDay(c) }},
		{"plans_of_care", 20, 0, "plans of care", reflect.TypeFor[[]Plan](), func(c *scrubber.Case) any { return plans(c) }},
		yes("documented", "documentation was sent", func(c *scrubber.Case) bool { return c.Documented }),
		number("total_treatment_minutes", "whole visit, -1 when not sent", func(c *scrubber.Case) int { return c.TotalTreatmentMinutes }),
		number("total_timed_minutes", "one-on-one timed services, -1 when not sent", func(c *scrubber.Case) int { return c.TotalTimedMinutes }),
		fact("medical_necessity", "medical necessity is documented", func(n *scrubber.Notes) scrubber.Fact { return n.MedicalNecessity }),
		fact("consent", "consent is documented", func(n *scrubber.Notes) scrubber.Fact { return n.Consent }),
		fact("response", "the response is documented", func(n *scrubber.Notes) scrubber.Fact { return n.Response }),
		fact("maintenance", "the care is maintenance", func(n *scrubber.Notes) scrubber.Fact { return n.Maintenance }),
		fact("abn_on_file", "an advance beneficiary notice is on file", func(n *scrubber.Notes) scrubber.Fact { return n.ABNOnFile }),
	}
}

// celType is the CEL type of a Go type of the view.
func celType(t reflect.Type) *cel.Type {
	switch t.Kind() {
	case reflect.Bool:
		return cel.BoolType
	case reflect.Int:
		return cel.IntType
	case reflect.String:
		return cel.StringType
	case reflect.Slice:
		return cel.ListType(celType(t.Elem()))
	}
	return cel.ObjectType("payer." + t.Name())
}

// bound is the most elements or characters at a path of the view, as the cost estimator names it: a variable, then
// field names and "@items".
func bound(path []string) (max int, ok bool) {
	if len(path) == 0 {
		return 0, false
	}
	if path[0] == found {
		return 100, len(path) == 1
	}
	for _, v := range variables() {
		if v.name != path[0] {
			continue
		}
		of, max, each := v.of, v.max, v.each
		for _, element := range path[1:] {
			if of.Kind() == reflect.Slice && element == "@items" {
				of, max = of.Elem(), each
				continue
			}
			if of.Kind() != reflect.Struct {
				return 0, false
			}
			field, ok := fieldOf(of, element)
			if !ok {
				return 0, false
			}
			of, max, each = field.Type, tag(field, "max"), tag(field, "each")
		}
		return max, max > 0
	}
	return 0, false
}

func fieldOf(of reflect.Type, name string) (reflect.StructField, bool) {
	for i := range of.NumField() {
		if f := of.Field(i); f.Tag.Get("cel") == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func tag(f reflect.StructField, key string) int {
	n, _ := strconv.Atoi(f.Tag.Get(key)) // no tag: no bound
	return n
}

// activation gives one evaluation its variables, each built when it is first asked for: to CEL a name costs one, in a
// loop too, so that a list built anew for each would have no bound in time.
type activation struct {
	c      *scrubber.Case
	e      *environment
	saying bool // a message: what has not the form of a code is not repeated
	found  []int
	built  map[string]ref.Val
}

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	if name == found {
		return a.found, true
	}
	if value, ok := a.built[name]; ok {
		return value, true
	}
	v := a.e.vars[name]
	if v == nil {
		return nil, false
	}
	value := v.get(a.c)
	if a.saying {
		value = sayable(value)
	}
	if a.built == nil {
		a.built = map[string]ref.Val{}
	}
	a.built[name] = a.e.CELTypeAdapter().NativeToValue(value)
	return a.built[name], true
}

// noCode stands in a message for what was sent in the place of a code and is none: it may be a name or a number of the patient.
const noCode = "?"

// sayable is a value of the view as a message may repeat it.
func sayable(v any) any {
	switch v := v.(type) {
	case []string: // diagnoses
		return onlyCodes(v, diagnosisCode)
	case []Line:
		for i := range v {
			l := &v[i]
			l.Code, l.Modifiers, l.Diagnoses = onlyCode(l.Code, scrubber.ProcedureCode), onlyCodes(l.Modifiers, modifier), onlyCodes(l.Diagnoses, diagnosisCode)
		}
	case []Service:
		for i := range v {
			v[i].Code = onlyCode(v[i].Code, scrubber.ProcedureCode)
		}
	case []SameDay:
		for i := range v {
			v[i].Code, v[i].Modifiers = onlyCode(v[i].Code, scrubber.ProcedureCode), onlyCodes(v[i].Modifiers, modifier)
		}
	}
	return v
}

func onlyCode(text string, is func(string) bool) string {
	if text == "" || is(text) {
		return text
	}
	return noCode
}

// onlyCodes is a list of its own: that of the view may be the case's.
func onlyCodes(texts []string, is func(string) bool) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = onlyCode(text, is)
	}
	return out
}

func modifier(s string) bool { return len(s) == 2 }

// diagnosisCode tells whether s has the form of an ICD-10-CM code without its dot: a capital, a digit, and up to five of either.
func diagnosisCode(s string) bool {
	for i := range len(s) {
		digit, capital := '0' <= s[i] && s[i] <= '9', 'A' <= s[i] && s[i] <= 'Z'
		if !digit && !capital || i == 0 && !capital || i == 1 && !digit {
			return false
		}
	}
	return len(s) >= 3 && len(s) <= 7
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

func coverage(c *scrubber.Case, i int) scrubber.Coverage {
	if i < len(c.Coverage) {
		return c.Coverage[i]
	}
	return scrubber.Coverage{}
}

func factText(f scrubber.Fact) string {
	return [...]string{scrubber.FactUnknown: "not_sent", scrubber.No: "no", scrubber.Yes: "yes"}[f]
}

func lines(c *scrubber.Case) []Line {
	out := make([]Line, len(c.Lines))
	for i := range c.Lines {
		l := &c.Lines[i]
		out[i] = Line{
			Number: l.Number, Code: l.Code, Modifiers: l.Modifiers, Units: l.Units, ChargeCents: int(l.ChargeCents),
			Timed: l.Timed(), Documented: len(l.Services) > 0, Credential: c.RenderedBy(l).Credential,
		}
		for _, p := range l.Pointers {
			if p >= 1 && p <= len(c.Diagnoses) {
				out[i].Diagnoses = append(out[i].Diagnoses, c.Diagnoses[p-1])
			}
		}
		for _, s := range l.Services {
			m := c.Services[s].ServiceMinutes()
			if m == scrubber.NotSent {
				out[i].Minutes = scrubber.NotSent
				break
			}
			out[i].Minutes += m
		}
	}
	return out
}

func services(c *scrubber.Case) []Service {
	out := make([]Service, len(c.Services))
	for i := range c.Services {
		s := &c.Services[i]
		out[i] = Service{
			Kind: s.Kind.String(), Code: s.Code, Session: s.Session, Discipline: s.Discipline, Minutes: s.ServiceMinutes(),
			AssistantMinutes: s.AssistantMinutes, Muscles: len(s.Muscles), Techniques: len(s.Techniques),
			Needling: s.Needling, Attended: factText(s.Attended),
		}
		for region := range s.Regions.All() {
			out[i].Regions = append(out[i].Regions, region.String())
		}
	}
	return out
}

func sameDay(c *scrubber.Case) []SameDay {
	out := make([]SameDay, len(c.SameDay))
	for i, l := range c.SameDay {
		out[i] = SameDay{l.Code, l.Modifiers, l.Units}
	}
	return out
}

func plans(c *scrubber.Case) []Plan {
	out := make([]Plan, len(c.Plans))
	for i, p := range c.Plans {
		out[i] = Plan{p.Discipline, p.CertifiedOn.String(), p.ExpiresOn.String()}
	}
	return out
}
