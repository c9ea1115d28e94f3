package lawtest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Allocations checks that no row adds more allocations than it says to an action that succeeds, in a run and taken over
// many calls. The test that calls it must not be parallel. Under the race detector it checks nothing.
func Allocations(t *testing.T, rows []Row) {
	t.Helper()
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, r := range rows {
		t.Run(r.String(), func(t *testing.T) {
			require.LessOrEqual(t, allocations(t, r), float64(r.Allocates), "allocations for each action")
		})
	}
}

// silent is an executor that does nothing, and so allocates nothing.
type silent struct{}

func (silent) Execute(context.Context, actions.Action) (any, error) { return nil, nil }

func allocations(t *testing.T, r Row) (n float64) {
	t.Helper()
	e := r.New()(silent{})
	top := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		n = testing.AllocsPerRun(1000, func() {
			if _, err := e.Execute(ctx, a); err != nil {
				t.Error(err)
			}
		})
		return nil, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := orchestrate.Run(ctx, orchestrate.Lift(Ask{N: 1}), top)
	require.NoError(t, err)
	return n
}
