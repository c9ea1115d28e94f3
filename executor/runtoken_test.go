package executor_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestARunHasATokenOfItsOwn(t *testing.T) {
	t.Parallel()
	var steps []executor.Step
	var mu sync.Mutex
	note := see(func(ctx context.Context) {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, executor.StepFrom(ctx))
	})
	for range 2 {
		yielding(t.Context(), stack(), func(y actions.Yield) {
			must(t, y, note)
			must(t, y, actions.Group{Branches: []actions.Branch{{Leaf: note}, {Leaf: note}}})
		})
	}
	require.Len(t, steps, 6)
	for _, a := range steps {
		require.NotNil(t, a.RunToken())
		for _, b := range steps {
			require.Equal(t, a.SameRun(b), a.RunToken() == b.RunToken())
		}
	}
	require.Nil(t, executor.Step{}.RunToken())
}

func TestATokenKeepsNothingOfItsRunAlive(t *testing.T) {
	t.Parallel()
	type key struct{}
	var token any
	kept := func() weak.Pointer[[1 << 20]byte] {
		large := new([1 << 20]byte)
		yielding(context.WithValue(context.Background(), key{}, large), stack(), func(y actions.Yield) {
			must(t, y, see(func(ctx context.Context) { token = executor.StepFrom(executor.Hold(ctx, "permit")).RunToken() }))
		})
		return weak.Make(large)
	}()
	runtime.GC()
	alive := kept.Value() != nil
	require.False(t, alive, "the run is still there")
	runtime.KeepAlive(token)
}
