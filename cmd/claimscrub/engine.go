package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/rules"
)

// loadEngine builds the engine from what is shipped and what the two folders add; an empty name adds
// nothing. A profile of a shipped id replaces the shipped one; an imported table replaces the shipped one.
func loadEngine(profilesDir, refdataDir string) (*scrubber.Engine, error) {
	return mappings{}.engine(profilesDir, refdataDir)
}

func (m mappings) engine(profilesDir, refdataDir string) (*scrubber.Engine, error) {
	tables, err := m.open(refdataDir)
	if err != nil {
		return nil, err
	}
	files, err := profileFiles(profilesDir)
	if err != nil {
		return nil, err
	}
	all := rules.All()
	policies, err := payer.Load(files, all)
	if err != nil {
		return nil, fmt.Errorf("load profiles:\n%w", err)
	}
	return scrubber.New(release(), all, tables, policies)
}

// profileFiles are the shipped profiles and those of the folder, a file of the same name taking the shipped one's place.
func profileFiles(dir string) ([]payer.File, error) {
	files := deploy.Profiles()
	if dir == "" {
		return files, nil
	}
	own, err := readFolder(dir, ".yaml")
	if err != nil {
		return nil, fmt.Errorf("read profiles: %w", err)
	}
	return overlay(files, own), nil
}

// overlay is the base files with own over them: a file of the same name takes the place of the base's.
func overlay(base, own []payer.File) []payer.File {
	for _, f := range own {
		base = slices.DeleteFunc(base, func(b payer.File) bool { return b.Name == f.Name })
	}
	return append(base, own...)
}

// readFolder reads every file of the folder with the suffix, in the order of names.
func readFolder(dir, suffix string) ([]payer.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []payer.File
	var errs []error
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != suffix {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		errs = append(errs, err)
		files = append(files, payer.File{Name: e.Name(), Text: text})
	}
	return files, errors.Join(errs...)
}
