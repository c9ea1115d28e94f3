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
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// approval waits for an event, or an hour.
func approval(y actions.Yield) (string, error) {
	answer := "too late"
	err := orchestrate.Select(y,
		orchestrate.When(actions.Sleep{For: time.Hour}, func(actions.Void) error { return nil }),
		orchestrate.When(actions.Receive[string]{Name: "approval"}, func(a string) error { answer = a; return nil }),
	)
	return answer, err
}

// stops are the ways to leave a run that waits.
var stops = map[string]func(j *journal.Journal){
	"unload": func(j *journal.Journal) { j.Unload() },
	"drain":  func(j *journal.Journal) { j.Drain() },
	"kill":   func(j *journal.Journal) { j.Kill(errCrash) },
}

func TestARunThatIsLeftWaitingDecidesNothing(t *testing.T) {
	t.Parallel()
	for name, stop := range stops {
		for _, alone := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					log, exec := &memory{}, &desk{}
					j := begin(t, log, exec)
					ended := make(chan error, 1)
					go func() {
						if alone {
							_, err := orchestrate.Run(j.Context(t.Context()), approval, j)
							ended <- errors.Join(err, j.Close())
							return
						}
						_, err := journal.Run(t.Context(), j, func(y actions.Yield) (any, error) { return approval(y) })
						ended <- err
					}()
					synctest.Wait()
					stop(j)
					require.ErrorIs(t, <-ended, j.Err())
					require.Error(t, j.Err())
					require.Empty(t, log.history())
					require.Zero(t, j.Pending())

					l := start(t.Context(), begin(t, log, exec), approval)
					synctest.Wait()
					l.Deliver(event(1, "approval", `"yes"`))
					require.NoError(t, l.ends(t))
					require.Equal(t, "yes", l.result)
				})
			})
		}
	}
}

func TestDrainingLetsStepsUnderWayBeRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("slow", func(ctx context.Context) (string, error) {
			<-open
			return "at last", ctx.Err() // it is not cancelled
		})
		flow := together(never, doing("quick", "slow", "next"), doing("slow"))
		l := start(t.Context(), begin(t, log, exec), flow)
		synctest.Wait()
		l.Drain()
		l.Drain() // again, which does nothing
		synctest.Wait()
		select {
		case <-l.done:
			require.Fail(t, "two handlers are at work")
		default:
		}
		require.Equal(t, journal.ErrUnloaded, l.Err())
		require.False(t, l.Unload(), "it has stopped already")
		close(open)
		require.Equal(t, journal.ErrUnloaded, l.ends(t))
		require.ElementsMatch(t, []string{"0.1.0 task", "0.1.1 task", "0.2.0 task"}, log.lines())
		require.NotContains(t, exec.did(), "next")
	})
}

func TestARunThatEndsWhileItIsDrainedHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("slow", func(context.Context) (string, error) {
			<-open
			return "at last", nil
		})
		l := start(t.Context(), begin(t, log, exec), doing("slow"))
		synctest.Wait()
		l.Drain()
		close(open)
		require.NoError(t, l.ends(t))
		require.Equal(t, "slow", l.result)
		require.NoError(t, l.Err())
		require.NoError(t, l.Close(), "and it stays so")
		require.Equal(t, []string{"0 task"}, log.lines())
	})
}

func TestAKilledRunRecordsNothing(t *testing.T) {
	t.Parallel()
	for name, cause := range map[string]error{"a cause": errCrash, "none": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, exec, open := &memory{}, &desk{}, make(chan struct{})
				exec.on("slow", func(context.Context) (string, error) {
					<-open
					return "", nil
				})
				l := start(t.Context(), begin(t, log, exec), together(
					doing("a", "slow"), doing("b", "slow"), never))
				synctest.Wait()
				l.Kill(cause)
				l.Kill(errEmpty) // too late
				l.Drain()
				close(open)
				err := l.ends(t)
				if cause == nil {
					cause = context.Canceled
				}
				require.Equal(t, cause, err)
				require.Equal(t, cause, l.Err())
				require.ElementsMatch(t, []string{"0.0.0 task", "0.1.0 task"}, log.lines())
			})
		})
	}
}

func TestADrainedRunCanBeKilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &memory{}, &desk{}, make(chan struct{})
		exec.on("slow", func(context.Context) (string, error) {
			<-open
			return "", nil
		})
		l := start(t.Context(), begin(t, log, exec), doing("slow"))
		synctest.Wait()
		l.Drain()
		l.Kill(errCrash)
		close(open)
		require.Equal(t, errCrash, l.ends(t))
		require.Empty(t, log.lines())
	})
}

func TestARunIsUnloadedOnlyWhenAllOfItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("slow", func(context.Context) (string, error) {
			<-time.After(time.Minute)
			return "", nil
		})
		idle, hour := 0, time.Now().Add(time.Hour)
		j := begin(t, log, exec, with(func(c *journal.Config) { c.OnIdle = func() { idle++ } }))
		flow := together(
			doing("slow"), doing("a"),
			func(y actions.Yield) (string, error) {
				_, err := orchestrate.All(y, never, doing("slow"), doing("slow", "slow"))
				return "", err
			},
			func(y actions.Yield) (string, error) {
				return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour})
			},
		)
		l := start(t.Context(), j, flow)
		for range 3 {
			require.Zero(t, idle)
			_, is := l.Idle()
			require.False(t, is)
			require.False(t, l.Unload())
			<-time.After(45 * time.Second)
		}
		synctest.Wait()
		require.Equal(t, 1, idle)
		until, is := l.Idle()
		require.True(t, is)
		require.True(t, hour.Equal(until))
		require.True(t, l.Unload())
		require.False(t, l.Unload())
		require.Equal(t, journal.ErrUnloaded, l.ends(t))
		require.Len(t, log.lines(), 5)

		l = start(t.Context(), begin(t, log, exec), flow)
		synctest.Wait()
		until, is = l.Idle()
		require.True(t, is, "as before, from the records alone")
		require.True(t, hour.Equal(until))
		l.Kill(nil)
		require.Error(t, l.ends(t))
		require.Len(t, exec.did(), 5)
	})
}

