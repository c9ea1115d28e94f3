package journal_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// treated gives tasks of the names a durability.
func treated(d journal.Durability, names ...string) func(*journal.Config) {
	return func(c *journal.Config) {
		c.Treat = func(a actions.Action) journal.Treatment {
			for _, name := range names {
				if a == actions.Action(task{Name: name}) {
					return journal.Treatment{Durability: d}
				}
			}
			return journal.Treatment{}
		}
	}
}

func TestDurabilitiesHaveNames(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]journal.Durability{
		"synchronous": journal.Synchronous, "batched": journal.Batched, "unrecorded": journal.Unrecorded, "unknown": 9,
	} {
		require.Equal(t, want, d.String())
	}
	require.Zero(t, journal.Synchronous)
}

func TestABatchedOutcomeIsWrittenWithWhateverComesNext(t *testing.T) {
	t.Parallel()
	batched := treated(journal.Batched, "a", "b", "bad")
	for name, c := range map[string]struct {
		next orchestrate.Orchestration[any]
		want []string // the records behind those of a and b
	}{
		"a step":     {tasks("c"), []string{"2 task"}},
		"a wait":     {untyped(orchestrate.Lift(actions.Sleep{})), []string{"2 Sleep"}},
		"the time":   {untyped(orchestrate.Lift(actions.Now{})), nil},
		"a group":    {together(doing(), doing()), nil},
		"a branch":   {raced(doing("a"), never), []string{"2.0.0 task", "2 race 0", "2.1.0 Receive[string] failed"}},
		"a leaf":     {raced(leaf("a"), never), []string{"2.0.0 task", "2 race 0", "2.1.0 Receive[string] failed"}},
		"in a scope": {scoped(doing("c")), []string{"2.0.0 task"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &memory{}
				var before int
				look := func(actions.Yield) (any, error) {
					before = log.appends
					return nil, nil
				}
				_, err := run(t, begin(t, log, &desk{}, batched), then(tasks("a", "b"), look, c.next))
				require.NoError(t, err)
				require.Zero(t, before)
				require.Equal(t, append([]string{"0 task", "1 task"}, c.want...), log.lines())
				exec := &desk{}
				_, err = run(t, begin(t, log, exec, batched), then(tasks("a", "b"), c.next))
				require.NoError(t, err)
				require.Empty(t, exec.did())
			})
		})
	}
}

func TestABatchedOutcomeIsWrittenWithTheEndOfTheRun(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	finished := make(chan struct{}) // by "a", which the failure would else cancel
	exec.on("a", func(context.Context) (string, error) {
		exec.on("a", nil)
		close(finished)
		return "a", nil
	})
	exec.on("bad", func(ctx context.Context) (string, error) {
		<-finished
		return fails(ctx)
	})
	j := begin(t, log, exec, treated(journal.Batched, "a", "b", "bad"))
	_, err := run(t, j, func(y actions.Yield) (any, error) {
		_, err := together(doing("a"), doing("b", "bad"))(y)
		require.ErrorContains(t, err, "empty till")
		return tasks("a")(y)
	})
	require.NoError(t, err)
	require.Equal(t, []string{"0.1.0 task", "0.1.1 task failed", "0 all 1"}, log.lines())
	require.NoError(t, log.Append(t.Context(), j.Pending()))
	require.ElementsMatch(t, []string{"0.1.0 task", "0.1.1 task failed", "0 all 1", "0.0.0 task", "1 task"}, log.lines())
}

func TestWhatWasNotWrittenIsCarriedOutAgain(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	batched := treated(journal.Batched, "a")
	log.fail = func(int) (bool, error) { return false, errCrash }
	_, err := run(t, begin(t, log, exec, batched), doing("a", "b"))
	require.Equal(t, errCrash, err)
	require.Empty(t, log.records, "all of the entry, or nothing")
	log.fail = nil
	_, err = run(t, begin(t, log, exec, batched, func(c *journal.Config) { c.Resumed = true }), doing("a", "b"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "a", "b"}, exec.did())
	require.Equal(t, 2, log.appends)
}

