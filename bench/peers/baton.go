package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

var batonPeer = peer{
	name: "Baton", module: "github.com/baton-go/baton",
	settings: "as it comes",
	open:     openBaton,
}

// take is the action of a step.
type take struct {
	actions.Returns[string]
	Lane int
}

var batonFlow = durable.Define("walk", func(y actions.Yield, lane int) (int, error) {
	return walk(func() (string, error) { return orchestrate.Do(y, take{Lane: lane}) })
})

type batonEngine struct {
	*durable.Runtime
	store io.Closer
	track *track
}

func openBaton(ctx context.Context, at site, t *track) (engine, error) {
	st, err := openBatonStore(ctx, at)
	if err != nil {
		return nil, err
	}
	mux := executor.NewMux(executor.On(func(_ context.Context, a take) (string, error) { return t.step(a.Lane), nil }))
	rt, err := durable.Open(ctx, st, mux, durable.Config{Flows: durable.Flows(batonFlow), Log: quiet()})
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return &batonEngine{rt, st, t}, nil
}

// closing is a store that is closed.
type closing interface {
	store.Store
	io.Closer
}

func openBatonStore(ctx context.Context, at site) (closing, error) {
	if at.inPostgres() {
		return postgres.Open(ctx, at.dsn())
	}
	return sqlite.Open(ctx, filepath.Join(at.dir, "baton.db"))
}

func (e *batonEngine) run(ctx context.Context, lane int) error {
	h, err := batonFlow.Start(ctx, e.Runtime, lane)
	if err != nil {
		return err
	}
	sum, err := h.Result(ctx)
	if err != nil {
		return err
	}
	return e.track.check(sum)
}

func (e *batonEngine) close(ctx context.Context) error {
	return errors.Join(e.Close(ctx), e.store.Close())
}
