package orchestratetest_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// counted is a world that counts what is done in it.
type counted struct {
	mu   sync.Mutex
	done map[string]int
}

func (c *counted) mux() *executor.Mux {
	c.done = map[string]int{}
	add := func(what string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.done[what]++
	}
	return executor.NewMux(
		executor.On(func(_ context.Context, a Price) (int, error) {
			add(a.Thing)
			return len(a.Thing), nil
		}),
		executor.OnVoid(func(_ context.Context, a Greet) error {
			add("greet " + a.Name)
			return nil
		}),
	)
}

// each yields a price for each number, and collects the errors.
func each(n int) orchestrate.Orchestration[[]error] {
	return func(y actions.Yield) ([]error, error) {
		errs := make([]error, n)
		for i := range errs {
			_, errs[i] = y(Price{Thing: fmt.Sprint("thing ", i)})
		}
		return errs, nil
	}
}

func texts(faults []orchestratetest.Fault) string {
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

func TestAFaultIsWhatItSays(t *testing.T) {
	t.Parallel()
	w := &counted{}
	chaos := orchestratetest.NewChaos(w.mux(), orchestratetest.ChaosConfig{Seed: 7, Fail: 0.2, Lose: 0.2, Wrong: 0.2})
	const n = 1000
	errs, err := orchestrate.Run(t.Context(), each(n), chaos)
	require.NoError(t, err)
	faults := chaos.Faults()
	of := map[orchestratetest.FaultKind]int{}
	for _, f := range faults {
		of[f.Kind]++
		thing := f.Action.(Price).Thing
		err := errs[index(thing)]
		var fault *orchestratetest.FaultError
		switch f.Kind {
		case orchestratetest.NotDone:
			require.ErrorAs(t, err, &fault)
			require.True(t, executor.NotDone(err))
			require.Zero(t, w.done[thing])
			require.EqualError(t, fault, fmt.Sprintf("fault: orchestratetest_test.Price{Thing: %q} was not done", thing))
		case orchestratetest.Lost:
			require.ErrorAs(t, err, &fault)
			require.False(t, executor.NotDone(err))
			require.Equal(t, 1, w.done[thing])
			require.EqualError(t, fault, fmt.Sprintf("fault: the answer to orchestratetest_test.Price{Thing: %q} was lost",
				thing))
		default:
			require.Equal(t, orchestratetest.Wrong, f.Kind)
			require.NoError(t, err)
			require.Equal(t, 1, w.done[thing])
		}
		require.Equal(t, strconv.Itoa(index(thing)), f.Path)
	}
	for _, kind := range []orchestratetest.FaultKind{
		orchestratetest.NotDone, orchestratetest.Lost, orchestratetest.Wrong,
	} {
		require.InDelta(t, n/5, of[kind], n/20)
	}
}

// index is the number in the name of a thing.
func index(thing string) (i int) {
	_, _ = fmt.Sscanf(thing, "thing %d", &i)
	return i
}

func TestAWrongResultIsAnotherOneOfItsType(t *testing.T) {
	t.Parallel()
	w := &counted{}
	chaos := orchestratetest.NewChaos(w.mux(), orchestratetest.ChaosConfig{Wrong: 1})
	for range 100 {
		price, err := orchestrate.Run(t.Context(), orchestrate.Lift(Price{Thing: "bread"}), chaos)
		require.NoError(t, err)
		require.NotEqual(t, 5, price)
	}
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Greet{Name: "Ada"}), chaos)
	require.NoError(t, err)
	require.Len(t, chaos.Faults(), 100, "an action without a result has no wrong one")
}

func TestChaosIsTheSameForEachStepWhateverTheOrder(t *testing.T) {
	t.Parallel()
	things := make([]string, 20)
	for i := range things {
		things[i] = fmt.Sprint("thing ", i)
	}
	flow := func(y actions.Yield) ([]actions.Outcome[int], error) {
		flows := make([]orchestrate.Orchestration[int], len(things))
		for i, thing := range things {
			flows[i] = orchestrate.Lift(Price{Thing: thing})
		}
		return orchestrate.Settle(y, flows...)
	}
	config := orchestratetest.ChaosConfig{Seed: 3, Fail: 0.3, Lose: 0.2, Wrong: 0.2}
	var first string
	for i := range 20 {
		chaos := orchestratetest.NewChaos((&counted{}).mux(), config)
		exec := combinators.Parallelize()(chaos)
		if i%2 == 1 { // and on which side of groups it is
			chaos = orchestratetest.NewChaos(combinators.Parallelize()((&counted{}).mux()), config)
			exec = chaos
		}
		_, err := orchestrate.Run(t.Context(), flow, exec)
		require.NoError(t, err)
		if i == 0 {
			first = texts(chaos.Faults())
			require.Greater(t, strings.Count(first, "\n"), 5)
		}
		require.Equal(t, first, texts(chaos.Faults()))
	}
	config.Seed++
	chaos := orchestratetest.NewChaos((&counted{}).mux(), config)
	_, err := orchestrate.Run(t.Context(), flow, combinators.Parallelize()(chaos))
	require.NoError(t, err)
	require.NotEqual(t, first, texts(chaos.Faults()))
}

