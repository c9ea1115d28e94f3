package journal_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/orchestrate"
)

func version(y actions.Yield, change string, least, most int) (int, error) {
	return orchestrate.Do(y, actions.Version{Change: change, Min: least, Max: most})
}

// changed asks for the version of a change and does a task that depends on it.
func changed(least, most int) orchestrate.Orchestration[any] {
	return func(y actions.Yield) (any, error) {
		v, err := version(y, "c", least, most)
		if err != nil {
			return nil, err
		}
		_, err = do(y, []string{"old", "b", "c", "d"}[v])
		return v, err
	}
}

func TestARunFollowsTheVersionThatItBeganWith(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	v, err := run(t, begin(t, log, exec), changed(0, 1))
	require.NoError(t, err)
	require.Equal(t, 1, v, "the newest")
	require.Equal(t, []string{"0 version 1 of c", "0 task"}, log.lines())
	require.Equal(t, 1, log.appends, "it needs no commit of its own")
	v, err = run(t, begin(t, log, exec), changed(0, 2))
	require.NoError(t, err)
	require.Equal(t, 1, v)
	v, err = run(t, begin(t, log, exec), changed(1, 3))
	require.NoError(t, err)
	require.Equal(t, 1, v)
	require.Len(t, log.records, 2)
}

func TestARunThatCameByBeforeTheChangeFollowsTheLeast(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	_, err := run(t, begin(t, log, exec), tasks("old"))
	require.NoError(t, err)
	for range 2 {
		v, err := run(t, begin(t, log, exec), changed(0, 2))
		require.NoError(t, err)
		require.Zero(t, v)
	}
	require.Equal(t, []string{"0 task"}, log.lines())
}

func TestARunThatStandsJustBeforeTheChangeFollowsTheNewest(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	_, err := run(t, begin(t, log, exec), tasks("a"))
	require.NoError(t, err)
	v, err := run(t, begin(t, log, exec), then(tasks("a"), changed(0, 2)))
	require.NoError(t, err)
	require.Equal(t, 2, v)
	require.Equal(t, []string{"0 task", "1 version 2 of c", "1 task"}, log.lines())
}

func TestAVersionThatTheCodeDoesNotKnowStopsTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ least, most int }{"too new": {0, 1}, "too old": {3, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &memory{}, &desk{}
			_, err := run(t, begin(t, log, exec), changed(0, 2))
			require.NoError(t, err)
			_, err = run(t, begin(t, log, exec), changed(c.least, c.most))
			mismatch, ok := errors.AsType[*journal.MismatchError](err)
			require.True(t, ok)
			require.Equal(t, "0", mismatch.Path)
			require.ErrorContains(t, err, `the journal has version 2 of the change "c", the code yielded a choice from `)
		})
	}
}

func TestAVersionIsTheSameAllAlongTheStrand(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]int, error) {
		var all []int
		for range 3 {
			v, err := version(y, "c", 0, 1)
			require.NoError(t, err)
			all = append(all, v)
			if _, err := do(y, "a"); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	log, exec := &memory{}, &desk{}
	got, err := run(t, begin(t, log, exec), flow)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 1}, got)
	require.Equal(t, []string{"0 version 1 of c", "0 task", "1 task", "2 task"}, log.lines())

	// One that began the loop before the change follows the old code to its end.
	log.records = log.records[1:2]
	for range 2 {
		got, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, []int{0, 0, 0}, got)
	}
	require.Equal(t, []string{"0 task", "1 task", "2 task"}, log.lines())
}

func TestTwoQuestionsAboutOneChangeMustAgree(t *testing.T) {
	t.Parallel()
	_, err := run(t, begin(t, &memory{}, &desk{}), func(y actions.Yield) (string, error) {
		v, err := version(y, "c", 0, 2)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		v, err = version(y, "d", 0, 1)
		require.NoError(t, err)
		require.Equal(t, 1, v, "another change")
		_, err = version(y, "c", 0, 1)
		return "", err
	})
	require.ErrorContains(t, err, `the journal has version 2 of the change "c", the code yielded a choice from 0 to 1`)
}

func TestBranchesFollowVersionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		slow := orchestrate.Lift(actions.Receive[string]{Name: "go"})
		l := start(t.Context(), begin(t, log, exec), together(doing("old"), slow))
		synctest.Wait()
		require.True(t, l.Unload())
		require.ErrorIs(t, l.ends(t), journal.ErrUnloaded)

		flow := func(y actions.Yield) ([]any, error) {
			return orchestrate.All(y, changed(0, 1), then(untyped(slow), changed(0, 1)))
		}
		for range 2 {
			j := begin(t, log, exec)
			j.Deliver(event(1, "go", `""`))
			got, err := run(t, j, flow)
			require.NoError(t, err)
			require.Equal(t, []any{0, 1}, got)
		}
		require.Equal(t, []string{"0.0.0 task", "0.1.0 Receive[string]", "0.1.1 version 1 of c", "0.1.1 task"}, log.lines())
	})
}

func TestWhereABranchHadEndedTheVersionIsTheLeast(t *testing.T) {
	t.Parallel()
	ask := func(y actions.Yield) (any, error) { return version(y, "c", 0, 1) }
	for name, c := range map[string]struct {
		was, is orchestrate.Orchestration[any]
		want    int
	}{
		"before the group ended": {
			together(doing("a"), doing("b")), untyped(func(y actions.Yield) ([]any, error) {
				return orchestrate.All(y, then(tasks("a"), ask), tasks("b"))
			}), 1,
		},
		"after": {
			then(together(doing("a"), doing("b")), tasks("c")), untyped(func(y actions.Yield) ([]any, error) {
				all, err := orchestrate.All(y, then(tasks("a"), ask), tasks("b"))
				if err == nil {
					_, err = do(y, "c")
				}
				return all, err
			}), 0,
		},
		"because it decided": {
			raced(doing("a"), never), untyped(func(y actions.Yield) ([]any, error) {
				won, err := orchestrate.Race(y, then(tasks("a"), ask), untyped(never))
				return []any{won}, err
			}), 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &memory{}, &desk{}
			_, err := run(t, begin(t, log, exec), c.was)
			require.NoError(t, err)
			got, err := run(t, begin(t, log, exec), c.is)
			require.NoError(t, err)
			require.Equal(t, c.want, got.([]any)[0])
		})
	}
}

func TestAVersionIsWrittenWithWhateverComesNext(t *testing.T) {
	t.Parallel()
	ask := func(y actions.Yield) (any, error) { return version(y, "c", 0, 1) }
	for name, next := range map[string]orchestrate.Orchestration[any]{
		"a step":            tasks("a"),
		"a wait":            untyped(orchestrate.Lift(actions.Sleep{})),
		"the time":          untyped(orchestrate.Lift(actions.Now{})),
		"a group":           together(doing(), doing()),
		"a scope":           scoped(doing("a")),
		"the end of a race": raced(doing(), doing()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			_, err := run(t, begin(t, log, &desk{}), then(ask, next))
			require.NoError(t, err)
			require.Equal(t, "0 version 1 of c", log.lines()[0])
		})
	}
	log := &memory{}
	j := begin(t, log, &desk{})
	_, err := run(t, j, ask)
	require.NoError(t, err)
	require.Empty(t, log.records)
	require.Len(t, j.Pending().Records, 1, "or with the end of the run")

	_, err = run(t, begin(t, log, &desk{}), untyped(func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, func(y actions.Yield) (string, error) {
			_, err := ask(y)
			return "", err
		}, never)
	}))
	require.NoError(t, err)
	require.Equal(t, []string{"0.0.0 version 1 of c", "0 race 0", "0.1.0 Receive[string] failed"}, log.lines())
	require.Equal(t, 2, log.appends, "with the decision")
}

func TestAVersionThatCannotBeIsAnError(t *testing.T) {
	t.Parallel()
	log := &memory{}
	_, err := run(t, begin(t, log, &desk{}), func(y actions.Yield) (int, error) { return version(y, "c", 2, 1) })
	require.ErrorContains(t, err, `version "c": Min 2 is greater than Max 1`)
	require.Empty(t, log.records)
}
