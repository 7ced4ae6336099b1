package coverage_test

import (
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/rules/coverage"
	"claimscrub/scrubber/scrubtest"
)

func TestALimitLongerThanTheCalendarIsNoLimit(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"timely_filing_days": 4_000_000_000, "timely_filing_years": 99_999_999_999} {
		e, err := scrubber.New("test", []scrubber.Rule{coverage.TimelyFiling}, scrubtest.Engine(t).Tables(), []*scrubber.Policy{
			{ID: "p", UnitMethod: scrubber.CPTMidpoint, Params: map[string]scrubber.Value{name: {Int: most}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		o := e.Scrub(&scrubber.Case{ServiceDate: civil.DateOf(2024, 3, 16), AsOf: civil.DateOf(2026, 3, 20), Frequency: "1"})
		for _, f := range o.Findings {
			t.Errorf("%s: %d: %q", name, most, f.Message)
		}
	}
}
