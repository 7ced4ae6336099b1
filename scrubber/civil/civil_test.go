package civil

import (
	"testing"
	"time"
)

func TestEveryDayOfFourCenturiesParsesBackToItself(t *testing.T) {
	t.Parallel()
	want := DateOf(1700, 1, 1)
	for day := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2101; day = day.AddDate(0, 0, 1) {
		text := day.Format(time.DateOnly)
		got, err := ParseDate(text)
		if err != nil || got != want || got.String() != text {
			t.Fatalf("ParseDate(%q) = %d %q, %v; want day number %d", text, got, got, err, want)
		}
		want++
	}
}

func TestDaysAreThoseOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for day, d := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), Date(1); day.Year() < 10000; day, d = day.AddDate(0, 0, 1), d+1 {
		y, m, n := day.Date()
		if got := DateOf(y, m, n); got != d {
			t.Fatalf("DateOf(%d, %d, %d) = %d, want %d", y, m, n, got, d)
		}
		if gy, gm, gn := d.Civil(); gy != y || gm != m || gn != n {
			t.Fatalf("day %d is %d-%d-%d, want %d-%d-%d", d, gy, gm, gn, y, m, n)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "2026-2-03", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00", "0000-01-01", "20260101", "2026-01-01T00", "２026-1-1", "2026/01/01", "1900-02-29"} {
		if d, err := ParseDate(text); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", text, d)
		}
	}
}

func TestAddYearsFromALeapDay(t *testing.T) {
	t.Parallel()
	if got := DateOf(2024, 2, 29).AddYears(1).String(); got != "2025-03-01" {
		t.Errorf("got %s", got)
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"00:00", "23:59", "24:00", "24:01", "9:00", "12:60", "ab:cd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseClock(s)
		if err != nil {
			return
		}
		if c < 0 || c > 1440 || c.String() != s {
			t.Fatalf("ParseClock(%q) = %d, printed %q", s, c, c)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31", "2026-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil && d.String() != s {
			t.Fatalf("ParseDate(%q) printed %q", s, d)
		}
	})
}
