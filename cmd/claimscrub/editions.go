package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edsrzf/mmap-go"

	"claimscrub/deploy"
	"claimscrub/scrubber/refdata"
)

// editionSuffix is the ending of a compiled edition's file name.
const editionSuffix = ".edition"

// editionFile is an edition on disk.
type editionFile struct {
	Path string
	Data []byte // mapped; it stays so until the process ends, since any outcome in the making may read it
}

// mappings are the files a worker has mapped, by path, so that it maps one again only when it is another: a mapping is never undone.
type mappings map[string]mapping

type mapping struct {
	info os.FileInfo
	data []byte
}

// mapEditions maps every edition of the folder, in the order of names.
func mapEditions(dir string) ([]editionFile, error) { return mappings{}.editions(dir) }

func (m mappings) editions(dir string) ([]editionFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []editionFile
	var errs []error
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != editionSuffix {
			continue
		}
		path := filepath.Join(dir, e.Name())
		data, err := m.file(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("map %s: %w", path, err))
			continue
		}
		files = append(files, editionFile{path, data})
	}
	return files, errors.Join(errs...)
}

func (m mappings) file(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err // an empty file cannot be mapped, and reads as no edition
	}
	if old, ok := m[path]; ok && os.SameFile(old.info, info) && old.info.Size() == info.Size() && old.info.ModTime().Equal(info.ModTime()) {
		return old.data, nil
	}
	data, err := mmap.Map(f, mmap.RDONLY, 0)
	if err == nil {
		m[path] = mapping{info, data}
	}
	return data, err
}

// openTables opens the shipped editions and those of the folder, if one is named. The error names the file at fault.
func openTables(dir string) (*refdata.Set, error) { return mappings{}.open(dir) }

func (m mappings) open(dir string) (*refdata.Set, error) {
	all := deploy.Refdata()
	if dir != "" {
		files, err := m.editions(dir)
		if err != nil {
			return nil, fmt.Errorf("read reference data: %w", err)
		}
		for _, f := range files {
			if _, err := refdata.Read(f.Data); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Path, err)
			}
			all = append(all, f.Data)
		}
	}
	set, err := refdata.Open(all...)
	if err != nil {
		return nil, fmt.Errorf("open reference data: %w", err)
	}
	return set, nil
}

// writeAtomically puts data at path so that, whenever the process or the machine dies, the old file or the
// new one is there, whole.
func writeAtomically(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when it was renamed
	if _, err = f.Write(data); err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
