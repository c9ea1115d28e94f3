package orchestrate_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestShieldedActionsAreCarriedOutAfterCancellation(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := newWorld()
		_, err := run(ctx, h, w, func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Do(y, Get{Name: "refused"}); !errors.Is(err, context.Canceled) {
				return 0, err
			}
			_, err := orchestrate.Shield(y, func(y actions.Yield) (actions.Void, error) {
				if err := orchestrate.Tell(y, Put{Name: "one"}); err != nil {
					return actions.Void{}, err
				}
				if _, err := orchestrate.All(y, put("two"), sleeps(time.Hour), func(y actions.Yield) (actions.Void, error) {
					return orchestrate.Shield(y, put("three"))
				}); err != nil {
					return actions.Void{}, err
				}
				return orchestrate.Scope(y, "part", put("four"))
			})
			if err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Get{Name: "refused"})
		})
		require.EqualError(t, err, "step 4: orchestrate_test.Get: not started: context canceled")
		require.ElementsMatch(t, []string{"one", "two", "three", "four"}, w.done())
	})
}

func TestCancellationDoesNotReachAShieldedActionUnderWay(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := newWorld().on("x", after(time.Minute, answers(7)))
		n, err := run(ctx, h, w, func(y actions.Yield) (int, error) { return orchestrate.Shield(y, get("x")) })
		require.NoError(t, err)
		require.Equal(t, 7, n)
	})
}

func TestTheOwnerOfARunLimitsWhatIsShielded(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		stop, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errBoom)
		defer cancel()
		ctx := executor.WithShield(t.Context(), func(ctx context.Context) context.Context {
			ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
			context.AfterFunc(stop, func() { cancel(context.Cause(stop)) })
			return ctx
		})
		_, err := run(ctx, h, newWorld().on("hang", hangs), func(y actions.Yield) (int, error) {
			return orchestrate.Shield(y, get("hang"))
		})
		require.EqualError(t, err, "step 0: orchestrate_test.Get: boom")
	})
}
