package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"claimscrub/handlers"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// watchEvery is how often the folders of profiles and reference data are looked at. Names, sizes and times
// are compared, which also sees a folder that is replaced as a whole.
const watchEvery = 2 * time.Second

// loader builds engines from the two folders.
type loader struct {
	profiles, refdata string
	mapped            mappings
}

func (l *loader) load() (*scrubber.Engine, error) { return l.mapped.engine(l.profiles, l.refdata) }

// marks are what the two folders looked like, and on which day.
type marks struct {
	profiles, refdata string
	day               civil.Date
}

func (l *loader) look() marks { return marks{fingerprint(l.profiles), fingerprint(l.refdata), today()} }

// fingerprint changes when a file of the folder does, or, where the folder is a link, when it leads to another.
func fingerprint(dir string) string {
	if dir == "" {
		return ""
	}
	var b strings.Builder
	root, err := filepath.EvalSymlinks(dir) // WalkDir does not follow links
	if err != nil {
		return err.Error()
	}
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			fmt.Fprintln(&b, path, err)
			return nil
		}
		if info, err := os.Stat(path); err == nil && !info.IsDir() { // follows links, as a mounted volume has them
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}

// watchFiles puts a new engine in force, between two messages, when a folder changes or on SIGHUP. What
// cannot be loaded leaves the old one in force and says so.
func (s *service) watchFiles(ctx context.Context) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		asked := false
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
			asked = true
		case <-tick.C:
		}
		now := s.loader.look()
		if !asked && now == s.loaded {
			continue
		}
		kind := handlers.ReloadReferenceData
		if now.profiles != s.loaded.profiles {
			kind = handlers.ReloadProfiles
		}
		s.loaded = now
		s.reload(kind)
	}
}

func (s *service) reload(kind string) {
	engine, err := s.loader.load()
	if err != nil {
		s.metrics.ReloadFailed(kind)
		s.log.Error("reload refused, the old profiles and reference data stay in force", "error", err)
		return
	}
	s.metrics.DeclareRules(ruleIDs(engine))
	s.worker.SetDecide(decide(engine))
	s.publishEditions(engine)
	s.log.Info("profiles and reference data reloaded", "profiles", len(engine.Policies()), "editions", len(engine.Tables().Editions()))
}

// publishEditions tells the metrics the newest edition of each table, how old it is and when its coverage ends.
func (s *service) publishEditions(e *scrubber.Engine) {
	now := today()
	for _, edition := range e.Tables().Editions() { // by table, program and beginning: the last of a table stands
		var end time.Time
		if edition.To != 0 {
			end = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(edition.To)) // the end of that day
		}
		table := edition.Table.String()
		if edition.Table.ByProgram() {
			table += "_" + edition.Program.String()
		}
		s.metrics.SetEdition(table, edition.Name, int(now-edition.From), end)
	}
}

// today is the day it is here.
func today() civil.Date { return civil.DateOf(time.Now().Date()) }
