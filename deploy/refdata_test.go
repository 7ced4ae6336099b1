package deploy_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"claimscrub/deploy"
	"claimscrub/scrubber/refdata"
)

var update = flag.Bool("update", false, "rewrite the shipped reference tables from the published files")

// published is where the full published tables are, on a machine that has them.
const published = "../../shared/data"

// The categories of ICD-10-CM the family's claims use: its coverage.
var categories = strings.Fields(`G44 G54 G56 G57 M16 M17 M19 M22 M23 M24 M25 M26 M43 M46 M47 M48 M50 M51 M53 M54 M62 M65 M66 M67 M70 M72 M75 M76 M77 M79
	M99 R10 R26 R29 R51 S13 S16 S23 S33 S39 S43 S46 S83 S86 S93 Z47 Z51 Z96`)

// TestShippedTablesFollowFromThePublishedOnes keeps the generated tables in step with what they were taken from. To take
// them anew: go test ./deploy -run FollowFromThePublished -update
func TestShippedTablesFollowFromThePublishedOnes(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(published); err != nil {
		t.Skipf("the published tables are not at %s: the shipped ones are not compared", published)
	}
	family := familyCodes(t)
	for name, want := range map[string]string{
		"ptp_medicare_2024q3.tsv": ptpTable(t, family),
		"mue_medicare_2024q3.tsv": mueTable(t, family, "ncci/mue_practitioner_2024q3.csv", "2024Q3", "2024-07-01", "2024-09-30"),
		"mue_medicare_2026h1.tsv": mueTable(t, family, "ncci/mue_practitioner_2026h1.csv", "2026H1", "2026-01-01", "2026-06-30"),
		"pfs_2026.tsv":            pfsTable(t),
		"icd10cm_fy2025.tsv":      icdTableBefore(t),
		"icd10cm_fy2026.tsv":      icdTable(t),
		"pos_2026.tsv":            posTable(t),
	} {
		path := filepath.Join("refdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s differs from the published table (-published +shipped):\n%s", name, diff)
		}
	}
}

// familyCodes are the codes of codes.tsv by the first day they are valid.
func familyCodes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("refdata/codes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(text), "\n\n")
	codes := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(rows), "\n")[1:] {
		cells := strings.Split(line, "\t")
		codes[cells[0]] = ""
		if len(cells) > 8 {
			codes[cells[0]] = cells[8]
		}
	}
	return codes
}

