package refdata_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

// published is where the full published tables are, on a machine that has them.
const published = "../../../shared/data"

// national holds the full published tables, imported once for all tests and benchmarks of them.
var national = sync.OnceValues(importNational)

func importNational() ([][]byte, error) {
	var editions [][]byte
	for _, r := range []struct {
		table    refdata.Table
		program  refdata.Program
		name     string
		from, to string
		file     string
	}{
		{refdata.PTP, refdata.Medicare, "2024Q3", "2024-07-01", "2024-09-30", "ncci/ptp_practitioner_2024q3_full.tsv.gz"},
		{refdata.MUE, refdata.Medicare, "2024Q3", "2024-07-01", "2024-09-30", "ncci/mue_practitioner_2024q3.csv"},
		{refdata.ICD10CM, refdata.NoProgram, "FY2026", "2024-07-01", "2026-09-30", "icd10cm/icd10cm_order_2026.txt.gz"},
	} {
		edition, err := importFile(r.table, r.program, r.name, r.from, r.to, r.file)
		if err != nil {
			return nil, err
		}
		editions = append(editions, edition)
	}
	return editions, nil
}

func importFile(table refdata.Table, program refdata.Program, name, from, to, file string) ([]byte, error) {
	f, err := os.Open(filepath.Join(published, file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	first, err1 := civil.ParseDate(from)
	last, err2 := civil.ParseDate(to)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("%s to %s", from, to)
	}
	edition, _, err := refdata.Import(refdata.Request{Table: table, Program: program, Name: name, From: first, To: last,
		Files: []refdata.File{{Name: filepath.Base(file), Reader: f}}})
	return edition, err
}

func needPublished(t testing.TB) [][]byte {
	t.Helper()
	if testing.Short() {
		t.Skip("reads 2.5 million rows: not in short mode")
	}
	if _, err := os.Stat(published); err != nil {
		t.Skipf("the full published tables are not at %s", published)
	}
	editions, err := national()
	if err != nil {
		t.Fatal(err)
	}
	return editions
}

// A plainRow is a row of a pair, in either order, that was ever in force.
type plainRow struct {
	column1, column2 string
	deleted          civil.Date // 0 for none
	indicator        uint8
	rationale        string
}

func plainPairs(t testing.TB) (pairs map[[2]string][]plainRow, codes []string) {
	t.Helper()
	f, err := os.Open(filepath.Join(published, "ncci/ptp_practitioner_2024q3_full.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	pairs = map[[2]string][]plainRow{}
	seen := map[string]bool{}
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		if c[0] == "column1" || c[3] == "9" {
			continue
		}
		r := plainRow{column1: c[0], column2: c[1], indicator: c[3][0] - '0', rationale: c[4]}
		if c[2] != "*" {
			if r.deleted, err = civil.ParseDate(c[2][:4] + "-" + c[2][4:6] + "-" + c[2][6:]); err != nil {
				t.Fatal(err)
			}
		}
		for _, code := range c[:2] {
			if !seen[code] {
				seen[code] = true
				codes = append(codes, strings.Clone(code))
			}
		}
		if key := [2]string{min(c[0], c[1]), max(c[0], c[1])}; sampled(key) {
			pairs[key] = append(pairs[key], r)
		}
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
	return pairs, codes
}

// sampled is an eighth of all pairs: the plain reading would take a gigabyte of all of them.
func sampled(pair [2]string) bool {
	sum := 0
	for i := range 5 {
		sum += int(pair[0][i])*7 + int(pair[1][i])*3
	}
	return sum%8 == 0
}

// inForce is the row that ends soonest among those that had not ended by the day.
func inForce(rows []plainRow, day civil.Date) *plainRow {
	var best *plainRow
	for i, r := range rows {
		if r.deleted != 0 && r.deleted < day {
			continue
		}
		if best == nil || best.deleted == 0 || r.deleted != 0 && r.deleted < best.deleted {
			best = &rows[i]
		}
	}
	return best
}

func TestPairsAgreeWithAPlainReadingOfTheNationalTable(t *testing.T) {
	t.Parallel()
	set, err := refdata.Open(needPublished(t)...)
	if err != nil {
		t.Fatal(err)
	}
	pairs, codes := plainPairs(t)
	keys := make([][2]string, 0, len(pairs))
	for k := range pairs {
		keys = append(keys, k)
	}
	random := rand.New(rand.NewPCG(1, 2))
	first, last := day(t, "1996-01-01"), day(t, "2024-09-30")
	present := 0
	for range 200_000 {
		k := keys[random.IntN(len(keys))]
		if other := [2]string{codes[random.IntN(len(codes))], codes[random.IntN(len(codes))]}; sampled([2]string{min(other[0], other[1]), max(other[0], other[1])}) {
			k = other
		}
		on := first + civil.Date(random.IntN(int(last-first)+1))
		rows := pairs[[2]string{min(k[0], k[1]), max(k[0], k[1])}]
		if len(rows) > 0 && random.IntN(2) == 0 { // a day at the edge of an edit
			if d := rows[random.IntN(len(rows))].deleted; d != 0 {
				on = d + civil.Date(random.IntN(3)-1)
			}
		}
		want := inForce(rows, on)
		for _, k := range [][2]string{k, {k[1], k[0]}} {
			got, found := set.At(on).Pair(refdata.Medicare, k[0], k[1])
			if want == nil && found == refdata.Absent {
				continue
			}
			if want == nil || found != refdata.Present || got.Column1 != want.column1 || got.Column2 != want.column2 ||
				got.Indicator != want.indicator || got.Rationale != want.rationale || got.To != want.deleted {
				t.Fatalf("%v on %s: %v %+v, expected %+v", k, on, found, got, want)
			}
			present++
		}
	}
	if present < 100_000 {
		t.Fatalf("only %d lookups met an edit", present)
	}
}

// BenchmarkOpenNational opens the three tables; MB is their size on disk, which is also the memory they take when mapped, and heapKB
// what opening them adds to it.
func BenchmarkOpenNational(b *testing.B) {
	editions := needPublished(b)
	size := 0
	for _, e := range editions {
		size += len(e)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	set, err := refdata.Open(editions...)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := refdata.Open(editions...); err != nil {
			b.Fatal(err)
		}
	}
	runtime.KeepAlive(set)
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1e3, "heapKB")
}

func BenchmarkImportNational(b *testing.B) {
	needPublished(b)
	for b.Loop() {
		if _, err := importNational(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPair(b *testing.B) {
	set, err := refdata.Open(needPublished(b)...)
	if err != nil {
		b.Fatal(err)
	}
	_, codes := plainPairs(b)
	random := rand.New(rand.NewPCG(3, 4))
	sample := make([][2]string, 4096)
	for i := range sample {
		sample[i] = [2]string{codes[random.IntN(len(codes))], codes[random.IntN(len(codes))]}
	}
	view := set.At(day(b, "2024-08-01"))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		view.Pair(refdata.Medicare, sample[i&4095][0], sample[i&4095][1])
		i++
	}
}

// A claim of ten lines with ten different codes and four diagnoses: 45 pairs, 10 unit limits, 4 diagnoses.
func BenchmarkClaimOfTenLines(b *testing.B) {
	set, err := refdata.Open(needPublished(b)...)
	if err != nil {
		b.Fatal(err)
	}
	codes := []string{"99213", "98941", "97110", "97112", "97140", "97530", "97535", "97012", "G0283", "97035"}
	diagnoses := []string{"M9903", "M5450", "M9901", "M542"}
	on := day(b, "2024-08-01")
	b.ReportAllocs()
	for b.Loop() {
		view := set.At(on)
		table := view.Pairs(refdata.Medicare)
		numbered := make([]refdata.PairCode, 0, 16)
		for _, code := range codes {
			view.MUE(refdata.Medicare, code)
			numbered = append(numbered, table.Code(code))
		}
		var pair refdata.Pair
		for i := range numbered {
			for j := i + 1; j < len(numbered); j++ {
				table.Between(&numbered[i], &numbered[j], &pair)
			}
		}
		for _, d := range diagnoses {
			view.Diagnosis(d)
		}
	}
}

func day(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
