package lawtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func passesPanics(ctx context.Context, t T, r Row) {
	for _, value := range []any{"oops", &failure{42}} {
		e, _ := under(r.New(), panics(value))
		end := attempt(ctx, e, Ask{N: 1})
		require.False(t, end.exited)
		if r.Recovers {
			require.Nil(t, end.panicked)
			requirePanic(t, value, end.err)
			continue
		}
		require.NotNil(t, end.panicked, "the panic was lost: %v, %v", end.result, end.err)
		if p, ok := end.panicked.(*executor.PanicError); ok {
			requirePanic(t, value, p)
		} else {
			require.Equal(t, value, end.panicked)
		}
	}
}

// requirePanic requires the error to be for a panic with the value, with the stack of the handler.
func requirePanic(t T, value any, err error) {
	t.Helper()
	var p *executor.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, value, p.Value)
	require.Contains(t, string(p.Stack), "lawtest.(*handler).Execute")
	if cause, ok := value.(error); ok {
		require.ErrorIs(t, err, cause)
	}
}

func passesExits(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), exits)
	end := attempt(ctx, e, Ask{N: 1})
	require.NotEmpty(t, h.called())
	require.Nil(t, end.panicked)
	require.True(t, end.exited, "it returned %v, %v", end.result, end.err)
}

// badEndings are the ways in which a call can end, but for success.
var badEndings = []behaviour{
	fails(&failure{1}),
	fails(errors.Join(&failure{2}, context.DeadlineExceeded)),
	panics("oops"),
	panics(&failure{3}),
	exits,
}

// oneOf behaves in one of the ways, or well.
func oneOf(rng *rand.Rand, bad []behaviour) behaviour {
	if i := rng.IntN(len(bad) + 1); i < len(bad) {
		return bad[i]
	}
	return echo
}

func givesBack(ctx context.Context, t T, r Row) {
	h := &handler{}
	e := r.tight()(h)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 4*r.Capacity + 20 {
		h.from(oneOf(rng, badEndings))
		before := len(h.called())
		attempt(ctx, e, Ask{N: n})
		require.Greater(t, len(h.called()), before, "call %d did not reach the handler", n)
		pause()
	}
	requireWhole(ctx, t, r, e, h)
}

func givesBackAtOnce(ctx context.Context, t T, r Row) {
	h := &handler{}
	e := r.tight()(h)
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 5 {
		ends := make([]<-chan ending, 50)
		for n := range ends {
			ctx, cancel := context.WithTimeout(ctx, time.Duration(1+rng.IntN(3000))*time.Millisecond)
			defer cancel()
			end, takes := oneOf(rng, badEndings), time.Duration(rng.IntN(1000))*time.Millisecond
			h.from(func(ctx context.Context, a actions.Action) (any, error) {
				wait(takes)
				return end(ctx, a)
			})
			ends[n] = begin(ctx, e, Ask{N: 100*round + n})
			synctest.Wait()
		}
		for _, end := range ends {
			<-end
		}
		pause()
	}
	requireWhole(ctx, t, r, e, h)
}

// requireWhole requires that nothing of the capacity was lost. A few successes come first: a circuit may want them.
func requireWhole(ctx context.Context, t T, r Row, e executor.Executor, h *handler) {
	t.Helper()
	h.from(nil)
	for n := range 20 {
		pause()
		end := attempt(ctx, e, Ask{N: 10_000 + n})
		require.Equal(t, ending{result: 10_000 + n}, end, "success %d after the storm", n)
	}
	pause()
	requireSideBySide(ctx, t, e, h, r.Capacity)
}

func runsSideBySide(ctx context.Context, t T, r Row) {
	e, h := under(r.New(), nil)
	requireSideBySide(ctx, t, e, h, 0)
	e, h = under(r.tight(), nil)
	requireSideBySide(ctx, t, e, h, r.Capacity)
}

// requireSideBySide requires that n actions can be carried out at once; 0 is for any number.
func requireSideBySide(ctx context.Context, t T, e executor.Executor, h *handler, n int) {
	t.Helper()
	if n == 0 {
		n = 16
	}
	var inside atomic.Int32
	release := make(chan struct{})
	h.from(func(ctx context.Context, a actions.Action) (any, error) {
		inside.Add(1)
		<-release
		return echo(ctx, a)
	})
	ends := make([]<-chan ending, n)
	for i := range ends {
		ends[i] = begin(ctx, e, Ask{N: 20_000 + i})
	}
	synctest.Wait()
	got := int(inside.Load())
	close(release)
	results, want := make([]ending, n), make([]ending, n)
	for i, end := range ends {
		results[i], want[i] = <-end, ending{result: 20_000 + i}
	}
	require.Equal(t, n, got, "actions carried out at once")
	require.Equal(t, want, results)
}

func survivesCrowds(ctx context.Context, t T, r Row) {
	e, _ := under(r.New(), func(_ context.Context, a actions.Action) (any, error) {
		n := a.(Ask).N
		wait(time.Duration(n%7) * time.Millisecond)
		if n%5 == 4 {
			return nil, &failure{n}
		}
		return n, nil
	})
	ends := make([][]<-chan ending, 200)
	for i := range ends {
		for j := range 5 {
			ends[i] = append(ends[i], begin(ctx, e, Ask{N: i + j}))
		}
	}
	var unexpected []string
	for i := range ends {
		for j, end := range ends[i] {
			n, got := i+j, <-end
			var f *failure
			if n%5 != 4 && got != (ending{result: n}) || n%5 == 4 && (!errors.As(got.err, &f) || f.code != n) {
				unexpected = append(unexpected, fmt.Sprintf("%d: %+v", n, got))
			}
		}
	}
	require.Empty(t, unexpected)
}