func TestEachAttemptHasItsOwnLuck(t *testing.T) {
	t.Parallel()
	chaos := orchestratetest.NewChaos((&counted{}).mux(), orchestratetest.ChaosConfig{Seed: 1, Fail: 0.5})
	retried := combinators.Retried(combinators.Retry{MaxAttempts: 20, Schedule: backoff.Constant(0)})
	errs, err := orchestrate.Run(t.Context(), each(50), retried(chaos))
	require.NoError(t, err)
	require.NoError(t, errors.Join(errs...))
	require.Contains(t, texts(chaos.Faults()), " (attempt 2)  orchestratetest_test.Price{")
}

func TestADelayTakesTimeInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chaos := orchestratetest.NewChaos((&counted{}).mux(), orchestratetest.ChaosConfig{
			Delay: 0.5, MaxDelay: time.Hour,
		})
		start := time.Now()
		_, err := orchestrate.Run(t.Context(), each(100), chaos)
		require.NoError(t, err)
		var sum time.Duration
		for _, f := range chaos.Faults() {
			require.Equal(t, orchestratetest.Delayed, f.Kind)
			require.LessOrEqual(t, f.Delay, time.Hour)
			require.True(t, strings.HasSuffix(f.String(), ": delayed by "+f.Delay.String()))
			sum += f.Delay
		}
		require.Equal(t, time.Since(start), sum)
		require.InDelta(t, 50, len(chaos.Faults()), 20)
		require.Greater(t, sum, 10*time.Hour)

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		w := &counted{}
		_, err = orchestrate.Run(ctx, orchestrate.Lift(Price{}), orchestratetest.NewChaos(w.mux(),
			orchestratetest.ChaosConfig{Delay: 1}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, executor.NotDone(err))
		require.Empty(t, w.done)
	})
}

func TestChaosHappensToWhatItIsAllowedTo(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	chaos := orchestratetest.NewChaos(executor.System((&counted{}).mux()), orchestratetest.ChaosConfig{
		Fail: 1,
		Only: func(a actions.Action) bool { _, ok := a.(Price); return ok },
		Err:  func(f *orchestratetest.FaultError) error { return fmt.Errorf("%w at %s", boom, f.Path) },
	})
	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
		require.NoError(t, orchestrate.Tell(y, Greet{}))
		for _, a := range []actions.Action{
			actions.Sleep{}, actions.Now{}, actions.NewID{}, actions.Random{}, actions.Version{}, actions.Progress{},
		} {
			_, err := y(a)
			require.NoError(t, err)
		}
		return orchestrate.Do(y, Price{})
	}, chaos)
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, "boom at 5")
	require.Equal(t, "5  orchestratetest_test.Price{Thing: \"\"}: not done", texts(chaos.Faults()))
	require.Equal(t, "Chaos(0) > System > Mux(2)", executor.Layers(chaos).String())
}

func TestChaosOutsideARunDependsOnTheActionAndHowOften(t *testing.T) {
	t.Parallel()
	var seen []string
	for range 2 {
		chaos := orchestratetest.NewChaos((&counted{}).mux(), orchestratetest.ChaosConfig{Fail: 0.5})
		var text []string
		for range 40 {
			_, err := chaos.Execute(t.Context(), Price{Thing: "bread"})
			text = append(text, strconv.FormatBool(err == nil))
		}
		seen = append(seen, strings.Join(text, " "))
	}
	require.Equal(t, seen[0], seen[1])
	require.Contains(t, seen[0], "true")
	require.Contains(t, seen[0], "false")
}

func TestAFailureOfTheWorldIsNoFault(t *testing.T) {
	t.Parallel()
	world := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, errBusy })
	for _, c := range []orchestratetest.ChaosConfig{{Lose: 1}, {Wrong: 1}} {
		chaos := orchestratetest.NewChaos(world, c)
		_, err := orchestrate.Run(t.Context(), orchestrate.Lift(Price{}), chaos)
		require.ErrorIs(t, err, errBusy)
		require.Empty(t, chaos.Faults())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	chaos := orchestratetest.NewChaos(world, orchestratetest.ChaosConfig{Fail: 1})
	_, err := orchestrate.Run(ctx, orchestrate.Lift(Price{}), chaos)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, chaos.Faults())
}

func TestRatesThatMakeNoSensePanic(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]orchestratetest.ChaosConfig{
		"Fail must be between 0 and 1, got -0.5":                {Fail: -0.5},
		"Delay must be between 0 and 1, got 2":                  {Delay: 2},
		"Wrong must be between 0 and 1, got NaN":                {Wrong: math.NaN()},
		"Fail + Lose + Wrong must be between 0 and 1, got 1.25": {Fail: 0.5, Lose: 0.5, Wrong: 0.25},
		"MaxDelay must be at least 0, got -1s":                  {MaxDelay: -time.Second},
	} {
		require.PanicsWithValue(t, "orchestratetest.NewChaos: "+want, func() {
			orchestratetest.NewChaos(executor.NewMux(), c)
		})
	}
	require.PanicsWithValue(t, "orchestratetest.NewChaos: the executor is nil", func() {
		orchestratetest.NewChaos(nil, orchestratetest.ChaosConfig{})
	})
	require.Equal(t, "FaultKind(9)", orchestratetest.FaultKind(9).String())
}

func TestChaosIsAnExecutor(t *testing.T) {
	t.Parallel()
	executortest.Test(t, executortest.Subject{
		New: func(leaf *executor.Mux) executor.Executor {
			return orchestratetest.NewChaos(combinators.Parallelize()(leaf), orchestratetest.ChaosConfig{})
		},
		Groups: true,
	})
}
