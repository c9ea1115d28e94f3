package journal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// told collects asides, by path.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (a *told) on(c *journal.Config) {
	c.OnAside = func(ctx context.Context, aside actions.Action) {
		line := executor.StepFrom(ctx).Path() + " "
		switch aside := aside.(type) {
		case actions.Log:
			line += aside.Message
		case actions.Progress:
			line += fmt.Sprintf("%d of %d", aside.Done, aside.Total)
		case actions.Publish:
			line += fmt.Sprintf("%s is %v", aside.Name, aside.Value)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.lines = append(a.lines, line)
	}
}

func logging(message string) orchestrate.Orchestration[any] {
	return untyped(orchestrate.Lift(actions.Log{Message: message}))
}

func TestAsidesArePassedOnAndLeaveNoRecord(t *testing.T) {
	t.Parallel()
	log, asides := &memory{}, &told{}
	flow := then(
		logging("begin"), tasks("a"),
		untyped(orchestrate.Lift(actions.Progress{Done: 1, Total: 2})),
		untyped(orchestrate.Lift(actions.Publish{Name: "state", Value: 7})),
		tasks("b"), logging("end"),
	)
	_, err := run(t, begin(t, log, &desk{}, asides.on), flow)
	require.NoError(t, err)
	require.Equal(t, []string{"0 begin", "1 1 of 2", "1 state is 7", "2 end"}, asides.lines)
	require.Equal(t, []string{"0 task", "1 task"}, log.lines())

	// In the next life what is known to others is told again, and the log is not written twice.
	asides.lines = nil
	_, err = run(t, begin(t, log, &desk{}, asides.on), flow)
	require.NoError(t, err)
	require.Equal(t, []string{"1 1 of 2", "1 state is 7", "2 end"}, asides.lines)
	_, err = run(t, begin(t, log, &desk{}), flow)
	require.NoError(t, err, "nobody needs to listen")
}

func TestALogIsWrittenOnce(t *testing.T) {
	t.Parallel()
	branch := func(names ...string) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			for _, name := range names {
				if _, err := then(logging("before "+name), tasks(name), logging("after "+name))(y); err != nil {
					return "", err
				}
			}
			return "", nil
		}
	}
	for name, flow := range map[string]orchestrate.Orchestration[any]{
		"one after the other": untyped(branch("a", "b", "c")),
		"branches":            then(together(branch("a"), branch("b", "c")), tasks("d")),
		"scopes":              then(scoped(branch("a")), scoped(branch("b")), tasks("c")),
		"a race":              then(raced(branch("a"), never), tasks("d")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				all := &told{}
				whole := &memory{}
				_, err := run(t, begin(t, whole, &desk{}, all.on), flow)
				require.NoError(t, err)
				for n := range len(whole.records) + 1 { // a crash after n records
					asides := &told{}
					log := &memory{fail: func(i int) (bool, error) {
						if i > n {
							return false, errCrash
						}
						return true, nil
					}}
					_, err = run(t, begin(t, log, &desk{}, asides.on), flow)
					if err == nil {
						break
					}
					log.fail = nil
					_, err = run(t, begin(t, log, &desk{}, asides.on), flow)
					require.NoError(t, err)
					times := map[string]int{}
					for _, line := range asides.lines {
						times[line]++
					}
					twice := 0
					for _, line := range all.lines {
						require.Positive(t, times[line], "%q is lost", line)
						twice += times[line] - 1
					}
					require.LessOrEqual(t, twice, 3, "only what came after the last record of each strand")
				}
				asides := &told{}
				_, err = run(t, begin(t, whole, &desk{}, asides.on), flow)
				require.NoError(t, err)
				require.LessOrEqual(t, len(asides.lines), 1, "%v", asides.lines)
			})
		})
	}
}

func TestAnAsideIsNotCarriedOutOnceTheRunHasStopped(t *testing.T) {
	t.Parallel()
	asides := &told{}
	log := &memory{fail: func(int) (bool, error) { return false, errCrash }}
	j := begin(t, log, &desk{}, asides.on)
	_, err := orchestrate.Run(j.Context(t.Context()), func(y actions.Yield) (any, error) {
		_, err := do(y, "a")
		require.ErrorIs(t, err, errCrash)
		return logging("so it failed")(y)
	}, j)
	require.ErrorIs(t, err, errCrash)
	require.Empty(t, asides.lines)
}
