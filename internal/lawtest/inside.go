package lawtest

import (
	"context"
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// deepest is how deep handlers run flows in handlers.
const deepest = 3

// runsInside has handlers run flows of their own through the same executor, while they hold all that it can give.
func runsInside(ctx context.Context, t T, r Row) {
	h := &handler{}
	var e executor.Executor
	h.from(func(ctx context.Context, a actions.Action) (any, error) {
		depth := a.(Ask).N
		switch {
		case depth == 0:
			return 1, nil
		case depth > deepest:
			return nil, errors.New("nobody asked for this")
		}
		sums, err := orchestrate.Run(ctx, func(y actions.Yield) ([]int, error) {
			one, err := orchestrate.Do(y, Ask{N: depth - 1})
			if err != nil {
				return nil, err
			}
			two, err := orchestrate.All(y, orchestrate.Each(Ask{N: depth - 1}, Ask{N: 0})...)
			return append(two, one), err
		}, e)
		if err != nil {
			return nil, err
		}
		return sums[0] + sums[1] + sums[2], nil
	})
	e = combinators.Chain(combinators.Parallelize(), r.tight())(h)
	sum, err := orchestrate.Run(ctx, orchestrate.Lift(Ask{N: deepest}), e)
	require.NoError(t, err)
	require.Equal(t, 15, sum)
}
