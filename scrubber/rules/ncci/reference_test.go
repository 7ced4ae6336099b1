package ncci_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// published is where the full published tables are, on a machine that has them; shipped is the text of those in the binary.
const (
	published = "../../../../shared/data/ncci"
	shipped   = "../../../deploy/refdata"
)

// reference is a plain reading of the raw rows, written apart from the store.
type reference struct {
	source      string
	family      []string
	pairs       [][2]string
	first, last civil.Date
	limitsFrom  civil.Date
	edits       map[[2]string][]edit // by the two codes in order; sorted by deletion
	limits      map[string][2]int    // units and adjudication indicator
}

type edit struct {
	column1, column2 string
	deleted          string // YYYYMMDD, or 99999999
	indicator        string
}

// rows reads the tables raw, and compiles a set of the same files for the engine.
func rows(t *testing.T) (*reference, *refdata.Set) {
	t.Helper()
	ref := &reference{
		source: "the full published tables", first: civil.DateOf(2015, time.January, 1), last: civil.DateOf(2024, time.September, 30),
		limitsFrom: civil.DateOf(2024, time.July, 1), edits: map[[2]string][]edit{}, limits: map[string][2]int{},
	}
	for line := range lines(t, filepath.Join(shipped, "ptp_medicare_2024q3.tsv")) {
		if codes, ok := strings.CutPrefix(line, "coverage: "); ok {
			ref.family = append(ref.family, strings.Fields(codes)...)
		}
	}
	pairsFile, unitsFile := filepath.Join(published, "ptp_practitioner_2024q3_full.tsv.gz"), filepath.Join(published, "mue_practitioner_2024q3.csv")
	editions := deploy.Refdata()
	if _, err := os.Stat(pairsFile); err != nil || testing.Short() || raced {
		t.Logf("%s is not there, or this is a short run: the shipped tables stand in", published)
		ref.source = "the shipped tables"
		pairsFile, unitsFile = filepath.Join(shipped, "ptp_medicare_2024q3.tsv"), filepath.Join(shipped, "mue_medicare_2024q3.tsv")
	} else {
		editions = append(editions, imported(t, refdata.PTP, pairsFile), imported(t, refdata.MUE, unitsFile))
	}
	set, err := refdata.Open(editions...)
	if err != nil {
		t.Fatal(err)
	}
	ref.readPairs(t, pairsFile)
	ref.readUnits(t, unitsFile)
	return ref, set
}

