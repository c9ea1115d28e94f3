package durable_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// steps is a flow of so many steps, one after the other.
var steps = durable.Define("steps", func(y actions.Yield, n int) (string, error) {
	var last string
	for i := range n {
		var err error
		if last, err = orchestrate.Do(y, work{Name: strconv.Itoa(i)}); err != nil {
			return "", err
		}
	}
	return last, nil
})

func TestARunIsCarriedOutToItsResult(t *testing.T) {
	t.Parallel()
	st, c := memory.New(), &crew{}
	rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps), Retention: time.Hour})
	h := begin(t, rt, steps, "r", 3)
	result, err := h.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, "did 2", result)
	require.Equal(t, map[string]int{
		"r/0/durable_test.work": 1, "r/1/durable_test.work": 1, "r/2/durable_test.work": 1,
	}, c.times())

	row := rowOf(t, st, "r")
	require.Equal(t, store.Completed, row.Status)
	require.Empty(t, row.Owner)
	require.EqualValues(t, 1, row.Epoch)
	require.False(t, row.Started.IsZero())
	require.False(t, row.Finished.Before(row.Started))
	require.Equal(t, row.Finished.Add(time.Hour), row.Expires)
	logged, err := h.Steps(t.Context())
	require.NoError(t, err)
	require.Len(t, logged, 3)
}

func TestARunThatFailsHasTheErrorOfItsFlow(t *testing.T) {
	t.Parallel()
	c := &crew{do: func(context.Context, work) (string, error) { return "", fmt.Errorf("step: %w", errBroken) }}
	rt := open(t, memory.New(), c, durable.Config{
		Flows: durable.Flows(steps), ErrorKinds: []codec.ErrorKind{codec.Sentinel("broken", errBroken)},
	})
	_, err := begin(t, rt, steps, "r", 1).Result(t.Context())
	require.ErrorIs(t, err, errBroken)
	failed, ok := errors.AsType[*durable.RunError](err)
	require.True(t, ok)
	require.Equal(t, "step 0: durable_test.work: step: it is broken", failed.Message)
	require.Equal(t, "steps", failed.Flow)
}

func TestAPanicOfAFlowIsItsFailureWithAStack(t *testing.T) {
	t.Parallel()
	flow := durable.Define("panics", func(y actions.Yield, _ int) (int, error) { panicHere(); return 0, nil })
	rt := open(t, memory.New(), &crew{}, durable.Config{Flows: durable.Flows(flow)})
	_, err := begin(t, rt, flow, "r", 0).Result(t.Context())
	failed, ok := errors.AsType[*durable.RunError](err)
	require.True(t, ok)
	require.Equal(t, "panic: ouch", failed.Message)
	require.Equal(t, "panic", failed.Code)
	require.Contains(t, string(failed.Details), "panicHere")
}

func panicHere() { panic("ouch") }

func TestAFlowThatExitsItsGoroutineFails(t *testing.T) {
	t.Parallel()
	flow := durable.Define("exits", func(y actions.Yield, _ int) (int, error) {
		_, _ = orchestrate.Do(y, work{})
		runtime.Goexit()
		return 0, nil
	})
	rt := open(t, memory.New(), &crew{}, durable.Config{Flows: durable.Flows(flow)})
	_, err := begin(t, rt, flow, "r", 0).Result(t.Context())
	require.ErrorContains(t, err, journal.ErrExited.Error())
}

func TestAPanicOfAHandlerIsTheErrorOfItsAction(t *testing.T) {
	t.Parallel()
	c := &crew{do: func(context.Context, work) (string, error) { panic("ouch") }}
	flow := durable.Define("tolerant", func(y actions.Yield, _ int) (string, error) {
		_, err := orchestrate.Do(y, work{})
		return err.Error(), nil
	})
	rt := open(t, memory.New(), c, durable.Config{Flows: durable.Flows(flow)})
	text, err := begin(t, rt, flow, "r", 0).Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, "step 0: durable_test.work: panic: ouch", text)
}

func TestAHandlerThatExitsItsGoroutineFailsItsAction(t *testing.T) {
	t.Parallel()
	c := &crew{do: func(_ context.Context, w work) (string, error) {
		if w.Name == "exit" {
			runtime.Goexit()
		}
		return "done", nil
	}}
	flow := durable.Define("tolerant", func(y actions.Yield, _ int) (string, error) {
		_, err := orchestrate.Do(y, work{Name: "exit"})
		done, _ := orchestrate.Do(y, work{Name: "after"})
		return fmt.Sprint(done, ": ", err), nil
	})
	rt := open(t, memory.New(), c, durable.Config{Flows: durable.Flows(flow)})
	text, err := begin(t, rt, flow, "r", 0).Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, "done: step 0: durable_test.work: the handler of durable_test.work exited its goroutine at step 0",
		text)
	require.Equal(t, map[string]int{"r/0/durable_test.work": 1, "r/1/durable_test.work": 1}, c.times())
}

