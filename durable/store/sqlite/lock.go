package sqlite

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

// lockFile takes the lock of the store, which is this file. The operating system gives it back when the process ends,
// in whatever way; the file stays where it is.
func lockFile(path string) (*os.File, error) {
	for {
		f, err := tryLockFile(path)
		if err != nil {
			return nil, err
		}
		mine, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		// Somebody may have removed the file before it was locked: then another one may lock another file.
		if there, err := os.Stat(path); err == nil && os.SameFile(mine, there) {
			return f, nil
		}
		_ = f.Close()
	}
}

func tryLockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("lock %q: %w", path, err)
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