// coverage are the codes a table published on a day can have known, as lines of its description.
func coverage(family map[string]string, day string) string {
	var codes []string
	for code, from := range family {
		if from <= day {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return coverageLines(codes)
}

func coverageLines(codes []string) string {
	var b strings.Builder
	for line := range slices.Chunk(codes, 20) {
		fmt.Fprintf(&b, "coverage: %s\n", strings.Join(line, " "))
	}
	return b.String()
}

func ptpTable(t *testing.T, family map[string]string) string {
	var b strings.Builder
	b.WriteString(`# Pairs of two codes of the family, of the complete practitioner table, without those that were never in force (indicator 9).
# Effective dates were not in the copy at hand: rows of a pair follow one another.
table: ptp
program: medicare
edition: 2024Q3
from: 2024-07-01
to: 2024-09-30
source: CMS NCCI PTP practitioner edits v30.2, 2024 Q3
` + coverage(family, "2024-07-01") + "\ncolumn1\tcolumn2\tdeletion_date\tmodifier_indicator\trationale\n")
	for line := range gunzip(t, "ncci/ptp_practitioner_2024q3_full.tsv.gz") {
		cells := strings.Split(line, "\t")
		if in(family, cells[0]) && in(family, cells[1]) && cells[3] != "9" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func mueTable(t *testing.T, family map[string]string, file, name, from, to string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `table: mue
program: medicare
edition: %s
from: %s
to: %s
source: CMS NCCI MUE practitioner services %s
%s
`, name, from, to, name, coverage(family, from))
	for i, cells := range csvFile(t, filepath.Join(published, file)) {
		if i == 0 || in(family, cells[0]) {
			b.WriteString(strings.Join(cells, "\t") + "\n")
		}
	}
	return b.String()
}

// pfsTable is the rows of the published file at hand, and those of testdata/pfs_2026_jul_rest.csv: the codes of the family that it lacks,
// from the same release, PPRRVU2026_Jul_nonQPP.csv of RVU26C (released 2026-06-30).
func pfsTable(t *testing.T) string {
	rows := csvFile(t, filepath.Join(published, "pfs/pfs_2026_jul_physmed_subset.csv"))[1:]
	for i, c := range rows {
		rows[i] = []string{c[0], c[1], c[9], c[10], c[11]}
	}
	rows = append(rows, csvFile(t, "testdata/pfs_2026_jul_rest.csv")[1:]...)
	slices.SortFunc(rows, slices.Compare)
	codes := make([]string, len(rows))
	var b strings.Builder
	b.WriteString("\nhcpcs\tstatus\tpctc\tglobal_days\tmult_proc\n")
	for i, c := range rows {
		codes[i] = c[0]
		b.WriteString(strings.Join(c, "\t") + "\n")
	}
	return `# Indicators hold for the calendar year; these are of its July release.
table: pfs
edition: 2026
from: 2026-01-01
to: 2026-12-31
source: CMS physician fee schedule relative value file, July 2026 (RVU26C)
` + coverageLines(codes) + b.String()
}

func icdTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`table: icd10cm
edition: FY2026
from: 2025-10-01
to: 2026-09-30
source: CMS/NCHS ICD-10-CM order file, fiscal year 2026
` + coverageLines(categories) + "\ncode\tbillable\ttitle\n")
	for line := range gunzip(t, "icd10cm/icd10cm_order_2026.txt.gz") {
		if slices.Contains(categories, line[6:9]) {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", strings.TrimSpace(line[6:13]), line[14:15], strings.TrimSpace(line[77:]))
		}
	}
	return b.String()
}

// icdTableBefore is the edition before: the changes of the fiscal year 2026 taken back. None of them revises a title of the categories.
func icdTableBefore(t *testing.T) string {
	rows := map[string]string{}
	_, table, _ := strings.Cut(icdTable(t), "\ttitle\n")
	for line := range strings.Lines(table) {
		rows[strings.Split(line, "\t")[0]] = line
	}
	changes, err := os.ReadFile(filepath.Join(published, "icd10cm/icd10cm_order_addenda_2026.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"Add:", "Delete:"} {
		for line := range strings.Lines(string(changes)) {
			if !strings.HasPrefix(line, change) || !slices.Contains(categories, line[15:18]) {
				continue
			}
			code := strings.TrimSpace(line[15:22])
			delete(rows, code)
			if change == "Delete:" {
				rows[code] = fmt.Sprintf("%s\t%s\t%s\n", code, line[13:14], strings.TrimSpace(line[84:]))
			}
		}
	}
	var b strings.Builder
	b.WriteString(`table: icd10cm
edition: FY2025
from: 2024-10-01
to: 2025-09-30
source: CMS/NCHS ICD-10-CM order file, fiscal year 2026, with the changes of its addenda taken back
` + coverageLines(categories) + "\ncode\tbillable\ttitle\n")
	for _, code := range slices.Sorted(maps.Keys(rows)) {
		b.WriteString(rows[code])
	}
	return b.String()
}

func posTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# The date of the list at hand is not known; it is taken to hold until the end of the third quarter of 2026.
table: pos
edition: 2026
from: 2024-01-01
to: 2026-09-30
source: CMS place of service codes for professional claims

`)
	for _, c := range csvFile(t, filepath.Join(published, "codes/place_of_service_codes.csv")) {
		b.WriteString(strings.Join(c[:3], "\t") + "\n")
	}
	return b.String()
}

func in(family map[string]string, code string) bool { _, ok := family[code]; return ok }

// gunzip are the lines of a compressed file, without line ends.
func gunzip(t *testing.T, file string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		f, err := os.Open(filepath.Join(published, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		for lines.Scan() {
			if !yield(strings.TrimSuffix(lines.Text(), "\r")) {
				return
			}
		}
		if lines.Err() != nil {
			t.Fatal(lines.Err())
		}
	}
}

func csvFile(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func shipped(t testing.TB) *refdata.Set {
	t.Helper()
	set, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
