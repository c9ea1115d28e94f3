package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// What is in the directory of a store.
const (
	lockName   = "LOCK"
	formatName = "FORMAT"
	runsDir    = "runs"    // a file for each run
	journalDir = "journal" // what is not in the files of the runs yet
	damagedDir = "damaged" // copies of what could not be read
)

// version is that of the form of the files. A newer one is refused.
const version = 1

const formatText = "a store of durable runs, version "

// isStore looks whether the directory is one of a store, or is to become one.
func isStore(d disk) error {
	names, err := d.List(".")
	if err != nil || slices.Contains(names, formatName) {
		return err
	}
	for _, name := range names {
		if name != lockName && name != formatName+temporarySuffix {
			return fmt.Errorf("%w: the directory holds something else: %q", store.ErrCorrupt, name)
		}
	}
	return nil
}

// format makes a store of an empty directory, and looks whether this version can read what is there.
func format(d disk) error {
	text, err := read(d, formatName, 0, -1)
	if errors.Is(err, fs.ErrNotExist) {
		if err := write(d, formatName, fmt.Appendf(nil, "%s%d\n", formatText, version)); err != nil {
			return err
		}
	} else if err != nil {
		return err
	} else if err := check(string(text)); err != nil {
		return err
	}
	for _, dir := range []string{runsDir, journalDir, damagedDir} {
		if err := d.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return d.SyncDir(".")
}

func check(text string) error {
	number, ok := strings.CutPrefix(strings.TrimSpace(text), formatText)
	found, err := strconv.Atoi(number)
	if !ok || err != nil || found < 1 {
		return fmt.Errorf("%w: the file %s cannot be read", store.ErrCorrupt, formatName)
	}
	if found > version {
		return fmt.Errorf("%w: its files are of version %d, and this one knows %d", store.ErrNewer, found, version)
	}
	return nil
}

// syncParent has the disk keep the name of a directory.
func syncParent(root *os.Root) error {
	parent, err := os.OpenRoot(filepath.Join(root.Name(), ".."))
	if err != nil {
		return err
	}
	return errors.Join(rooted{parent}.SyncDir("."), parent.Close())
}
