package journal_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// notDone is a handler that says for certain that nothing was done.
func notDone(context.Context) (string, error) {
	return "", fmt.Errorf("the line is dead: %w", executor.ErrNotDone)
}

func resumed(c *journal.Config) { c.Resumed = true }

// believed runs a flow and tells whether its error says that nothing was done.
func believed(
	t *testing.T, exec *desk, flow orchestrate.Orchestration[string], with ...func(*journal.Config),
) bool {
	t.Helper()
	log := &memory{}
	_, err := run(t, begin(t, log, exec, with...), flow)
	require.ErrorIs(t, err, executor.ErrNotDone)
	word := executor.NotDone(err)
	_, err = run(t, begin(t, log, exec, with...), flow)
	require.Equal(t, word, executor.NotDone(err), "in each life")
	if word {
		require.EqualError(t, err, "step 0: journal_test.task: the line is dead: the action was not done")
	} else {
		require.ErrorContains(t, err, "perhaps done before a crash: ")
	}
	return word
}

func TestThatARepeatedActionWasNotDoneIsNotBelieved(t *testing.T) {
	t.Parallel()
	exec := &desk{}
	exec.on("bad", notDone)
	require.True(t, believed(t, exec, doing("bad")), "the first life")
	require.False(t, believed(t, exec, doing("bad"), resumed), "a crash may have come behind the effect")
	require.False(t, believed(t, exec, doing("bad"), resumed, treated(journal.Batched, "bad")))
	require.False(t, believed(t, exec, doing("bad"), resumed, treated(journal.Unrecorded, "bad")))
}

func TestWhatNoEarlierLifeCanHaveComeToIsBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flow orchestrate.Orchestration[string]
		want bool
	}{
		"the first step":                     {doing("bad"), false},
		"behind a step of this life":         {doing("a", "bad"), true},
		"behind one of an earlier life":      {doing("old", "bad"), false},
		"behind a batched one":               {doing("batched", "bad"), false},
		"behind one in a scope":              {inPart(doing("a"), doing("bad")), true},
		"behind one in a branch":             {inBranches(doing("a"), doing("bad")), true},
		"behind a group of an earlier life":  {inBranches(doing(), doing("bad")), false},
		"in a branch, behind a step":         {inBranches(doing("a", "bad"), doing()), true},
		"in a branch":                        {inBranches(doing("bad"), doing()), false},
		"in a branch of a group, behind one": {then2(doing("a"), inBranches(doing("bad"), doing())), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &memory{}, &desk{}
			exec.on("bad", notDone)
			if name == "behind one of an earlier life" {
				_, err := run(t, begin(t, log, exec), doing("old"))
				require.NoError(t, err)
			}
			_, err := run(t, begin(t, log, exec, resumed, treated(journal.Batched, "batched")), c.flow)
			require.ErrorIs(t, err, executor.ErrNotDone)
			require.Equal(t, c.want, executor.NotDone(log.failure(t)), "%v", err)
		})
	}
}

// then2 runs one flow after the other.
func then2(first, second orchestrate.Orchestration[string]) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		if _, err := first(y); err != nil {
			return "", err
		}
		return second(y)
	}
}

func inPart(part, next orchestrate.Orchestration[string]) orchestrate.Orchestration[string] {
	return then2(func(y actions.Yield) (string, error) { return orchestrate.Scope(y, "part", part) }, next)
}

func inBranches(branch, next orchestrate.Orchestration[string]) orchestrate.Orchestration[string] {
	return then2(func(y actions.Yield) (string, error) {
		_, err := orchestrate.All(y, branch, doing())
		return "", err
	}, next)
}

func TestThatARepeatedActionIsRefusedIsNotBelievedEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		log.fail = func(int) (bool, error) { return false, errCrash }
		saga := func(y actions.Yield) (string, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
				return orchestrate.Undoable(y, undo, task{Name: "book"}, task{Name: "cancel"})
			})
		}
		_, err := run(t, begin(t, log, exec), saga)
		require.Equal(t, errCrash, err)
		log.fail = nil
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = journal.Run(ctx, begin(t, log, exec, resumed), func(y actions.Yield) (any, error) { return saga(y) })
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []string{"book", "cancel"}, exec.did(), "what was booked before the crash is cancelled")
	})
}

func TestThatAWaitDidNothingIsBelieved(t *testing.T) {
	t.Parallel()
	log := &memory{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := journal.Run(ctx, begin(t, log, &desk{}, resumed), func(y actions.Yield) (any, error) {
		return orchestrate.Do(y, actions.Receive[string]{Name: "x"})
	})
	require.True(t, executor.NotDone(err), "had it been given an event, there would be a record: %v", err)
}
