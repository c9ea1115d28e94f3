package executortest_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

func parallelized(leaf *executor.Mux) executor.Executor {
	return combinators.Parallelize()(executor.System(leaf))
}

func TestAMuxIsAnExecutor(t *testing.T) {
	t.Parallel()
	executortest.Test(t, executortest.Subject{
		New: func(leaf *executor.Mux) executor.Executor { return leaf },
	})
}

func TestParallelizeAroundSystemIsAnExecutor(t *testing.T) {
	t.Parallel()
	executortest.Test(t, executortest.Subject{Groups: true, System: true, New: parallelized})
}

func TestAnOverlayIsAnExecutor(t *testing.T) {
	t.Parallel()
	over := executor.NewMux(executor.OnVoid(func(context.Context, actions.Progress) error { return nil }))
	executortest.Test(t, executortest.Subject{
		Groups: true, System: true,
		New: func(leaf *executor.Mux) executor.Executor { return over.Else(parallelized(leaf)) },
	})
	executortest.Test(t, executortest.Subject{
		System: true,
		New:    func(leaf *executor.Mux) executor.Executor { return leaf.Else(executor.System(over)) },
	})
}

// brokenForReal is set where the test below it is to fail.
const brokenForReal = "EXECUTORTEST_BROKEN_FOR_REAL"

func TestTestFailsForABrokenExecutor(t *testing.T) {
	t.Parallel()
	if os.Getenv(brokenForReal) != "" {
		executortest.Test(t, executortest.Subject{New: func(leaf *executor.Mux) executor.Executor {
			return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				v, _ := leaf.Execute(ctx, a)
				return v, nil
			})
		}})
		return
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTestFailsForABrokenExecutor$")
	again.Env = append(os.Environ(), brokenForReal+"=1")
	out, err := again.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "--- FAIL: TestTestFailsForABrokenExecutor/errors_arrive_whole")
	require.Contains(t, string(out), "law broken: errors arrive whole")
	require.Contains(t, string(out), "seen: the handler failed, and the call returned  without an error")
	require.Contains(t, string(out), "remedy: return the error from below as it is")
	require.NotContains(t, string(out), "--- FAIL: TestTestFailsForABrokenExecutor/results_arrive_as_their_type")
}

func TestTheSuiteTakesNoTimeInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		require.Empty(t, executortest.Check(executortest.Subject{Groups: true, System: true, New: parallelized}))
	})
}
