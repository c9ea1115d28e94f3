package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// rig is a runtime on a store of its own.
type rig struct {
	*durable.Runtime
	store *counted
	dir   string // "" without files
}

// opener opens a rig.
type opener func(ctx context.Context, flows ...durable.AnyFlow) (*rig, error)

func inMemory(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
	return newRig(ctx, memory.New(), "", flows)
}

// inFile opens rigs whose database is in a new directory under dir.
func inFile(dir string) opener {
	return func(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
		dir, err := os.MkdirTemp(dir, "rig-*")
		if err != nil {
			return nil, err
		}
		s, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
		if err != nil {
			return nil, err
		}
		return newRig(ctx, s, dir, flows)
	}
}

func newRig(ctx context.Context, s watched, dir string, flows []durable.AnyFlow) (*rig, error) {
	c := &counted{watched: s}
	rt, err := durable.Open(ctx, c, mux(), durable.Config{
		Flows: flows, MaxSteps: 1 << 40,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &rig{rt, c, dir}, nil
}

func (r *rig) close(ctx context.Context) error {
	err := errors.Join(r.Runtime.Close(ctx), r.store.Close())
	if r.dir != "" {
		err = errors.Join(err, os.RemoveAll(r.dir))
	}
	return err
}
