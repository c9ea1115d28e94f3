package journal_test

import (
	"context"
	"math"
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

func TestASleepKeepsItsFirstDeadlineAndCostsNoCommitBeforeItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("a", func(context.Context) (string, error) {
			<-time.After(time.Hour)
			return "", nil
		})
		flow := func(y actions.Yield) (string, error) {
			if _, err := do(y, "a"); err != nil {
				return "", err
			}
			return "awake", orchestrate.Tell(y, actions.Sleep{For: 30 * 24 * time.Hour})
		}
		begun := time.Now()
		for range 10 { // crashes without a trace
			l := start(t.Context(), begin(t, log, exec), flow)
			<-time.After(2 * 24 * time.Hour)
			until, idle := l.Idle()
			require.True(t, idle)
			require.Equal(t, begun.Add(time.Hour+30*24*time.Hour), until.Local())
			require.Equal(t, 1, log.appends)
			l.Kill(errCrash)
			require.Equal(t, errCrash, l.ends(t))
			<-time.After(time.Hour)
		}
		j := begin(t, log, exec)
		result, err := run(t, j, flow)
		require.NoError(t, err)
		require.Equal(t, "awake", result)
		require.Equal(t, time.Hour+30*24*time.Hour, time.Since(begun))
		require.Equal(t, 2, log.appends)
		<-time.After(time.Hour)
		_, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, 2*time.Hour+30*24*time.Hour, time.Since(begun), "a replay does not sleep")
	})
}

func TestASleepThatIsOverEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, idle := &memory{}, 0
		begun := time.Now()
		old := func(c *journal.Config) {
			c.Started = begun.Add(-time.Hour)
			c.OnIdle = func() { idle++ }
		}
		for _, d := range []time.Duration{-1, 0, 1, time.Hour, math.MinInt64} {
			log.records = nil
			_, err := run(t, begin(t, log, &desk{}, old), orchestrate.Lift(actions.Sleep{For: d}))
			require.NoError(t, err)
			require.Zero(t, time.Since(begun))
			require.Len(t, log.records, 1)
			require.Equal(t, begun.UTC(), log.records[0].Finished)
		}
		require.Zero(t, idle)
	})
}

func TestAHugeSleepLastsUntilTheEndOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, 290 * 365 * 24 * time.Hour} {
			ctx, cancel := context.WithCancel(t.Context())
			l := start(ctx, begin(t, &memory{}, &desk{}), orchestrate.Lift(actions.Sleep{For: d}))
			<-time.After(100 * 365 * 24 * time.Hour)
			until, idle := l.Idle()
			require.True(t, idle)
			require.Equal(t, 2262, until.Year())
			cancel()
			require.ErrorIs(t, l.ends(t), context.Canceled)
			return
		}
	})
}

func TestACancelledSleepSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		flow := func(y actions.Yield) (string, error) {
			err := orchestrate.Tell(y, actions.Sleep{For: time.Hour})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.False(t, executor.NotDone(err))
			err = orchestrate.Tell(y, actions.Sleep{For: time.Hour})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.True(t, executor.NotDone(err))
			return "", nil
		}
		_, err := journal.Run(ctx, begin(t, log, &desk{}), func(y actions.Yield) (any, error) { return flow(y) })
		require.NoError(t, err)
		require.Equal(t, []string{"0 Sleep failed", "1 Sleep failed"}, log.lines())
		_, err = run(t, begin(t, log, &desk{}), flow)
		require.NoError(t, err)
	})
}

func TestAClockThatIsSetBackMakesNothingRunBackwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// An earlier life's clock was an hour ahead of this one's.
		log, exec := &memory{}, &desk{}
		ahead := with(func(c *journal.Config) { c.Started = epoch.Add(time.Hour) })
		var times []time.Time
		flow := func(y actions.Yield) (string, error) {
			now := func() {
				at, err := orchestrate.Do(y, actions.Now{})
				require.NoError(t, err)
				times = append(times, at)
			}
			now()
			_, err := do(y, "a")
			require.NoError(t, err)
			now()
			require.NoError(t, orchestrate.Tell(y, actions.Sleep{For: time.Minute}))
			now()
			_, err = do(y, "b")
			require.NoError(t, err)
			now()
			return "", nil
		}
		_, err := run(t, begin(t, log, exec, ahead), flow)
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(epoch), "it sleeps for a minute, and not for an hour more")
		later := epoch.Add(time.Hour + time.Minute)
		require.Equal(t, []time.Time{later.Add(-time.Minute), later.Add(-time.Minute), later, later}, times)
		last := epoch.Add(time.Hour)
		for _, r := range log.history() {
			require.False(t, r.Started.Before(last), "%+v", r)
			require.False(t, r.Finished.Before(r.Started), "%+v", r)
			last = r.Finished
		}
	})
}

func TestAnActionTakesNoNegativeTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("a", func(context.Context) (string, error) {
			<-time.After(time.Second)
			return "", nil
		})
		_, err := run(t, begin(t, log, exec), doing("a", "a"))
		require.NoError(t, err)
		at := func(d time.Duration) time.Time { return epoch.Add(d) }
		for i, r := range log.history() {
			require.Equal(t, at(time.Duration(i)*time.Second), r.Started)
			require.Equal(t, at(time.Duration(i+1)*time.Second), r.Finished)
			require.Equal(t, store.Step, r.Kind)
		}
	})
}
