package filelock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// errLocked is what tryLock returns if somebody else has the lock.
var errLocked = errors.New("locked")

// Place is where a lock file is: how it is opened, to read and write and made if it is not there, and what is there
// now.
type Place struct {
	Open func() (*os.File, error)
	Stat func() (os.FileInfo, error)
}

// At is the place of a file by its path.
func At(path string) Place {
	return Place{
		Open: func() (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644) },
		Stat: func() (os.FileInfo, error) { return os.Stat(path) },
	}
}

// Take takes the lock, which is this file. The error is [store.ErrInUse], with the number of the process, if somebody
// has it. The operating system gives the lock back when the process ends; the file stays where it is.
func Take(p Place) (*os.File, error) {
	for {
		f, err := try(p)
		if err != nil {
			return nil, err
		}
		mine, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		// Somebody may have removed the file before it was locked: then another one may lock another file.
		if there, err := p.Stat(); err == nil && os.SameFile(mine, there) {
			return f, nil
		}
		_ = f.Close()
	}
}

// Release ends the lock and closes the file.
func Release(f *os.File) error { return errors.Join(unlock(f), f.Close()) }

func try(p Place) (*os.File, error) {
	f, err := p.Open()
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("lock %q: %w", f.Name(), err)
		}
		text, _ := io.ReadAll(io.LimitReader(f, 32))
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			if pid == os.Getpid() {
				return nil, fmt.Errorf("%w: this one (pid %d) has it open already", store.ErrInUse, pid)
			}
			return nil, fmt.Errorf("%w (pid %d)", store.ErrInUse, pid)
		}
		return nil, store.ErrInUse
	}
	// The number is for people; without it the lock is as good.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}