func TestWhatIsBatchedIsWrittenBeforeAWait(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]orchestrate.Orchestration[any]{
		"an event": untyped(never), "a timer": untyped(orchestrate.Lift(actions.Sleep{For: time.Hour})),
		"a group of them": together(never, never),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &memory{}
				l := start(t.Context(), begin(t, log, &desk{}, treated(journal.Batched, "a")), then(tasks("a"), wait))
				synctest.Wait()
				require.Equal(t, []string{"0 task"}, log.lines())
				l.Kill(errCrash)
				require.Equal(t, errCrash, l.ends(t))
			})
		})
	}
}

func TestUnloadingLosesNothingThatIsBatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		batched := treated(journal.Batched, "a", "b")
		flow := together(doing("a", "b"), func(y actions.Yield) (string, error) {
			if _, err := do(y, "a"); err != nil {
				return "", err
			}
			return never(y)
		})
		for range 3 {
			l := start(t.Context(), begin(t, log, exec, batched), flow)
			synctest.Wait()
			require.True(t, l.Unload())
			require.ErrorIs(t, l.ends(t), journal.ErrUnloaded)
			require.NoError(t, log.Append(t.Context(), l.Pending()))
		}
		require.ElementsMatch(t, []string{"a", "a", "b"}, exec.did())
	})
}

func TestAnUnrecordedActionIsCarriedOutInEachLife(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	flow := then(tasks("read", "a", "read"), together(doing("read", "b"), doing("read")), tasks("read"))
	for range 3 {
		_, err := run(t, begin(t, log, exec, reads), flow)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"1 task", "3.0.1 task"}, log.lines())
	require.Len(t, exec.did(), 3*5+2)
}

func TestAWaitIsRecordedWhateverItsTreatment(t *testing.T) {
	t.Parallel()
	for _, d := range []journal.Durability{journal.Batched, journal.Unrecorded} {
		log := &memory{}
		_, err := run(t, begin(t, log, &desk{}, func(c *journal.Config) {
			c.Treat = func(actions.Action) journal.Treatment { return journal.Treatment{Durability: d} }
		}), orchestrate.Lift(actions.Sleep{For: 1}))
		require.NoError(t, err)
		require.Equal(t, []string{"0 Sleep"}, log.lines())
	}
}

func TestAFailureOfAnUnrecordedActionIsRecorded(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]handler{
		"an error": fails,
		"a panic":  func(context.Context) (string, error) { panic("empty till") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &memory{}, &desk{}
			exec.on("read", handle)
			reads := treated(journal.Unrecorded, "read")
			flow := func(y actions.Yield) (string, error) {
				if _, err := do(y, "read"); err != nil {
					require.ErrorContains(t, err, "empty till")
					return do(y, "without")
				}
				return do(y, "with")
			}
			for range 2 {
				result, err := run(t, begin(t, log, exec, reads), flow)
				require.NoError(t, err)
				require.Equal(t, "without", result)
				exec.on("read", nil) // it is well again, and that changes nothing
			}
			require.Equal(t, []string{"read", "without"}, exec.did())
			require.Equal(t, []string{"0 task failed", "1 task"}, log.lines())
		})
	}
}

func TestAnUnrecordedActionThatFailsWhereItHadNotStopsThisLife(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	flow := doing("read", "a")
	_, err := run(t, begin(t, log, exec, reads), flow)
	require.NoError(t, err)
	exec.on("read", fails)
	j := begin(t, log, exec, reads)
	_, err = run(t, j, flow)
	require.EqualError(t, err,
		"step 0: journal_test.task, which leaves no record, succeeded in an earlier life and fails now: empty till")
	require.ErrorIs(t, err, errEmpty)
	require.Equal(t, []string{"1 task"}, log.lines())
	exec.on("read", nil)
	_, err = run(t, begin(t, log, exec, reads), flow)
	require.NoError(t, err)
}

