package journal_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// exits is a handler that exits its goroutine, as t.FailNow does.
func exits(context.Context) (string, error) {
	runtime.Goexit()
	return "", nil
}

func TestAHandlerThatExitsIsAnErrorInTheNextLife(t *testing.T) {
	t.Parallel()
	saved := func(y actions.Yield) (string, error) {
		if _, err := do(y, "bad"); err != nil {
			require.ErrorContains(t, err, "the handler of journal_test.task exited its goroutine at step ")
			require.False(t, executor.NotDone(err))
			return do(y, "instead")
		}
		return "", nil
	}
	for name, c := range map[string]struct {
		flow orchestrate.Orchestration[any]
		path string
	}{
		"in the main strand": {untyped(saved), "0"},
		"in a branch":        {together(doing("a"), saved), "0.1.0"},
		"in a scope":         {scoped(saved), "0.0.0"},
		"in a leaf": {func(y actions.Yield) (any, error) {
			_, err := orchestrate.All(y, never, leaf("bad"))
			require.ErrorContains(t, err, "exited its goroutine")
			return do(y, "instead")
		}, "0.1.0"},
	} {
		for treatment, with := range map[string]func(*journal.Config){
			"recorded": func(*journal.Config) {}, "batched": treated(journal.Batched, "bad"),
			"unrecorded": treated(journal.Unrecorded, "bad"),
		} {
			t.Run(name+" "+treatment, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					log, exec := &memory{}, &desk{}
					exec.on("bad", exits)
					j := begin(t, log, exec, with)
					_, err := run(t, j, c.flow)
					exit, ok := errors.AsType[*journal.ExitError](err)
					require.True(t, ok, "%v", err)
					require.Equal(t, &journal.ExitError{Run: "r", Path: c.path, Action: "journal_test.task"}, exit)
					require.Equal(t, err, j.Err())
					for range 2 {
						_, err = run(t, begin(t, log, exec, with), c.flow)
						require.NoError(t, err)
					}
					did := strings.Join(exec.did(), " ")
					require.Equal(t, 1, strings.Count(did, "bad"))
					require.Equal(t, 1, strings.Count(did, "instead"))
				})
			})
		}
	}
}

func TestAHandlerThatExitsWhereTheRunHasBeenStopsThisLife(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	_, err := run(t, begin(t, log, exec, reads), doing("read", "a"))
	require.NoError(t, err)
	exec.on("read", exits)
	_, err = run(t, begin(t, log, exec, reads), doing("read", "a"))
	exit, ok := errors.AsType[*journal.ExitError](err)
	require.True(t, ok)
	require.Equal(t, "0", exit.Path)
	require.Equal(t, []string{"1 task"}, log.lines())
	exec.on("read", nil)
	_, err = run(t, begin(t, log, exec, reads), doing("read", "a"))
	require.NoError(t, err)
}

func TestAHandlerMayExitBehindItsTransaction(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) {
		require.NoError(t, log.transact(ctx, "paid", nil))
		return exits(ctx)
	})
	_, err := run(t, opened(t, log, exec), leaf("pay"))
	_, ok := errors.AsType[*journal.ExitError](err)
	require.True(t, ok, "the run is to be carried out again, and has not failed: %v", err)
	result, err := run(t, opened(t, log, exec), leaf("pay"))
	require.NoError(t, err)
	require.Equal(t, "paid", result)
	require.Equal(t, []string{"0 task"}, log.lines())
}

func TestAHandlerThatExitsInADrainedRunIsRecordedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("bad", func(ctx context.Context) (string, error) {
			<-open
			return exits(ctx)
		})
		l := start(t.Context(), begin(t, log, exec), doing("bad"))
		synctest.Wait()
		l.Drain()
		close(open)
		_, ok := errors.AsType[*journal.ExitError](l.ends(t))
		require.True(t, ok)
		require.Equal(t, []string{"0 task failed"}, log.lines())
	})
}

func TestAHandlerThatExitsInADeadRunIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("bad", func(ctx context.Context) (string, error) {
			<-open
			return exits(ctx)
		})
		l := start(t.Context(), begin(t, log, exec), doing("bad"))
		synctest.Wait()
		l.Kill(errCrash)
		close(open)
		require.Equal(t, errCrash, l.ends(t))
		require.Empty(t, log.lines())
	})
}

