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
