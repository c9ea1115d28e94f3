package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Not parallel, because it counts allocations.
func TestAPermitInARunDoesNotAllocate(t *testing.T) {
	yielding(t.Context(), leaf(), func(y actions.Yield) {
		must(t, y, see(func(ctx context.Context) {
			key := new(int)
			require.Zero(t, testing.AllocsPerRun(1000, func() { executor.Hold(ctx, key) }))
		}))
	})
}

func TestWhoHoldsMoreIsToldByTheKeys(t *testing.T) {
	t.Parallel()
	none := t.Context()
	db := executor.Hold(none, "db")
	both := executor.Hold(db, "net")
	for _, tt := range []struct {
		ctx, other context.Context
		want       bool
	}{
		{none, none, false},
		{none, both, false},
		{db, none, true},
		{db, both, false},
		{both, db, true},
		{both, executor.Hold(executor.Hold(none, "net"), "db"), false},
		{executor.Hold(db, "db"), db, false},
	} {
		require.Equal(t, tt.want, executor.HoldsMore(tt.ctx, tt.other))
	}
}