func TestUnderRunAloneAHandlerExitsItsCaller(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("bad", exits)
	for _, flow := range []orchestrate.Orchestration[any]{
		tasks("bad"), together(leaf("a"), leaf("bad")), raced(doing("bad"), never),
	} {
		log.records = nil
		j := begin(t, log, exec)
		exited := make(chan bool)
		go func() {
			returned := false
			defer func() { exited <- !returned }()
			_, _ = orchestrate.Run(j.Context(t.Context()), flow, j)
			returned = true
		}()
		require.True(t, <-exited)
		_, ok := errors.AsType[*journal.ExitError](j.Err())
		require.True(t, ok)
		_, err := run(t, begin(t, log, exec), flow)
		require.ErrorContains(t, err, "exited its goroutine")
	}
	did := slices.DeleteFunc(exec.did(), func(name string) bool { return name == "a" })
	require.Equal(t, []string{"bad", "bad", "bad"}, did)
}

func TestUnderRunAloneABranchThatExitsLeavesNoTrace(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exit := func(actions.Yield) (string, error) { return exits(t.Context()) }
	for range 20 {
		j := begin(t, log, exec)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = orchestrate.Run(j.Context(t.Context()), raced(never, exit, never), j)
		}()
		<-done
		require.Equal(t, journal.ErrExited, j.Err())
		require.Empty(t, log.lines())
	}
}

func TestAnOrchestrationThatExitsHasFailed(t *testing.T) {
	t.Parallel()
	exit := func(actions.Yield) (string, error) { return exits(t.Context()) }
	for name, flow := range map[string]orchestrate.Orchestration[any]{
		"in the main strand": then(tasks("a"), untyped(exit)),
		"in a branch":        together(exit, never),
		"in a scope":         scoped(exit),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			j := begin(t, log, &desk{})
			_, err := run(t, j, flow)
			require.Equal(t, journal.ErrExited, err)
			for _, line := range log.lines() {
				require.Equal(t, "0 task", line)
			}
		})
	}
}

func TestAPanicOfAHandlerIsItsActionsError(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("bad", explodes)
	for range 2 {
		_, err := run(t, begin(t, log, exec), doing("bad"))
		panicked, ok := errors.AsType[*executor.PanicError](err)
		require.True(t, ok)
		require.Contains(t, string(panicked.Stack), "journal_test.explodes", "its stack is on record")
		require.EqualError(t, err, "step 0: journal_test.task: panic: the roof is on fire")
	}
	require.Equal(t, []string{"bad"}, exec.did())
}

func explodes(context.Context) (string, error) { panic("the roof is on fire") }

func TestAPanicOfTheOrchestrationIsTheRunsError(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	j := begin(t, log, exec)
	_, err := run(t, j, func(y actions.Yield) (string, error) {
		_, err := do(y, "a")
		require.NoError(t, err)
		return explodes(t.Context())
	})
	panicked, ok := errors.AsType[*executor.PanicError](err)
	require.True(t, ok)
	require.Contains(t, string(panicked.Stack), "journal_test.explodes")
	require.NoError(t, j.Err(), "the journal has nothing to do with it")
	_, err = run(t, begin(t, log, exec), func(actions.Yield) (string, error) { return explodes(t.Context()) })
	_, ok = errors.AsType[*journal.MismatchError](err)
	require.True(t, ok, "it panicked before it came to what it had done: %v", err)
}

func TestAPanicOfABranchIsItsOutcome(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	flow := func(y actions.Yield) (string, error) {
		_, err := orchestrate.All(y, never, func(y actions.Yield) (string, error) {
			_, err := do(y, "a")
			require.NoError(t, err)
			return explodes(t.Context())
		})
		_, ok := errors.AsType[*executor.PanicError](err)
		require.True(t, ok)
		return do(y, "b")
	}
	for range 2 {
		_, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"0.1.0 task", "0 all 1", "0.0.0 Receive[string] failed", "1 task"}, log.lines())
}

func TestAnOrchestrationMayRecoverItsPanics(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	flow := func(y actions.Yield) (text string, err error) {
		defer func() {
			if recover() != nil {
				text, err = do(y, "saved")
			}
		}()
		_, _ = do(y, "a")
		return explodes(t.Context())
	}
	for range 2 {
		result, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, "saved", result)
	}
	require.Equal(t, []string{"a", "saved"}, exec.did())
}
