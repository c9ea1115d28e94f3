package file_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/baton-go/baton/durable/store/file"
)

// errPower is the error of everything that is asked of a machine whose power is cut.
var errPower = errors.New("the power is cut")

// machine is a disk in memory that knows what a power failure would leave of it: of a file what it was when it was
// synced last, of a directory the names that it had then.
type machine struct {
	mu    sync.Mutex
	names map[string]*inode // by path; a directory is one, too
	kept  map[string]*inode // those that are on the disk
	// at is called before each operation, with how many there were before: the error, if any, is that of the operation.
	at  func(n int, operation string) error
	ops int
	// bad are the names of files that cannot be read.
	bad map[string]bool
}

type inode struct {
	dir    bool
	data   []byte
	synced []byte
	// forgotten says that a sync has failed, after which the system takes for written what is not.
	forgotten bool
}

func newMachine() *machine {
	root := &inode{dir: true}
	return &machine{names: map[string]*inode{".": root}, kept: map[string]*inode{".": root}}
}

// restart is the machine after a power failure. What was not synced is lost; but if there is a random source it is
// there or not, name by name and sector by sector.
func (m *machine) restart(rng *rand.Rand) *machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := newMachine()
	chosen := map[string]*inode{}
	for _, name := range slices.Sorted(keys(m.names, m.kept)) {
		now, then := m.names[name], m.kept[name]
		if rng != nil && rng.IntN(2) == 0 {
			then = now
		}
		if then != nil && chosen[path.Dir(name)] != nil || name == "." {
			chosen[name] = then
			i := &inode{dir: then.dir, data: then.survives(rng)}
			i.synced = i.data
			next.names[name], next.kept[name] = i, i
		}
	}
	return next
}

func keys(maps ...map[string]*inode) func(func(string) bool) {
	all := map[string]bool{}
	for _, m := range maps {
		for name := range m {
			all[name] = true
		}
	}
	return func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	}
}

const sector = 64 // is small, so that lines have several

// survives is what a power failure leaves of the data.
func (i *inode) survives(rng *rand.Rand) []byte {
	if rng == nil {
		return slices.Clone(i.synced)
	}
	data := slices.Clone(i.data[:min(len(i.data), len(i.synced)+rng.IntN(len(i.data)+1))])
	for from := 0; from < len(data); from += sector {
		to := min(from+sector, len(data))
		if to > len(i.synced) && rng.IntN(2) == 0 {
			clear(data[from:to])
			copy(data[from:to], i.synced[min(from, len(i.synced)):])
		}
	}
	return data
}

// do makes an operation, unless it fails.
func (m *machine) do(operation, name string, f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.ops
	m.ops++
	if m.at != nil {
		if err := m.at(n, operation); err != nil {
			return &fs.PathError{Op: operation, Path: name, Err: err}
		}
	}
	if m.bad[name] && operation == "read" {
		return &fs.PathError{Op: operation, Path: name, Err: syscall.EIO}
	}
	if err := f(); err != nil {
		return &fs.PathError{Op: operation, Path: name, Err: err}
	}
	return nil
}

// spoils has these files not read, and all others.
func (m *machine) spoils(names ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bad = map[string]bool{}
	for _, name := range names {
		m.bad[name] = true
	}
}

func (m *machine) List(dir string) (names []string, err error) {
	err = m.do("list", dir, func() error {
		if m.names[dir] == nil {
			return fs.ErrNotExist
		}
		for name := range m.names {
			if path.Dir(name) == dir && name != "." {
				names = append(names, path.Base(name))
			}
		}
		slices.Sort(names)
		return nil
	})
	return names, err
}

func (m *machine) add(name string, i *inode) error {
	if m.names[name] != nil {
		return fs.ErrExist
	}
	if m.names[path.Dir(name)] == nil {
		return fs.ErrNotExist
	}
	m.names[name] = i
	return nil
}

