package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

func refdataCommand() *cobra.Command {
	c := &cobra.Command{Use: "refdata", Short: "Import, list and verify reference data"}
	c.AddCommand(refdataImportCommand(), refdataListCommand(), refdataVerifyCommand())
	return c
}

// importOptions are the flags of refdata import.
type importOptions struct {
	table, edition, program, from, to, out string
	force                                  bool
}

func refdataImportCommand() *cobra.Command {
	var o importOptions
	c := &cobra.Command{
		Use:   "import --table TABLE --edition NAME --out DIR FILE...",
		Short: "Compile published files into one edition",
		Long: "import compiles the files that CMS publishes, plain or zip, all parts of an edition together, into one file in the folder\n" +
			"that --refdata reads. It is whole or refused: what was there before stays in force until the new edition is complete.\n" +
			"An edition named 2026Q4, 2026H1, 2026 or FY2027 is valid for that time; another name needs --from.",
		Example: "  claimscrub refdata import --table ptp --edition 2026Q4 --out refdata ccipra-v323r0-f1.zip ccipra-v323r0-f2.zip ccipra-v323r0-f3.zip ccipra-v323r0-f4.zip\n" +
			"  claimscrub refdata import --table icd10cm --edition FY2027 --out refdata icd10cm-order-2027.txt",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			request, err := o.request(today())
			if err != nil {
				return err
			}
			err = importEdition(c, request, o.out, files)
			if errors.Is(err, refdata.ErrRefused) {
				fmt.Fprintln(c.ErrOrStderr(), "claimscrub:", err)
				return exitCode(2)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&o.table, "table", "", "ptp, mue, icd10cm, pfs, pos or modifiers")
	f.StringVar(&o.edition, "edition", "", "name of the edition: 2026Q4, FY2027")
	f.StringVar(&o.program, "program", "medicare", "for ptp and mue: medicare or medicaid")
	f.StringVar(&o.from, "from", "", "first day it is valid, YYYY-MM-DD")
	f.StringVar(&o.to, "to", "", "last day it is valid, YYYY-MM-DD, or open")
	f.StringVar(&o.out, "out", "", "folder of the compiled editions")
	f.BoolVar(&o.force, "force", false, "accept an edition far smaller than the one before it, or with fewer parts")
	for _, required := range []string{"table", "edition", "out"} {
		_ = c.MarkFlagRequired(required) // the flag was defined above
	}
	return c
}

func (o *importOptions) request(now civil.Date) (r refdata.Request, err error) {
	r = refdata.Request{Name: o.edition, Force: o.force}
	if r.Table, err = refdata.ParseTable(o.table); err != nil {
		return r, fmt.Errorf("--table: %w", err)
	}
	if r.Table.ByProgram() {
		if r.Program, err = refdata.ParseProgram(o.program); err != nil {
			return r, fmt.Errorf("--program: %w", err)
		}
	}
	if strings.ContainsAny(o.edition, `/\`) { // it becomes part of a file's name
		return r, fmt.Errorf("--edition %q: expected a name without slashes", o.edition)
	}
	r.From, r.To = validity(o.edition)
	if o.from != "" {
		if r.From, err = civil.ParseDate(o.from); err != nil {
			return r, fmt.Errorf("--from %q: %w", o.from, err)
		}
	}
	switch {
	case o.to == "open":
		r.To = 0
	case o.to != "":
		if r.To, err = civil.ParseDate(o.to); err != nil {
			return r, fmt.Errorf("--to %q: %w", o.to, err)
		}
	}
	if r.From.IsZero() {
		return r, fmt.Errorf("--edition %q says no time: expected a name such as 2026Q4, 2026H1, 2026 or FY2027, or --from", o.edition)
	}
	return r, nil
}

var editionName = regexp.MustCompile(`^(FY)?([0-9]{4})(?:(Q[1-4])|(H[12]))?$`)

// validity is the time an edition's name speaks of: a quarter, half or whole calendar year, or a federal
// fiscal year, which begins on 1 October of the year before. Zero dates when it speaks of none.
func validity(name string) (from, to civil.Date) {
	m := editionName.FindStringSubmatch(name)
	if m == nil || m[1] != "" && (m[3] != "" || m[4] != "") {
		return 0, 0
	}
	year, _ := strconv.Atoi(m[2]) // four digits
	month, months := time.January, time.Month(12)
	switch {
	case m[1] != "":
		year, month = year-1, time.October
	case m[3] != "":
		month, months = time.Month(3*int(m[3][1]-'1')+1), 3
	case m[4] != "":
		month, months = time.Month(6*int(m[4][1]-'1')+1), 6
	}
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return civil.DateIn(first), civil.DateIn(first.AddDate(0, int(months), 0)) - 1
}

func importEdition(c *cobra.Command, r refdata.Request, dir string, names []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("refdata import: %w", err)
	}
	previous, err := mapEditions(dir)
	if err != nil {
		return fmt.Errorf("refdata import: %w", err)
	}
	path := filepath.Join(dir, strings.ReplaceAll(refdataFile(r), " ", "-"))
	r.Previous = newest(previous, r) // of the same name too: what is replaced is not to shrink unseen either
	previous = slices.DeleteFunc(previous, func(f editionFile) bool { return f.Path == path })
	var total int64
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("refdata import: %w", err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil {
			total += info.Size()
		}
		r.Files = append(r.Files, refdata.File{Name: filepath.Base(name), Reader: f})
	}
	if isTerminal(c.ErrOrStderr()) {
		bar := progressbar.NewOptions64(total, progressbar.OptionSetWriter(c.ErrOrStderr()), progressbar.OptionShowBytes(true),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
		defer bar.Finish()
		for i := range r.Files {
			r.Files[i].Reader = io.TeeReader(r.Files[i].Reader, bar)
		}
	}
	data, summary, err := refdata.Import(r)
	printSummary(c.OutOrStdout(), &summary)
	if err != nil {
		return err
	}
	editions := [][]byte{data}
	for _, f := range previous {
		editions = append(editions, f.Data)
	}
	if _, err := refdata.Open(editions...); err != nil {
		return fmt.Errorf("%w: beside the editions in %s: %w", refdata.ErrRefused, dir, err)
	}
	if err := writeAtomically(path, data); err != nil {
		return fmt.Errorf("refdata import: %w", err)
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s, %.1f MB\n", path, span(r.From, r.To), float64(len(data))/1e6)
	return nil
}

func refdataFile(r refdata.Request) string {
	if r.Table.ByProgram() {
		return r.Table.String() + "-" + r.Program.String() + "-" + r.Name + editionSuffix
	}
	return r.Table.String() + "-" + r.Name + editionSuffix
}

// newest is the edition of the same table and program that begins last; nil when there is none.
func newest(files []editionFile, r refdata.Request) (last *refdata.Edition) {
	for _, f := range files {
		e, err := refdata.Read(f.Data)
		if err == nil && e.Table == r.Table && e.Program == r.Program && (last == nil || e.From > last.From) {
			last = e
		}
	}
	return last
}

func printSummary(w io.Writer, s *refdata.Summary) {
	read := 0
	for _, f := range s.Files {
		fmt.Fprintf(w, "%s: %d rows read\n", f.Name, f.Rows)
		read += f.Rows
	}
	fmt.Fprintf(w, "%d rows read, %d kept, %d that were never in force or are no part of the table, %d refused\n", read, s.Kept, s.Skipped, s.RefusedCount)
	for _, r := range s.Refused {
		fmt.Fprintf(w, "  %s:%d: %s\n", r.File, r.Line, r.Reason)
	}
	if more := s.RefusedCount - len(s.Refused); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}

func span(from, to civil.Date) string {
	if to == 0 {
		return from.String() + " on"
	}
	return from.String() + " to " + to.String()
}

func refdataListCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "list", Short: "Show what is in force, from when to when, and how old it is",
		Example: "  claimscrub refdata list --refdata refdata", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			set, err := openTables(dir)
			if err != nil {
				fmt.Fprintln(c.ErrOrStderr(), "claimscrub:", err)
				return exitCode(1)
			}
			now := today()
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(table, "TABLE\tEDITION\tVALID\tROWS\tORIGIN\tSTATE\tSUM")
			for _, e := range set.Editions() {
				origin, state := "imported", "in force"
				if e.Shipped {
					origin = "shipped, this family alone"
				}
				switch past := e.AgeDays(now); {
				case e.From > now:
					state = fmt.Sprintf("begins in %d days", e.From-now)
				case past > 0 && e.Shipped:
					state = fmt.Sprintf("ended %d days ago: carried forward as inferred", past)
				case past > 0:
					state = fmt.Sprintf("ended %d days ago", past)
				}
				name := strings.TrimSuffix(e.Title(), " "+e.Name)
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%.12s\n", name, e.Name, span(e.From, e.To), e.Rows, origin, state, e.Checksum)
			}
			return table.Flush()
		},
	}
	c.Flags().StringVar(&dir, "refdata", "", "folder of imported reference data")
	return c
}

func refdataVerifyCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "verify", Short: "Check sums and invariants of every edition",
		Example: "  claimscrub refdata verify --refdata refdata", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			set, err := openTables(dir)
			if err != nil {
				fmt.Fprintln(c.ErrOrStderr(), "claimscrub:", err)
				return exitCode(1)
			}
			problems := set.Gaps()
			checked := 0
			if dir != "" {
				files, err := mapEditions(dir)
				if err != nil {
					return err
				}
				for _, f := range files {
					checked++
					if err := refdata.Verify(f.Data); err != nil {
						problems = append(problems, fmt.Sprintf("%s: %v", f.Path, err))
					}
				}
			}
			for _, p := range problems {
				fmt.Fprintln(c.OutOrStdout(), p)
			}
			fmt.Fprintf(c.OutOrStdout(), "%d editions open, %d files verified whole, %d problems\n", len(set.Editions()), checked, len(problems))
			if len(problems) > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "refdata", "", "folder of imported reference data")
	return c
}