func TestAPlainFunctionIsAFlowOfOneStep(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 10)
	failures := 2
	flow := durable.Func("plain", func(ctx context.Context, n int) (int, error) {
		key, err := executor.StepFrom(ctx).Key()
		keys <- key
		if failures--; failures >= 0 {
			return 0, errBroken
		}
		return n + 1, err
	}, durable.Under(combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Millisecond)})))
	rt := open(t, memory.New(), &crew{}, durable.Config{Flows: durable.Flows(flow)})
	h := begin(t, rt, flow, "r", 41)
	n, err := h.Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, 42, n)
	require.Len(t, keys, 3)
	for range 3 {
		require.Equal(t, "r/0/durable.Call", <-keys)
	}
	logged, err := h.Steps(t.Context())
	require.NoError(t, err)
	require.Len(t, logged, 1)
}

func TestManyRunsAreCarriedOutAtTheSameTime(t *testing.T) {
	t.Parallel()
	st := memory.New()
	c := &crew{store: st}
	flow := durable.Define("wide", func(y actions.Yield, n int) (int, error) {
		results, err := orchestrate.All(y, orchestrate.Each(work{Name: "a"}, work{Name: "b"}, work{Name: "c"})...)
		if err != nil {
			return 0, err
		}
		_, err = orchestrate.Do(y, work{Name: strings.Join(results, "+")})
		return n, err
	})
	rt := open(t, st, c, durable.Config{Flows: durable.Flows(flow), MaxConcurrent: 32})
	const runs = 500
	ins := make([]int, runs)
	for i := range ins {
		ins[i] = i
	}
	handles, err := flow.StartMany(t.Context(), rt, ins, nil)
	require.NoError(t, err)
	for i, h := range handles {
		n, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, i, n)
	}
	require.Equal(t, 4*runs, c.count())
	c.onceAfterRecord(t)
}

func TestAResultThatCannotBeKeptFailsTheRun(t *testing.T) {
	t.Parallel()
	large := durable.Define("large", func(y actions.Yield, n int) (string, error) { return strings.Repeat("x", n), nil })
	odd := durable.Define("odd", func(y actions.Yield, n int) (any, error) { return func() {}, nil })
	rt := open(t, memory.New(), &crew{}, durable.Config{Flows: durable.Flows(large, odd), MaxPayload: 100})
	_, err := begin(t, rt, large, "fits", 98).Result(t.Context())
	require.NoError(t, err)
	_, err = begin(t, rt, large, "large", 99).Result(t.Context())
	require.ErrorContains(t, err, "the result is too large: 101 bytes of at most 100")
	_, err = begin(t, rt, odd, "odd", 0).Result(t.Context())
	require.ErrorContains(t, err, "the result: ")
	require.ErrorContains(t, err, "func()")
}

func TestARuntimeIsNotOpenedWithWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	ok := durable.Config{Flows: durable.Flows(steps), Log: quiet}
	with := func(change func(*durable.Config)) durable.Config {
		c := ok
		change(&c)
		return c
	}
	exec := (&crew{}).executor()
	j, err := journal.New(journal.Config{ID: "r", Executor: exec, Log: nowhere{}})
	require.NoError(t, err)
	st := memory.New()
	for want, open := range map[string]func() (*durable.Runtime, error){
		"the context is nil": func() (*durable.Runtime, error) {
			return durable.Open(nil, st, exec, ok) //nolint:staticcheck // that is the test
		},
		"the store is nil":    func() (*durable.Runtime, error) { return durable.Open(t.Context(), nil, exec, ok) },
		"the executor is nil": func() (*durable.Runtime, error) { return durable.Open(t.Context(), st, nil, ok) },
		"has a journal in it": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, combinators.Retried(combinators.Retry{})(j), ok)
		},
		`two flows are named "steps"`: func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, durable.Config{Flows: durable.Flows(steps, steps)})
		},
		"the flow is the zero Flow": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, durable.Config{Flows: durable.Flows(durable.Flow[int, int]{})})
		},
		`flow "under": Under: the executor is nil`: func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, durable.Config{Flows: durable.Flows(under(nil))})
		},
		`flow "under": Under: the executor Journal`: func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, durable.Config{Flows: durable.Flows(under(j))})
		},
		"Lease is negative": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, with(func(c *durable.Config) { c.Lease = -1 }))
		},
		"the Lease of 1ns is shorter": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, with(func(c *durable.Config) { c.Lease = 1 }))
		},
		"MaxConcurrent is 2, and MaxLoaded 1": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, with(func(c *durable.Config) { c.MaxConcurrent, c.MaxLoaded = 2, 1 }))
		},
		"the owner": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, with(func(c *durable.Config) { c.Owner = "\x00" }))
		},
		"the retention of -2ns": func() (*durable.Runtime, error) {
			return durable.Open(t.Context(), st, exec, with(func(c *durable.Config) { c.Retention = -2 }))
		},
	} {
		rt, err := open()
		require.ErrorContains(t, err, want)
		require.Nil(t, rt)
	}
}

// under is a plain function under a policy that is no good.
func under(policy executor.Executor) durable.Flow[int, int] {
	return durable.Func("under", nothingPlain, durable.Under(func(executor.Executor) executor.Executor { return policy }))
}

// nowhere is a log that keeps nothing.
type nowhere struct{}

func (nowhere) Append(context.Context, journal.Entry) error { return nil }
