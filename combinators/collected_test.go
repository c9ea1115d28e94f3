package combinators_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// nap takes N seconds.
type nap struct {
	actions.Returns[int]
	N int
}

func naps() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a nap) (int, error) {
		synctestSleep(time.Duration(a.N) * time.Second)
		if a.N > 5 {
			return 0, errDown
		}
		return a.N, nil
	}))
}

func TestRecordsAreInTheOrderOfTheStartsAndKnowThatOfTheEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := combinators.NewCollector()
		exec := combinators.Chain(combinators.Collected(c), combinators.Parallelize())(naps())
		began := time.Now()

		_, err := orchestrate.Run(executor.WithRun(t.Context(), "r-1"), func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Settle(y, orchestrate.Each(nap{N: 6}, nap{N: 2})...); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, nap{N: 1})
		}, exec)

		require.NoError(t, err)
		type short struct {
			path         string
			result       any
			err          error
			class        combinators.Class
			began, ended time.Duration
			order        int
		}
		got := map[string]short{}
		var order []string
		for _, r := range c.All() {
			require.Equal(t, "r-1", r.Step.Run())
			s := short{
				r.Step.Path(), r.Result, r.Err, r.Class, r.Began.Sub(began), r.Began.Add(r.Took).Sub(began), r.Ended,
			}
			if g, ok := r.Result.(actions.GroupResult); ok {
				s.result = len(g.Outcomes)
			}
			got[s.path] = s
			order = append(order, s.path)
		}
		require.Equal(t, "0", order[0])
		require.ElementsMatch(t, []string{"0.0.0", "0.1.0"}, order[1:3])
		require.Equal(t, "1", order[3])
		require.Equal(t, map[string]short{
			"0":     {"0", 2, nil, combinators.Success, 0, 6 * time.Second, 3},
			"0.0.0": {"0.0.0", 0, errDown, combinators.Failure, 0, 6 * time.Second, 2},
			"0.1.0": {"0.1.0", 2, nil, combinators.Success, 0, 2 * time.Second, 1},
			"1":     {"1", 1, nil, combinators.Success, 6 * time.Second, 7 * time.Second, 4},
		}, got)
	})
}

func TestBelowRetriedEachAttemptIsARecord(t *testing.T) {
	t.Parallel()
	c := combinators.NewCollector()
	exec := combinators.Chain(
		combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)}), combinators.Collected(c),
	)(serviceOf(fails(errDown), says("42")))

	_, err := askQuote(t.Context(), exec, getQuote{Symbol: "GO"})

	require.NoError(t, err)
	records := c.Records()
	require.Len(t, records, 2)
	for i, r := range records {
		require.Equal(t, getQuote{Symbol: "GO"}, r.Action)
		require.Equal(t, i+1, r.Step.Attempt())
	}
	require.Equal(t, errDown, records[0].Err)
	require.Equal(t, "42", records[1].Result)
}

func TestWhatIsBeingCarriedOutHasNotEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := combinators.NewCollector()
		exec := combinators.Collected(c)(naps())
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = exec.Execute(t.Context(), nap{N: 1}) })
		synctest.Wait()
		require.Len(t, c.Records(), 1)
		require.Zero(t, c.Records()[0].Ended)
		wg.Wait()
		require.Equal(t, 1, c.Records()[0].Ended)
	})
}

func TestAResetForgetsWhatIsBeingCarriedOutToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &combinators.Collector{}
		exec := combinators.Collected(c)(naps())
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = exec.Execute(t.Context(), nap{N: 2}) })
		synctest.Wait()
		c.Reset()
		_, err := exec.Execute(t.Context(), nap{N: 1})
		require.NoError(t, err)
		wg.Wait()
		records := c.Records()
		require.Len(t, records, 1)
		require.Equal(t, nap{N: 1}, records[0].Action)
		require.Equal(t, 1, records[0].Ended)
	})
}

func TestRecordsAreACopy(t *testing.T) {
	t.Parallel()
	c := combinators.NewCollector()
	_, err := combinators.Collected(c)(answers()).Execute(t.Context(), ask{N: 1})
	require.NoError(t, err)
	c.Records()[0].Result = "changed"
	require.Equal(t, 1, c.Records()[0].Result)
	for range c.All() {
		c.Reset() // does not deadlock
	}
	require.Empty(t, c.Records())
}

func TestManyGoroutinesMayUseOneCollector(t *testing.T) {
	t.Parallel()
	const goroutines, each = 8, 100
	c := combinators.NewCollector()
	exec := combinators.Chain(combinators.Collected(c), combinators.Collected(c))(answers())
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for n := range each {
				_, _ = exec.Execute(context.Background(), ask{N: n})
				_ = c.Records()
			}
		})
	}
	wg.Wait()
	ends := map[int]bool{}
	for _, r := range c.Records() {
		require.Equal(t, r.Action.(ask).N, r.Result)
		ends[r.Ended] = true
	}
	require.Len(t, ends, 2*goroutines*each, "every record has ended, each at its own place, and both layers recorded")
}

func TestANilCollectorIsRefused(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "combinators.Collected: the collector is nil", func() { combinators.Collected(nil) })
}