func (m *machine) Mkdir(dir string) error {
	return m.do("mkdir", dir, func() error { return m.add(dir, &inode{dir: true}) })
}

type handle struct {
	*inode
	m    *machine
	name string
}

func (m *machine) Open(name string) (f file.Reader, err error) {
	err = m.do("open", name, func() error {
		i := m.names[name]
		if i == nil {
			return fs.ErrNotExist
		}
		f = handle{i, m, name}
		return nil
	})
	return f, err
}

func (m *machine) Create(name string) (f file.Writer, err error) {
	err = m.do("create", name, func() error {
		i := &inode{}
		f = handle{i, m, name}
		return m.add(name, i)
	})
	return f, err
}

func (m *machine) Append(name string, size int64) (f file.Writer, err error) {
	err = m.do("append", name, func() error {
		i := m.names[name]
		if i == nil {
			return fs.ErrNotExist
		}
		i.data = slices.Clone(i.data[:size])
		f = handle{i, m, name}
		return nil
	})
	return f, err
}

func (m *machine) Rename(from, to string) error {
	return m.do("rename", from, func() error {
		i := m.names[from]
		if i == nil {
			return fs.ErrNotExist
		}
		delete(m.names, from)
		m.names[to] = i
		return nil
	})
}

func (m *machine) Remove(name string) error {
	return m.do("remove", name, func() error {
		if m.names[name] == nil {
			return fs.ErrNotExist
		}
		delete(m.names, name)
		return nil
	})
}

func (m *machine) SyncDir(dir string) error {
	return m.do("sync", dir, func() error {
		for name := range keys(m.names, m.kept) {
			if path.Dir(name) != dir || name == "." {
				continue
			}
			if i := m.names[name]; i != nil {
				m.kept[name] = i
			} else {
				delete(m.kept, name)
			}
		}
		return nil
	})
}

func (h handle) ReadAt(b []byte, from int64) (n int, err error) {
	err = h.m.do("read", h.name, func() error {
		if from < int64(len(h.data)) {
			n = copy(b, h.data[from:])
		}
		return nil
	})
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

func (h handle) Size() (size int64, err error) {
	err = h.m.do("size", h.name, func() error {
		size = int64(len(h.data))
		return nil
	})
	return size, err
}

// Write writes a part if it fails.
func (h handle) Write(b []byte) (n int, err error) {
	err = h.m.do("write", h.name, func() error {
		h.data = append(h.data, b...)
		n = len(b)
		return nil
	})
	if err != nil {
		h.m.mu.Lock()
		defer h.m.mu.Unlock()
		n = len(b) / 2
		h.data = append(h.data, b[:n]...)
	}
	return n, err
}

func (h handle) Sync() error {
	err := h.m.do("sync", h.name, func() error {
		if !h.forgotten {
			h.synced = slices.Clone(h.data)
		}
		return nil
	})
	if err != nil {
		h.m.mu.Lock()
		defer h.m.mu.Unlock()
		h.forgotten = true
	}
	return err
}

func (h handle) Close() error { return nil }

// cut cuts the power before an operation.
func cut(at int) func(int, string) error {
	return func(n int, _ string) error {
		if n >= at {
			return errPower
		}
		return nil
	}
}

// failing has one operation fail, as on a disk that is full or broken.
func failing(at int) func(int, string) error {
	return func(n int, operation string) error {
		switch {
		case n != at:
			return nil
		case operation == "write" || operation == "create":
			return syscall.ENOSPC
		}
		return syscall.EIO
	}
}

// text is what is in a file.
func (m *machine) text(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.names[name].data)
}

// find returns the names of the files in a directory.
func (m *machine) find(dir string) (names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.names {
		if strings.HasPrefix(name, dir+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// change changes what is in a file.
func (m *machine) change(name string, f func(text string) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.names[name]
	i.data = []byte(f(string(i.data)))
	i.synced = i.data
}
