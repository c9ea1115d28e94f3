package journal_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// logFunc is a log that is a function.
type logFunc func(ctx context.Context, e journal.Entry) error

func (f logFunc) Append(ctx context.Context, e journal.Entry) error { return f(ctx, e) }

func TestALogThatFailsStopsTheRun(t *testing.T) {
	t.Parallel()
	told := func(y actions.Yield) (string, error) {
		_, err := do(y, "a")
		require.Fail(t, "nobody knows whether that is on record", "%v", err)
		return "", err
	}
	for name, c := range map[string]struct {
		log  logFunc
		want func(t *testing.T, err error)
	}{
		"with an error": {
			func(context.Context, journal.Entry) error { return errCrash },
			func(t *testing.T, err error) { t.Helper(); require.Equal(t, errCrash, err) },
		},
		"with a panic": {
			func(context.Context, journal.Entry) error { panic(errCrash) },
			func(t *testing.T, err error) {
				t.Helper()
				_, ok := errors.AsType[*executor.PanicError](err)
				require.True(t, ok)
				require.ErrorIs(t, err, errCrash)
			},
		},
		"by exiting": {
			func(context.Context, journal.Entry) error { runtime.Goexit(); return nil },
			func(t *testing.T, err error) {
				t.Helper()
				require.EqualError(t, err, "the log exited the goroutine of the run")
			},
		},
	} {
		for place, flow := range map[string]orchestrate.Orchestration[any]{
			"in the main strand": untyped(told),
			"in a branch":        together(never, told),
			"in a decision":      raced(func(actions.Yield) (string, error) { return "", nil }, never),
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					j, err := journal.New(journal.Config{ID: "r", Executor: &desk{}, Log: c.log})
					require.NoError(t, err)
					_, err = run(t, j, flow)
					c.want(t, err)
					require.Equal(t, err, j.Err())
				})
			})
		}
	}
}

func TestUnderRunAloneALogThatPanicsStopsTheJournal(t *testing.T) {
	t.Parallel()
	j, err := journal.New(journal.Config{ID: "r", Executor: &desk{}, Log: logFunc(
		func(context.Context, journal.Entry) error { panic(errCrash) })})
	require.NoError(t, err)
	_, err = orchestrate.Run(j.Context(t.Context()), doing("a", "b"), j)
	require.ErrorIs(t, err, errCrash)
	require.ErrorIs(t, j.Close(), errCrash)
}

func TestALogIsNotInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	exec, appended := &desk{}, 0
	exec.on("a", func(context.Context) (string, error) {
		cancel()
		return "", nil
	})
	j, err := journal.New(journal.Config{ID: "r", Executor: exec, Log: logFunc(
		func(ctx context.Context, _ journal.Entry) error {
			appended++
			require.NoError(t, ctx.Err(), "the run is cancelled, and what it did is recorded")
			require.NotEmpty(t, executor.StepFrom(ctx).Path(), "a log may want to know")
			return nil
		})})
	require.NoError(t, err)
	_, err = journal.Run(ctx, j, func(y actions.Yield) (any, error) { return doing("a", "b")(y) })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, appended)
}

func TestRecordsAreNumberedFromTheLastOn(t *testing.T) {
	t.Parallel()
	log := &memory{}
	_, err := run(t, begin(t, log, &desk{}), doing("a", "b"))
	require.NoError(t, err)
	require.EqualValues(t, 0, log.records[0].N)
	log.records[1].N = 41
	_, err = run(t, begin(t, log, &desk{}), doing("a", "b", "c"))
	require.NoError(t, err)
	require.EqualValues(t, 42, log.records[2].N)
	require.Zero(t, log.records[2].Epoch, "that is the log's to say")
	require.Equal(t, store.Step, log.records[2].Kind)
}
