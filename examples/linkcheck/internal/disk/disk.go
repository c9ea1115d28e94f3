// Package disk carries out the actions on files: it lists directories and reads documents. It decides nothing about
// links.
package disk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
	"github.com/baton-go/baton/executor"
)

// maxSize is how much of a file is read. A document of that size is not written by hand.
const maxSize = 64 << 20

// Handlers are the handlers of the actions on files.
func Handlers() executor.Handler {
	d := &disk{markdown: markup.NewParser()}
	return executor.NewMux(
		executor.On(d.locate),
		executor.On(d.list),
		executor.On(d.read),
		executor.On(d.survey),
	)
}

type disk struct{ markdown *markup.Parser }

// locate finds the root of the tree that a path is in: the directory above it that holds a repository, or else the
// named directory itself, or the one of the named file.
func (d *disk) locate(_ context.Context, a check.Locate) (check.Located, error) {
	at, err := filepath.Abs(a.Path)
	if err != nil {
		return check.Located{}, err
	}
	info, err := os.Stat(at)
	if err != nil {
		return check.Located{}, fmt.Errorf("%s: %w", a.Path, reason(err))
	}
	root := a.Root
	if root == "" {
		root = at
		if !info.IsDir() {
			root = filepath.Dir(at)
		}
		root = cmp.Or(repository(root), root)
	}
	if root, err = filepath.Abs(root); err != nil {
		return check.Located{}, err
	}
	below, err := filepath.Rel(root, at)
	if err != nil || !filepath.IsLocal(below) {
		return check.Located{}, fmt.Errorf("%s is not below the root %s", a.Path, root)
	}
	return check.Located{
		Root: root,
		Path: filepath.ToSlash(below),
		Name: filepath.ToSlash(filepath.Clean(a.Path)),
		Dir:  info.IsDir(),
	}, nil
}

// repository is the directory at or above dir that has a .git, or "".
func repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

func (d *disk) list(_ context.Context, a check.List) ([]check.Entry, error) {
	dir := file(a.Root, a.Dir)
	read, err := os.ReadDir(dir)
	if err != nil {
		return nil, reason(err)
	}
	entries := make([]check.Entry, len(read))
	for i, e := range read {
		entries[i] = check.Entry{Name: e.Name(), Kind: kind(dir, e)}
	}
	// They are sorted already, but for a file system that says otherwise.
	slices.SortFunc(entries, func(a, b check.Entry) int { return cmp.Compare(a.Name, b.Name) })
	return entries, nil
}

func kind(dir string, e fs.DirEntry) check.EntryKind {
	switch {
	case e.IsDir():
		return check.Dir
	case e.Type()&fs.ModeSymlink == 0:
		return check.File
	}
	switch info, err := os.Stat(filepath.Join(dir, e.Name())); {
	case err != nil:
		return check.Dangling
	case info.IsDir():
		return check.DirLink
	}
	return check.File
}

func (d *disk) read(ctx context.Context, a check.Read) (check.Document, error) {
	source, err := d.content(ctx, file(a.Root, a.Path))
	if err != nil {
		return check.Document{}, err
	}
	return d.parse(a.Path, source), nil
}

func (d *disk) survey(ctx context.Context, a check.Survey) (check.Outline, error) {
	source, err := d.content(ctx, file(a.Root, a.Path))
	if err != nil {
		return check.Outline{}, err
	}
	var o check.Outline
	if check.IsMarkdown(a.Path) || check.IsHTML(a.Path) {
		o = d.parse(a.Path, source).Outline
	}
	o.Lines = lines(source)
	return o, nil
}

func (d *disk) parse(path string, source []byte) check.Document {
	if check.IsHTML(path) {
		return markup.HTML(source)
	}
	return d.markdown.Markdown(source)
}

// content reads a regular file. Others may block for ever.
func (d *disk) content(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, reason(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxSize:
		return nil, fmt.Errorf("the file has %d MiB, more than the limit of %d", info.Size()>>20, maxSize>>20)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	source := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := source.ReadFrom(io.LimitReader(f, maxSize)); err != nil {
		return nil, err
	}
	return markup.UTF8(source.Bytes()), nil
}

// reason is an error of the file system without the path, which is in every report anyway.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// lines counts the lines of a text. What holds a NUL near its beginning is none.
func lines(source []byte) int {
	if bytes.IndexByte(source[:min(len(source), 8000)], 0) >= 0 {
		return 0
	}
	n := bytes.Count(source, []byte("\n"))
	if len(source) > 0 && source[len(source)-1] != '\n' {
		n++
	}
	return n
}

func file(root, path string) string { return filepath.Join(root, filepath.FromSlash(path)) }
