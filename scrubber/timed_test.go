package scrubber_test

import (
	"fmt"
	"slices"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// pools scrubs a case without rules and says its timed pools in one line each.
func pools(t *testing.T, c *scrubber.Case) (out []string) {
	t.Helper()
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", nil, tables, []*scrubber.Policy{{ID: "p", UnitMethod: scrubber.CMSEightMinute}})
	if err != nil {
		t.Fatal(err)
	}
	c.ServiceDate = civil.DateOf(2026, 3, 16)
	for i := range c.Services {
		c.Services[i].Index, c.Services[i].Session = i, 1
	}
	for i := range c.Lines {
		c.Lines[i].Index, c.Lines[i].Number = i, i+1
	}
	e.Scrub(c)
	for _, p := range c.Timed {
		s := fmt.Sprintf("%s total %d", p.Discipline, p.Total)
		if p.Mixed {
			s += " mixed"
		}
		if !p.PerCode {
			s += " in all"
		}
		for _, k := range p.Codes {
			s += fmt.Sprintf(", %s %d min (assistant %d) earns %d billed %d", k.Code, k.Minutes, k.Assistant, k.Earns(), k.Billed)
			if !k.Pooled() {
				s += " apart"
			}
		}
		out = append(out, s)
	}
	return out
}

func service(kind scrubber.Kind, minutes int, edit ...func(*scrubber.Service)) scrubber.Service {
	s := scrubber.Service{Kind: kind, Minutes: minutes, AssistantMinutes: scrubber.NotSent}
	for _, e := range edit {
		e(&s)
	}
	return s
}

func code(code string) func(*scrubber.Service) { return func(s *scrubber.Service) { s.Code = code } }
func by(discipline string) func(*scrubber.Service) {
	return func(s *scrubber.Service) { s.Discipline = discipline }
}

// clock is an interval of the hour from nine on.
func clock(start, end int, assistant bool) func(*scrubber.Service) {
	return func(s *scrubber.Service) {
		s.Intervals = append(s.Intervals, scrubber.Interval{Start: civil.Clock(540 + start), End: civil.Clock(540 + end), Assistant: assistant})
	}
}

func billing(code string, units int, modifiers ...string) scrubber.Line {
	return scrubber.Line{Code: code, Units: units, Modifiers: modifiers}
}

func TestTimedPools(t *testing.T) {
	t.Parallel()
	const exercise, activities, manual, other = scrubber.TherapeuticExercise, scrubber.TherapeuticActivities, scrubber.ManualTherapy, scrubber.KindOther
	for name, test := range map[string]struct {
		services []scrubber.Service
		lines    []scrubber.Line
		total    int
		want     []string
	}{
		"split episodes are one code": {
			services: []scrubber.Service{service(exercise, 4), service(exercise, 4)}, lines: []scrubber.Line{billing("97110", 1)},
			want: []string{" total 8, 97110 8 min (assistant 0) earns 1 billed 1"},
		},
		"lines of one code add up, and a negative unit adds nothing": {
			services: []scrubber.Service{service(exercise, 30)}, lines: []scrubber.Line{billing("97110", 1, "GP"), billing("97110", 1, "GP", "CQ"), billing("97110", -4)},
			want: []string{" total 30, 97110 30 min (assistant 0) earns 2 billed 2"},
		},
		"needling feeds nothing": {
			services: []scrubber.Service{service(manual, 15, func(s *scrubber.Service) { s.Needling = true }), service(scrubber.DryNeedling, 15)},
			lines:    []scrubber.Line{billing("97140", 1)},
			want:     []string{" total 0, 97140 0 min (assistant 0) earns 0 billed 1"},
		},
		"an add-on counts with its primary": {
			services: []scrubber.Service{service(other, 30, code("97129")), service(other, 8, code("97130"))}, lines: []scrubber.Line{billing("97130", 2), billing("97129", 1)},
			want: []string{" total 38, 97129 38 min (assistant 0) earns 3 billed 3"},
		},
		"caregiver training: half an hour, then quarters, apart from the pool": {
			services: []scrubber.Service{service(other, 38, code("97550")), service(exercise, 15)}, lines: []scrubber.Line{billing("97550", 1), billing("97551", 1)},
			want: []string{" total 15, 97110 15 min (assistant 0) earns 1 billed 0, 97550 38 min (assistant 0) earns 2 billed 2 apart"},
		},
		"work hardening by whole periods": {
			services: []scrubber.Service{service(other, 239, code("97545"))}, lines: []scrubber.Line{billing("97545", 1), billing("97546", 1)},
			want: []string{" total 0, 97545 239 min (assistant 0) earns 2 billed 2 apart"},
		},
		"acupuncture and remote monitoring are not counted by the day's minutes": {
			services: []scrubber.Service{service(scrubber.Acupuncture, 15)}, lines: []scrubber.Line{billing("97810", 1), billing("98980", 1), billing("97161", 1)},
		},
		"unattended stimulation is untimed": {
			services: []scrubber.Service{service(scrubber.TENS, 20, func(s *scrubber.Service) { s.Attended = scrubber.No })}, lines: []scrubber.Line{billing("97032", 1)},
			want: []string{" total 0, 97032 0 min (assistant 0) earns 0 billed 1"},
		},
		"attendance not said: as billed": {
			services: []scrubber.Service{service(scrubber.ElectricalStimulation, 20)}, lines: []scrubber.Line{billing("97032", 1)},
			want: []string{" total 20, 97032 20 min (assistant 0) earns 1 billed 1"},
		},
		"disciplines apart": {
			services: []scrubber.Service{service(exercise, 8, by("PT")), service(activities, 8, by("OT"))},
			lines:    []scrubber.Line{billing("97110", 1, "GP"), billing("97530", 1, "GO")},
			want:     []string{"PT total 8, 97110 8 min (assistant 0) earns 1 billed 1", "OT total 8, 97530 8 min (assistant 0) earns 1 billed 1"},
		},
		"a line without a modifier is of its services' discipline": {
			services: []scrubber.Service{service(exercise, 8, by("PT")), service(activities, 8, by("OT"))},
			lines:    []scrubber.Line{billing("97110", 1), billing("97530", 1)},
			want:     []string{"PT total 8, 97110 8 min (assistant 0) earns 1 billed 1", "OT total 8, 97530 8 min (assistant 0) earns 1 billed 1"},
		},
		"a service that does not say whose it is": {
			services: []scrubber.Service{service(exercise, 8, by("PT")), service(activities, 8, by("OT")), service(manual, 8)}, lines: []scrubber.Line{billing("97110", 1, "GP")},
			want: []string{" total 24 mixed, 97110 8 min (assistant 0) earns 1 billed 1, 97140 8 min (assistant 0) earns 1 billed 0, 97530 8 min (assistant 0) earns 1 billed 0"},
		},
		"one discipline treated, whatever a line says": {
			services: []scrubber.Service{service(exercise, 15, by("PT"))}, lines: []scrubber.Line{billing("97110", 1, "GO")},
			want: []string{" total 15, 97110 15 min (assistant 0) earns 1 billed 1"},
		},
		"the visit's total where a service has no minutes": {
			services: []scrubber.Service{service(exercise, scrubber.NotSent), service(manual, 15)}, lines: []scrubber.Line{billing("97110", 1)}, total: 38,
			want: []string{" total 38 in all, 97110 0 min (assistant 0) earns 0 billed 1, 97140 15 min (assistant 0) earns 1 billed 0"},
		},
		"no minutes at all": {
			services: []scrubber.Service{service(exercise, scrubber.NotSent)}, lines: []scrubber.Line{billing("97110", 1)}, total: scrubber.NotSent,
			want: []string{" total -1 in all, 97110 0 min (assistant 0) earns 0 billed 1"},
		},
		"clock times are minutes, and the assistant's beside the therapist's are the therapist's": {
			services: []scrubber.Service{service(exercise, scrubber.NotSent, clock(0, 20, false), clock(10, 35, true))}, total: scrubber.NotSent,
			want: []string{" total 35, 97110 35 min (assistant 15) earns 2 billed 0"},
		},
		"both clinicians on one code count once": {
			services: []scrubber.Service{service(exercise, scrubber.NotSent, clock(0, 20, false)), service(exercise, 20, clock(10, 30, true))}, total: scrubber.NotSent,
			want: []string{" total 30, 97110 30 min (assistant 10) earns 2 billed 0"},
		},
		"both clinicians on two codes count once in all": {
			services: []scrubber.Service{service(exercise, 20, clock(0, 20, false)), service(manual, 20, clock(10, 30, true))}, total: scrubber.NotSent,
			want: []string{" total 30 in all, 97110 20 min (assistant 0) earns 1 billed 0, 97140 20 min (assistant 20) earns 1 billed 0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &scrubber.Case{Documented: true, Services: test.services, Lines: test.lines, TotalTimedMinutes: test.total, TotalTreatmentMinutes: scrubber.NotSent}
			if test.total == 0 {
				c.TotalTimedMinutes = scrubber.NotSent
			}
			if got := pools(t, c); !slices.Equal(got, test.want) {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestWithoutDocumentationTheDisciplinesOfTheLinesAreMixed(t *testing.T) {
	t.Parallel()
	c := &scrubber.Case{Lines: []scrubber.Line{billing("97110", 1, "GP"), billing("97530", 1, "GO")}, TotalTimedMinutes: 16}
	want := []string{" total 16 mixed in all, 97110 0 min (assistant 0) earns 0 billed 1, 97530 0 min (assistant 0) earns 0 billed 1"}
	if got := pools(t, c); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}