func TestARunIsUnloadedAgainAndAgainAndIsToldTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, begun := &memory{}, &desk{}, time.Now()
		for i := range 4 {
			l := start(t.Context(), begin(t, log, exec), then(tasks("a"), untyped(approval), tasks("b")))
			synctest.Wait()
			if i < 3 {
				require.True(t, l.Unload())
				require.Equal(t, journal.ErrUnloaded, l.ends(t))
				<-time.After(20 * time.Minute)
				continue
			}
			require.NoError(t, l.ends(t))
			require.Equal(t, time.Hour, time.Since(begun))
		}
		require.Equal(t, []string{"a", "b"}, exec.did())
		require.Equal(t, []string{"0 task", "1.0.0 Sleep", "1 race 0", "1.1.0 Receive[string] failed", "2 task"},
			log.lines())
	})
}

func TestWhatARunDoesAfterItsEndIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		j := begin(t, log, exec)
		var kept, part actions.Yield
		var foreign error
		left := make(chan struct{})
		l := start(t.Context(), j, func(y actions.Yield) (string, error) {
			kept = y
			_, err := orchestrate.Scope(y, "part", func(y actions.Yield) (string, error) {
				part = y
				return "", nil
			})
			require.NoError(t, err)
			go func() {
				defer close(left)
				_, foreign = y(actions.Sleep{For: time.Minute}) // a bug: it is another goroutine's
			}()
			synctest.Wait()
			return "done", nil
		})
		require.NoError(t, l.ends(t))
		<-left
		require.NoError(t, foreign, "its goroutine has exited")
		<-time.After(time.Hour)
		require.Empty(t, log.lines(), "the run is over")
		for _, y := range []actions.Yield{kept, part} {
			_, err := y(task{Name: "late"})
			require.ErrorIs(t, err, executor.ErrOver, "whoever has kept it is told, and goes on")
		}
		require.Empty(t, exec.did())
	})
}

func TestWhatWasGivenButNotTakenWhenTheRunIsDrainedComesAgain(t *testing.T) {
	t.Parallel()
	for _, alone := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			log, exec := &memory{}, &desk{}
			j := begin(t, log, exec)
			ended := make(chan error, 1)
			go func() {
				if alone {
					_, err := orchestrate.Run(j.Context(t.Context()), approval, j)
					ended <- errors.Join(err, j.Close())
					return
				}
				_, err := journal.Run(t.Context(), j, func(y actions.Yield) (any, error) { return approval(y) })
				ended <- err
			}()
			synctest.Wait()
			j.Deliver(event(1, "approval", `"yes"`))
			j.Drain() // before the strand has noticed, or else it is on record
			if err := <-ended; err != nil {
				require.ErrorIs(t, err, journal.ErrUnloaded)
			}
			require.Equal(t, len(log.consumed) == 0, len(log.lines()) == 0)
			again := begin(t, log, exec, func(c *journal.Config) {
				if len(log.consumed) == 0 {
					c.Messages = []store.Message{event(1, "approval", `"yes"`)}
				}
			})
			result, err := run(t, again, approval)
			require.NoError(t, err)
			require.Equal(t, "yes", result)
		})
	}
}

func TestHowManyStrandsAreAtWorkIsKnownInAReplayToo(t *testing.T) {
	t.Parallel()
	flow := then(raced(doing("a"), never, never), tasks("b"), together(doing("slow"), doing("b"), never))
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("slow", func(context.Context) (string, error) {
			<-time.After(time.Minute)
			return "", errCrash
		})
		for range 3 {
			l := start(t.Context(), begin(t, log, exec), flow)
			synctest.Wait()
			_, idle := l.Idle()
			require.False(t, idle, "a handler is at work")
			require.False(t, l.Unload())
			l.Kill(errCrash)
			require.Equal(t, errCrash, l.ends(t))
		}
		exec.on("slow", nil)
		for range 2 {
			l := start(t.Context(), begin(t, log, exec), flow)
			synctest.Wait()
			_, idle := l.Idle()
			require.True(t, idle, "only an event is missing")
			require.True(t, l.Unload())
			require.Equal(t, journal.ErrUnloaded, l.ends(t))
		}
	})
}

func TestAJournalIsForOneStart(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	j := begin(t, log, exec)
	_, err := run(t, j, doing("a"))
	require.NoError(t, err)
	_, err = run(t, j, doing("a"))
	require.ErrorContains(t, err, "it is for one start")
	require.Equal(t, []string{"a"}, exec.did())
	_, err = journal.Run(t.Context(), begin(t, log, exec), nil)
	require.ErrorContains(t, err, "the orchestration is nil")
}