func TestAnUnrecordedActionIsNotRefusedWhereTheRunMayHaveBeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		reads := treated(journal.Unrecorded, "read")
		ctx, cancel := context.WithCancel(t.Context())
		exec.on("a", func(context.Context) (string, error) {
			cancel()
			return "", nil
		})
		exec.on("read", func(ctx context.Context) (string, error) {
			require.NoError(t, context.Cause(ctx))
			return "", ctx.Err()
		})
		flow := func(y actions.Yield) (string, error) {
			if _, err := doing("read", "a")(y); err != nil {
				return "", err
			}
			_, err := do(y, "read")
			require.ErrorIs(t, err, context.Canceled)
			require.True(t, executor.NotDone(err))
			_, err = orchestrate.Shield(y, doing("read", "b"))
			return "", err
		}
		_, err := journal.Run(ctx, begin(t, log, exec, reads), func(y actions.Yield) (any, error) { return flow(y) })
		require.NoError(t, err)
		want := []string{"1 task", "2 task failed", "4 task"}
		require.Equal(t, want, log.lines(), "what was refused is on record")
		require.Equal(t, []string{"read", "a", "read", "b"}, exec.did())
		_, err = journal.Run(ctx, begin(t, log, exec, reads), func(y actions.Yield) (any, error) { return flow(y) })
		require.NoError(t, err, "cancelled from its beginning")
		require.Equal(t, want, log.lines())

		// After a crash nobody knows how far the run had come.
		log.records = nil
		l := start(ctx, begin(t, log, exec, reads, func(c *journal.Config) { c.Resumed = true }), doing("read", "a"))
		require.ErrorIs(t, l.ends(t), context.Canceled)
		require.Equal(t, []string{"1 task failed"}, log.lines(), "the read was not refused")
	})
}

func TestAReadThatHangsEndsWithTheLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		reads := treated(journal.Unrecorded, "read")
		_, err := run(t, begin(t, log, exec, reads), doing("read", "a"))
		require.NoError(t, err)
		exec.on("read", func(ctx context.Context) (string, error) {
			_, limited := ctx.Deadline()
			require.False(t, limited)
			require.Equal(t, "0", executor.StepFrom(ctx).Path())
			require.NoError(t, ctx.Err())
			return waits(ctx)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		l := start(ctx, begin(t, log, exec, reads), doing("read", "a"))
		<-time.After(10 * time.Minute)
		select {
		case <-l.done:
			require.Fail(t, "it was refused")
		default:
		}
		l.Kill(errCrash)
		require.Equal(t, errCrash, l.ends(t))
	})
}

func TestANameCanBeAllThatIsCompared(t *testing.T) {
	t.Parallel()
	names := with(func(c *journal.Config) {
		c.Treat = func(actions.Action) journal.Treatment { return journal.Treatment{NameOnly: true} }
	})
	log, exec := &memory{}, both{&desk{}, &till{}}
	was, err := run(t, begin(t, log, exec, names), charges(1))
	require.NoError(t, err)
	is, err := run(t, begin(t, log, exec, names), charges(2))
	require.NoError(t, err)
	require.Equal(t, was, is)
	_, err = run(t, begin(t, log, exec), charges(2))
	_, mismatched := errors.AsType[*journal.MismatchError](err)
	require.True(t, mismatched)
	_, err = run(t, begin(t, log, exec, names), tasks("a"))
	_, mismatched = errors.AsType[*journal.MismatchError](err)
	require.True(t, mismatched, "another name")
}

func TestAnActionThatCannotBeEncodedIsNotOneThatCould(t *testing.T) {
	t.Parallel()
	type flexible struct {
		actions.Returns[int]
		Of any
	}
	log := &memory{}
	exec := executor.Func(func(context.Context, actions.Action) (any, error) { return 1, nil })
	flow := func(of any) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (int, error) {
			n, _ := orchestrate.Do(y, flexible{Of: of})
			return n, nil
		}
	}
	_, err := run(t, begin(t, log, exec), flow("text"))
	require.NoError(t, err)
	_, err = run(t, begin(t, log, exec), flow(make(chan int)))
	_, mismatched := errors.AsType[*journal.MismatchError](err)
	require.True(t, mismatched)
	log.records = nil
	_, err = run(t, begin(t, log, exec), flow(make(chan int)))
	require.NoError(t, err)
	_, err = run(t, begin(t, log, exec), flow("text"))
	_, mismatched = errors.AsType[*journal.MismatchError](err)
	require.True(t, mismatched)
}
