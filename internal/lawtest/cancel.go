package lawtest

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func refusesDone(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	why := &cause{"not wanted any more"}
	cancelled, cancel := context.WithCancelCause(ctx)
	cancel(why)
	_, err := e.Execute(cancelled, Ask{N: 1})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	require.True(t, executor.NotDone(err), "NotDone of %v", err)

	late, stop := context.WithTimeout(ctx, -time.Second)
	defer stop()
	_, err = e.Execute(late, Ask{N: 1})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, executor.NotDone(err), "NotDone of %v", err)
	require.Empty(t, h.called())

	_, err = e.Execute(ctx, Ask{N: 1})
	require.NoError(t, err, "after the refusals")
	require.Len(t, h.called(), 1)
}

func passesCancellation(ctx context.Context, t T, r Row) {
	// The handler ends with its context, after some winding up, for which the caller waits.
	const after, windingUp = time.Second, time.Minute
	e, h := under(r.New(), untilDone(ctx, windingUp))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	why := &cause{"not wanted any more"}
	time.AfterFunc(after, func() { cancel(why) })
	began := time.Now()
	_, err := e.Execute(ctx, Ask{N: 1})
	require.ErrorIs(t, err, why)
	var f *failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, after+windingUp, time.Since(began))
	require.Len(t, h.called(), 1)
}

func passesDeadlines(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), untilDone(ctx, 0))
	late, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	began := time.Now()
	_, err := e.Execute(late, Ask{N: 1})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, time.Second, time.Since(began))
	require.Len(t, h.called(), 1)
}

func forgivesCancellation(ctx context.Context, t T, r Row) {
	h := &handler{}
	e := r.tight()(h)
	// The error does not look like a cancellation: it is the context that counts.
	for n := range 20 {
		ctx, cancel := context.WithCancel(ctx)
		h.from(func(context.Context, actions.Action) (any, error) {
			cancel()
			return nil, &failure{n}
		})
		before := len(h.called())
		_, err := e.Execute(ctx, Ask{N: n})
		var f *failure
		require.ErrorAs(t, err, &f, "cancelled action %d", n)
		require.Len(t, h.called(), before+1, "calls for cancelled action %d", n)
	}
	h.from(nil)
	result, err := e.Execute(ctx, Ask{N: 20})
	require.NoError(t, err, "an action after the cancelled ones")
	require.Equal(t, 20, result)
}
