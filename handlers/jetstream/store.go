package jetstream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// blocks are the files of a store that hold its streams' messages: jetstream/ACCOUNT/streams/STREAM/msgs/NUMBER.blk.
const blocks = "jetstream/*/streams/*/msgs/*.blk"

// mendStore takes out of an encrypted store each empty block that has no key. The broker makes a block before its key; a process killed between the
// two leaves the block alone, and nats-server 2.15 then gives up the whole stream. Such a block holds nothing.
func mendStore(dir string) error {
	store := os.DirFS(dir)
	files, err := fs.Glob(store, blocks)
	if err != nil {
		return err
	}
	for _, file := range files {
		info, err := fs.Stat(store, file)
		if err != nil {
			return err
		}
		if _, err := fs.Stat(store, file[:len(file)-len(".blk")]+".key"); info.Size() > 0 || !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(file))); err != nil {
			return err
		}
	}
	return nil
}

// restored is an error when the store holds messages of a stream that the broker has not taken up: a stream of the same name would be made anew, and
// what was in it would be lost without a word.
func (e *Embedded) restored(dir string) error {
	store := os.DirFS(dir)
	files, err := fs.Glob(store, blocks)
	if err != nil {
		return err
	}
	info, err := e.server.Jsz(&server.JSzOptions{Accounts: true, Streams: true})
	if err != nil {
		return err
	}
	has := func(account, stream string) bool {
		return slices.ContainsFunc(info.AccountDetails, func(a *server.AccountDetail) bool {
			return a.Id == account && slices.ContainsFunc(a.Streams, func(s server.StreamDetail) bool { return s.Name == stream })
		})
	}
	for _, file := range files {
		folder := path.Dir(path.Dir(file))
		account, stream := path.Base(path.Dir(path.Dir(folder))), path.Base(folder)
		if block, err := fs.Stat(store, file); err == nil && block.Size() > 0 && !has(account, stream) {
			return fmt.Errorf("stream %s could not be restored from %s, and none is made in its place: expected the key the store was made with, "+
				"or a copy of the folder in order; the broker's warning says what it found", stream, filepath.Join(dir, filepath.FromSlash(folder)))
		}
	}
	return nil
}
