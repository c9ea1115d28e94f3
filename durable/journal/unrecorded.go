package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// unrecorded has an action carried out of which nothing but a failure is recorded.
func (j *Journal) unrecorded(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	if err := j.unrecordedAt(s, path, a); err != nil {
		return nil, err
	}
	been := j.past.beyond(path)
	if j.Dry && j.Executor == nil {
		if been {
			j.blinded()
		}
		return nil, j.stand(ctx, s, path, a)
	}
	if been {
		return j.again(ctx, s, path, a)
	}
	if j.Dry {
		return j.tried(ctx, s, path, a)
	}
	j.asks(s)
	if j.Resumed && !s.fresh { // an earlier life may have gone on from here
		ctx = j.lasting(ctx)
	}
	d, _ := j.digest(a) // what cannot be encoded has none
	r := j.begun(s, path, d)
	if err := executor.Refuse(ctx); err != nil {
		if err := j.count(path); err != nil {
			return nil, err
		}
		return j.refused(ctx, s, a, r, err, Synchronous)
	}
	value, err := j.call(ctx, s, a, r)
	if r := j.closed(s); r != nil {
		return j.made(s, a, r)
	}
	if err == nil {
		return value, nil
	}
	if err := j.count(path); err != nil {
		return nil, err
	}
	return j.record(ctx, s, a, r, nil, j.believe(s, err), Synchronous)
}

// again has an action carried out where the run has been already. There it was not refused and has succeeded, or there
// would be a record; so a failure now is that of this life.
func (j *Journal) again(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	value, err := j.call(j.lasting(ctx), s, a, store.Record{})
	if err != nil {
		return nil, j.stop(fmt.Errorf("step %s: %s, which leaves no record, succeeded in an earlier life and fails now: %w",
			path, actions.Name(a), err))
	}
	return value, nil
}

// tried has an action carried out where a dry run has come to the end of its records. If it fails, the strand stands
// there, because the failure would be recorded.
func (j *Journal) tried(ctx context.Context, s *strand, path string, a actions.Action) (any, error) {
	value, err := j.call(j.lasting(ctx), s, a, store.Record{})
	if err != nil {
		return nil, j.stand(ctx, s, path, a)
	}
	return value, nil
}

// lasting is a context that ends when nothing is recorded any more.
type lasting struct {
	context.Context
	j *Journal
}

func (j *Journal) lasting(ctx context.Context) context.Context {
	return lasting{context.WithoutCancel(ctx), j}
}

func (l lasting) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

func (l lasting) Done() <-chan struct{} { return l.j.over }

func (l lasting) Err() error {
	select {
	case <-l.j.over:
		return context.Canceled
	default:
		return nil
	}
}