func imported(t *testing.T, table refdata.Table, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edition, _, err := refdata.Import(refdata.Request{
		Table: table, Program: refdata.Medicare, Name: "2024Q3", From: civil.DateOf(2024, time.July, 1), To: civil.DateOf(2024, time.September, 30),
		Files: []refdata.File{{Name: filepath.Base(file), Reader: f}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return edition
}

// readPairs keeps the rows between codes of the family and every ninth of the others: the claims bill no other codes.
func (ref *reference) readPairs(t *testing.T, file string) {
	family := map[string]bool{}
	for _, code := range ref.family {
		family[code] = true
	}
	kept := func(code string) bool {
		sum := 0
		for i := range len(code) {
			sum = sum*31 + int(code[i])
		}
		return family[code] || sum%9 == 0
	}
	for line := range lines(t, file) {
		cells := strings.Split(line, "\t")
		if len(cells) != 5 || len(cells[0]) != 5 || !kept(cells[0]) || !kept(cells[1]) || cells[3] == "9" {
			continue
		}
		e := edit{cells[0], cells[1], strings.Replace(cells[2], "*", "99999999", 1), cells[3]}
		key := [2]string{min(e.column1, e.column2), max(e.column1, e.column2)}
		if ref.edits[key] == nil && (family[key[0]] || len(ref.pairs)%3 == 0 || family[key[1]]) {
			ref.pairs = append(ref.pairs, key)
		}
		ref.edits[key] = append(ref.edits[key], e)
	}
	for _, edits := range ref.edits {
		slices.SortStableFunc(edits, func(a, b edit) int { return strings.Compare(a.deleted, b.deleted) })
	}
}

func (ref *reference) readUnits(t *testing.T, file string) {
	for line := range lines(t, file) {
		cells := strings.Split(line, "\t")
		if strings.HasSuffix(file, ".csv") {
			var err error
			if cells, err = csv.NewReader(strings.NewReader(line)).Read(); err != nil {
				t.Fatal(err)
			}
		}
		if len(cells) < 3 {
			continue
		}
		units, err1 := strconv.Atoi(cells[1])
		indicator, err2 := strconv.Atoi(cells[2])
		if err1 == nil && err2 == nil {
			ref.limits[cells[0]] = [2]int{units, indicator}
		}
	}
}

// on is the edit in force on a day: rows of a pair follow one another, so it is the first that had not ended.
func (ref *reference) on(a, b, day string) (edit, bool) {
	for _, e := range ref.edits[[2]string{min(a, b), max(a, b)}] {
		if day <= e.deleted {
			return e, true
		}
	}
	return edit{}, false
}

// entry is a line of the day as the reference sees it.
type entry struct {
	number     int // 0: of another encounter
	code, npi  string
	credential string
	modifiers  []string
	units      int
}

func entries(c *scrubber.Case) (out []entry) {
	for i := range c.Lines {
		l, by := &c.Lines[i], c.Rendering
		if c.Lines[i].Rendering != nil {
			by = *c.Lines[i].Rendering
		}
		out = append(out, entry{l.Number, l.Code, by.NPI, strings.TrimSuffix(by.Credential, "A"), l.Modifiers, l.Units})
	}
	for _, s := range c.SameDay {
		out = append(out, entry{0, s.Code, s.RenderingNPI, "", s.Modifiers, s.Units})
	}
	return out
}

func (e *entry) marked(with string) bool {
	return slices.ContainsFunc(e.modifiers, func(m string) bool { return slices.Contains(strings.Fields(with), m) })
}

func (e *entry) visit() bool {
	n, err := strconv.Atoi(e.code)
	return err == nil && n >= 99202 && n <= 99499
}

// judge says of a claim what the rules must say.
func (ref *reference) judge(c *scrubber.Case) (out []string) {
	day := entries(c)
	out = append(out, ref.judgePairs(c.ServiceDate, day)...)
	if c.ServiceDate < ref.limitsFrom {
		for _, rule := range []string{"MUE001", "MUE002", "MUE003"} {
			out = append(out, verdict(rule, "no_edition", nil, "", ""))
		}
	} else {
		out = append(out, ref.judgeUnits(day)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (ref *reference) judgePairs(date civil.Date, day []entry) (out []string) {
	type group struct {
		lines   []int
		certain bool
		edit
	}
	groups := map[string]*group{}
	on := strings.ReplaceAll(date.String(), "-", "")
	for i := range day {
		for j := range day {
			one, two := &day[i], &day[j]
			e, ok := ref.on(one.code, two.code, on)
			if !ok || e.column1 != one.code || e.column2 != two.code || one.number+two.number == 0 {
				continue
			}
			same := one.npi == two.npi || one.npi == "" || two.npi == ""
			if !same && (one.number == 0 || two.number == 0 || one.credential != two.credential) {
				continue
			}
			if e.indicator == "1" && separated(one, two) {
				if one.number > 0 && two.number > 0 && !one.visit() && !two.visit() {
					out = append(out, verdict("PTP003", "documentation_not_sent", nil, "", ""))
				}
				continue
			}
			if e.indicator == "1" && (one.marked("GY") || two.marked("GY")) {
				continue // billed for its denial
			}
			key := e.column1 + e.column2
			if groups[key] == nil {
				groups[key] = &group{edit: e}
			}
			g := groups[key]
			g.certain = g.certain || same
			g.lines = append(g.lines, one.number, two.number)
		}
	}
	for _, g := range groups {
		slices.Sort(g.lines)
		g.lines = slices.DeleteFunc(slices.Compact(g.lines), func(n int) bool { return n == 0 })
		rule, expected, severity := "PTP001", g.column1+" alone", "reject"
		if !g.certain {
			severity = "warn"
		}
		if g.indicator == "1" {
			rule, expected = "PTP002", "59, XE, XP, XS or XU on either, if they were separate"
			for _, code := range []string{g.column1, g.column2} {
				if (&entry{code: code}).visit() {
					expected = "25 on " + code + ", if it was significant and separate"
				}
			}
		}
		out = append(out, verdict(rule, severity, g.lines, g.column2+" with "+g.column1, expected))
	}
	return out
}

func separated(one, two *entry) bool {
	const either = "59 XE XP XS XU"
	return one.marked(either) || two.marked(either) || one.visit() && one.marked("25") || two.visit() && two.marked("25") ||
		two.marked("24 57 58 78 79 91 27 LT RT E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LC LD RC LM RI")
}

func (ref *reference) judgeUnits(day []entry) (out []string) {
	for i := range day {
		limit, ok := ref.limits[day[i].code]
		if !ok || day[i].number == 0 {
			continue
		}
		counts := func(e *entry) bool {
			return e.code == day[i].code && (e.npi == day[i].npi || e.number == 0 && e.npi == "") && (limit[0] > 0 || e.number == 0 || !e.marked("GY"))
		}
		expected := "at most " + strconv.Itoa(limit[0])
		if limit[0] == 0 {
			expected = "none"
		}
		if limit[1] == 1 {
			if counts(&day[i]) && day[i].units > limit[0] {
				out = append(out, verdict("MUE001", "reject", []int{day[i].number}, strconv.Itoa(day[i].units), expected))
			}
			continue
		}
		own, all, numbers := 0, 0, []int{}
		for j := range day {
			if !counts(&day[j]) {
				continue
			}
			units := max(day[j].units, 0)
			all += units
			if day[j].number > 0 {
				own += units
				numbers = append(numbers, day[j].number)
			}
		}
		slices.Sort(numbers)
		if counts(&day[i]) && own > 0 && all > limit[0] {
			out = append(out, verdict("MUE00"+strconv.Itoa(limit[1]), "reject", numbers, strconv.Itoa(all), expected))
		}
	}
	return out
}

// lines are the lines of a text file, gzipped or not.
func lines(t *testing.T, file string) iter.Seq[string] {
	t.Helper()
	return func(yield func(string) bool) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var r io.Reader = f
		if strings.HasSuffix(file, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				t.Fatal(err)
			}
		}
		scanner := bufio.NewScanner(r)
		for scanner.Scan() {
			if !yield(scanner.Text()) {
				return
			}
		}
		if scanner.Err() != nil {
			t.Fatal(scanner.Err())
		}
	}
}
