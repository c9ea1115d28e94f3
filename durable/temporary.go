package durable

import (
	"context"
	"errors"
	"sync"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Temporary opens a runtime for a script or a test, and returns the function that throws it away with all that is in
// its store: it cancels the runs that have not ended, waits until they have, for as long as the context of Temporary
// lasts, closes the runtime, and closes and removes the store, if that has methods Close() error and Remove() error.
//
//	rt, end, err := durable.Temporary(ctx, memory.New(), exec, durable.Config{Flows: durable.Flows(Checkout)})
//	if err != nil {
//		return err
//	}
//	defer end()
//
// The error of that function joins whatever went wrong. It may be called more than once; later calls do nothing. If
// Temporary itself fails the store is removed as well.
func Temporary(
	ctx context.Context, s store.Store, exec executor.Executor, c Config,
) (rt *Runtime, end func() error, err error) {
	rt, err = Open(ctx, s, exec, c)
	if err != nil {
		if isNil(s) {
			return nil, nil, err
		}
		return nil, nil, errors.Join(err, remove(s))
	}
	var once sync.Once
	return rt, func() (err error) {
		once.Do(func() { err = errors.Join(rt.cancelAll(ctx), rt.Close(ctx), remove(s)) })
		return err
	}, nil
}

// cancelAll cancels the runs of the store that the runtime carries out, and waits until they have ended. Blocked ones
// it leaves.
func (rt *Runtime) cancelAll(ctx context.Context) error {
	if len(rt.names) == 0 {
		return nil
	}
	q := store.Query{Statuses: unfinished(), Flows: rt.names}
	for {
		page, err := rt.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if _, err := rt.Cancel(ctx, r.ID, "its runtime was a temporary one"); err != nil && !gone(err) {
				return err
			}
		}
		for _, r := range page {
			if _, err := rt.ended(ctx, r.ID); err != nil && !gone(err) {
				return err
			}
		}
		last := page[len(page)-1]
		q.After = store.Cursor{Created: last.Created, ID: last.ID}
	}
}

// gone tells whether an error says that there is no such run under way.
func gone(err error) bool { return errors.Is(err, ErrFinished) || errors.Is(err, ErrNotFound) }

// remove closes a store, and removes what it has.
func remove(s store.Store) error {
	var errs []error
	if c, ok := s.(interface{ Close() error }); ok {
		errs = append(errs, c.Close())
	}
	if r, ok := s.(interface{ Remove() error }); ok {
		errs = append(errs, r.Remove())
	}
	return errors.Join(errs...)
}
