package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"claimscrub/scrubber/refdata"
)

// mueRows is a published MUE table of n codes, each limited to units.
func mueRows(n, units int) []byte {
	var b bytes.Buffer
	b.WriteString("hcpcs,mue_value,mai,rationale\n")
	for i := range n {
		fmt.Fprintf(&b, "%05d,%d,3,Clinical: Data\n", 10000+i, units)
	}
	return b.Bytes()
}

// importer is the command that compiles rows into the folder.
func importer(t *testing.T, folder, name, edition string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe, "refdata", "import", "--table", "mue", "--edition", edition, "--out", folder, name)
	c.Args[0] = "claimscrub"
	return c
}

func TestAnEditionsNameSaysItsTime(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"FY2026": "2025-10-01 to 2026-09-30", "FY2025": "2024-10-01 to 2025-09-30", "2026": "2026-01-01 to 2026-12-31",
		"2026H1": "2026-01-01 to 2026-06-30", "2026H2": "2026-07-01 to 2026-12-31", "2024Q1": "2024-01-01 to 2024-03-31",
		"2026Q2": "2026-04-01 to 2026-06-30", "2026Q3": "2026-07-01 to 2026-09-30", "2026Q4": "2026-10-01 to 2026-12-31",
	} {
		if from, to := validity(name); span(from, to) != want {
			t.Errorf("%s is %s, expected %s", name, span(from, to), want)
		}
	}
	for _, name := range []string{"FY2026Q1", "v32.3", "2026Q5"} {
		if from, to := validity(name); from != 0 || to != 0 {
			t.Errorf("%s is %s, expected no time", name, span(from, to))
		}
	}
}

func TestAnEditionIsNotReplacedByAFarSmallerOneOfItsName(t *testing.T) {
	t.Parallel()
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "mue.csv")
	for _, c := range []struct {
		rows   int
		force  bool
		status int
		kept   int
	}{{5000, false, 0, 5000}, {100, false, 2, 5000}, {4900, false, 0, 4900}, {100, true, 0, 100}} {
		if err := os.WriteFile(file, mueRows(c.rows, 1), 0o644); err != nil {
			t.Fatal(err)
		}
		command := importer(t, folder, file, "2026H1")
		if c.force {
			command.Args = append(command.Args, "--force")
		}
		out, _ := command.CombinedOutput()
		if got := command.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%d rows, force %t: exit status %d, expected %d:\n%s", c.rows, c.force, got, c.status, out)
		}
		data, err := os.ReadFile(filepath.Join(folder, "mue-medicare-2026H1.edition"))
		if err != nil {
			t.Fatal(err)
		}
		if e, err := refdata.Read(data); err != nil || e.Rows != c.kept {
			t.Errorf("after %d rows, force %t: %v of %d rows, expected %d", c.rows, c.force, err, e.Rows, c.kept)
		}
	}
}

// The importer reads from a pipe, so that it can be killed at any place of its input, and just after all of it.
func TestKillingTheImporterLeavesTheOldEditionIntact(t *testing.T) {
	t.Parallel()
	folder, pipe := t.TempDir(), filepath.Join(t.TempDir(), "mue.csv")
	old := filepath.Join(t.TempDir(), "old.csv")
	if err := os.WriteFile(old, mueRows(5000, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := importer(t, folder, old, "2026H1").CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	edition := filepath.Join(folder, "mue-medicare-2026H1.edition")
	before, err := os.ReadFile(edition)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	rows := mueRows(5000, 2)
	finished := 0
	for cut := 0; cut <= 10; cut++ {
		c := importer(t, folder, pipe, "2026H1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(rows[:len(rows)*cut/10]); err != nil {
			t.Fatal(err)
		}
		if cut == 10 {
			w.Close() // it may finish, or die between any two of its last steps
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait() // killed
		w.Close()
		after, err := os.ReadFile(edition)
		if err != nil {
			t.Fatalf("killed at %d0%%: %v", cut, err)
		}
		if err := refdata.Verify(after); err != nil {
			t.Fatalf("killed at %d0%%: %v", cut, err)
		}
		if !bytes.Equal(before, after) {
			if cut < 10 {
				t.Fatalf("killed at %d0%%, and yet the edition is another", cut)
			}
			finished++
		}
		if _, err := openTables(folder); err != nil { // what is left over is not taken for an edition
			t.Fatalf("killed at %d0%%: %v", cut, err)
		}
	}
	t.Logf("%d of 11 imports finished before they were killed", finished)
}

func TestAReloadMapsAnEditionAgainOnlyWhenItIsAnother(t *testing.T) {
	t.Parallel()
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "mue.csv")
	l := &loader{refdata: folder, mapped: mappings{}}
	load := func(units int) *byte {
		if units > 0 {
			if err := os.WriteFile(file, mueRows(5000, units), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := importer(t, folder, file, "2026H1").CombinedOutput(); err != nil {
				t.Fatalf("%v:\n%s", err, out)
			}
		}
		if _, err := l.load(); err != nil {
			t.Fatal(err)
		}
		return &l.mapped[filepath.Join(folder, "mue-medicare-2026H1.edition")].data[0]
	}
	first := load(1)
	if load(0) != first {
		t.Error("a file that did not change was mapped again")
	}
	if load(2) == first {
		t.Error("a file that took another's place was not mapped")
	}
}

func TestAWorkerTakesUpANewEditionAndABrokenProfileLeavesTheOld(t *testing.T) {
	t.Parallel()
	profiles, tables := t.TempDir(), t.TempDir()
	p := startWorker(t, "127.0.0.1:0", "--profiles", profiles, "--refdata", tables)
	old := filepath.Join(t.TempDir(), "mue.csv")
	if err := os.WriteFile(old, mueRows(5000, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := importer(t, tables, old, "2026H1").CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	p.await(t, "profiles and reference data reloaded")
	if err := os.WriteFile(filepath.Join(profiles, "mine.yaml"), []byte("id: mine\nunits: weird\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	line := p.await(t, "reload refused, the old profiles and reference data stay in force")
	if got := fmt.Sprint(line["error"]); !bytes.Contains([]byte(got), []byte("mine.yaml:2:1")) {
		t.Errorf("the log does not say where: %s", got)
	}
	if err := os.Remove(filepath.Join(profiles, "mine.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.await(t, "profiles and reference data reloaded")
	if code := p.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit status %d", code)
	}
}
