package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
)

// disk is where the files of a store are. Names are slashed paths within its directory. What was written to a file, and
// the names in a directory, survive a power failure once they were synced.
type disk interface {
	// List returns the names in a directory.
	List(dir string) ([]string, error)
	Mkdir(dir string) error
	Open(name string) (reader, error)
	// Create makes a file, which is not there yet.
	Create(name string) (writer, error)
	// Append opens a file to write behind its first size bytes: what is behind them goes.
	Append(name string, size int64) (writer, error)
	Rename(from, to string) error
	Remove(name string) error
	SyncDir(dir string) error
}

type reader interface {
	io.ReaderAt
	io.Closer
	Size() (int64, error)
}

type writer interface {
	io.WriteCloser
	Sync() error
}

// rooted is a directory of the machine. Nothing in it leads out of it.
type rooted struct{ *os.Root }

func (d rooted) List(dir string) (names []string, err error) {
	f, err := d.Root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Readdirnames(-1)
}

func (d rooted) Mkdir(dir string) error { return d.Root.Mkdir(dir, 0o700) }

func (d rooted) Open(name string) (reader, error) {
	f, err := d.Root.Open(name)
	if err != nil {
		return nil, err
	}
	return opened{f}, nil
}

type opened struct{ *os.File }

func (f opened) Size() (int64, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: f.Name(), Err: errors.New("it is no regular file")}
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (d rooted) Create(name string) (writer, error) {
	return d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d rooted) Append(name string, size int64) (writer, error) {
	f, err := d.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if err = f.Truncate(size); err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// SyncDir does nothing on Windows, which keeps names by itself and does not open directories to sync them.
func (d rooted) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := d.Root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// read returns what is in a file from an offset on, at most up to an end; -1 is that of the file.
func read(d disk, name string, from, to int64) (data []byte, err error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if to < 0 {
		if to, err = f.Size(); err != nil {
			return nil, err
		}
	}
	data = make([]byte, to-from)
	n, err := f.ReadAt(data, from)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], err
}

// write makes a file as a whole: it is there with all of its data, or it is not there. The name survives once its
// directory was synced.
func write(d disk, name string, data []byte) error {
	if err := prepare(d, name, data); err != nil {
		return err
	}
	return d.Rename(name+temporarySuffix, name)
}

// prepare makes a file that is whole, under a name of its own.
func prepare(d disk, name string, data []byte) error {
	temporary := name + temporarySuffix
	if err := d.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := d.Create(temporary)
	if err != nil {
		return err
	}
	if err := finish(f, data); err != nil {
		return errors.Join(err, d.Remove(temporary))
	}
	return nil
}

// finish writes the last of a file, and has the disk keep it.
func finish(f writer, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// temporarySuffix ends the names of files that are not whole yet. One that is found was left by a crash.
const temporarySuffix = ".tmp"

// removeTemporary removes what a crash left of files that were never whole.
func removeTemporary(d disk, dir string) error {
	names, err := d.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if path.Ext(name) == temporarySuffix {
			if err := d.Remove(path.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
