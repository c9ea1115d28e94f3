package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/file"
)

// inFiles opens rigs whose runs are plain files in a new directory under dir.
func inFiles(dir string) opener {
	return func(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
		dir, err := os.MkdirTemp(dir, "rig-*")
		if err != nil {
			return nil, err
		}
		s, err := file.Open(ctx, filepath.Join(dir, "store"))
		if err != nil {
			return nil, err
		}
		return newRig(ctx, s, dir, flows)
	}
}

// plainRow is how many bytes the floor of plain files writes: about as many as the line of a small step.
const plainRow = 400

// appends is the floor of plain files: bytes that are appended to a file and synced, again and again.
type appends struct {
	file *os.File
	row  []byte
}

func newAppends(dir string) (*appends, error) {
	f, err := os.CreateTemp(dir, "floor-*")
	if err != nil {
		return nil, err
	}
	return &appends{file: f, row: make([]byte, plainRow)}, nil
}

func (f *appends) slice(_ context.Context, d time.Duration) (sample, error) {
	return repeat(nil, d, func() error {
		if _, err := f.file.Write(f.row); err != nil {
			return err
		}
		return f.file.Sync()
	})
}

func (f *appends) close(context.Context) error {
	return errors.Join(f.file.Close(), os.Remove(f.file.Name()))
}
