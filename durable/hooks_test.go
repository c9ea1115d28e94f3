package durable_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// hookCalls is what hooks were called with.
type hookCalls struct {
	mu    sync.Mutex
	lines []string
}

func (c *hookCalls) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// hooks are hooks that write down their calls; before, if not nil, decides.
func (c *hookCalls) hooks(before func(fact.Run) error) durable.Hooks {
	return durable.Hooks{
		Before: func(ctx context.Context, r fact.Run) (context.Context, error) {
			c.add("before %s, life %d", r.ID, r.Life)
			if before != nil {
				return ctx, before(r)
			}
			return nil, nil
		},
		After:   func(_ context.Context, e *fact.Changed) { c.add("after %s: %s", e.Run.ID, e.Status) },
		OnError: func(_ context.Context, r fact.Run, err error) { c.add("error of %s: %v", r.ID, err) },
		OnStateChange: func(_ context.Context, e *fact.Changed) {
			if e.Status != store.Pending { // which the test tells of itself
				c.add("%s is %s", e.Run.ID, e.Status)
			}
		},
	}
}

func TestHooksAreCalledAsARunGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := &hookCalls{}
		rt := openLater(t, memory.New(), &crew{}, durable.Config{
			Flows: durable.Flows(compensating), UnloadAfter: time.Second, Hooks: calls.hooks(nil),
		})
		h := begin(t, rt, compensating, "r", "receive")
		time.Sleep(time.Minute) // synctest
		_, err := h.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		closeNow(t, rt)
		require.Equal(t, []string{
			"r is running", "before r, life 1", "r is waiting", "r is running", "before r, life 2",
			"after r: cancelled", "r is cancelled",
		}, calls.lines)
	})
}

func TestARunThatIsVetoedAtOnceIsNeverCalled(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]bool{"a workflow": false, "a function": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crew, calls := &crew{}, &hookCalls{}
			errNotNow := errors.New("not for this customer")
			function := durable.Func("function", func(context.Context, int) (string, error) {
				calls.add("called")
				return "", nil
			})
			rt := openLater(t, memory.New(), crew, durable.Config{
				Flows: durable.Flows(steps, function), ErrorKinds: []codec.ErrorKind{codec.Sentinel("veto", errNotNow)},
				Hooks: calls.hooks(func(fact.Run) error { return fmt.Errorf("no: %w", errNotNow) }),
			})
			flow := steps
			if plain {
				flow = function
			}
			_, err := begin(t, rt, flow, "r", 1).Result(t.Context())
			require.ErrorIs(t, err, errNotNow)
			failed, ok := errors.AsType[*durable.RunError](err)
			require.True(t, ok)
			require.Equal(t, "no: not for this customer", failed.Message)
			closeNow(t, rt)
			require.Zero(t, crew.count())
			require.NotContains(t, calls.lines, "called")
			require.Contains(t, calls.lines, "after r: failed")
			require.Contains(t, calls.lines, "error of r: "+err.Error())
		})
	}
}

func TestARunThatIsVetoedInTheMiddleCompensates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		errNotNow := errors.New("not any more")
		crew, calls := &crew{}, &hookCalls{}
		rt := open(t, memory.New(), crew, durable.Config{
			Flows: durable.Flows(compensating), UnloadAfter: time.Second,
			Hooks: calls.hooks(func(r fact.Run) error {
				if r.Life > 1 {
					return errNotNow
				}
				return nil
			}),
		})
		h := begin(t, rt, compensating, "r", "receive")
		time.Sleep(time.Minute) // synctest
		require.NoError(t, rt.Send(t.Context(), "r", "another", "wakes it"))
		_, err := h.Result(t.Context())
		require.ErrorContains(t, err, "not any more")
		require.Equal(t, 2, crew.count(), "booked and unbooked: %v", crew.times())
	})
}

func TestARunThatIsPutOffComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, l := &hookCalls{}, &listener{}
		began := time.Now()
		rt := open(t, memory.New(), &crew{}, durable.Config{
			Flows: durable.Flows(steps), Observe: []combinators.Sink{l},
			Hooks: calls.hooks(func(fact.Run) error {
				if time.Since(began) < 100*time.Hour {
					return fmt.Errorf("it is night: %w", durable.PutOff(time.Hour))
				}
				return nil
			}),
		})
		_, err := begin(t, rt, steps, "r", 1).Result(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 100, time.Since(began).Hours(), 1.1)
		require.InDelta(t, 100, len(heardOf[*fact.Vetoed](l)), 1, "and it is neither a suspect nor blocked for that")
		require.Empty(t, heardOf[*fact.OnTrial](l))
	})
}

func TestHooksThatBreakHarmNoRun(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(){
		"panic": func() { panic("ouch") },
		"exit":  runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &listener{}
				began := time.Now()
				broken := durable.Hooks{
					Before: func(context.Context, fact.Run) (context.Context, error) {
						if time.Since(began) < time.Hour {
							breaks()
						}
						return nil, nil
					},
					After:         func(context.Context, *fact.Changed) { breaks() },
					OnError:       func(context.Context, fact.Run, error) { breaks() },
					OnStateChange: func(context.Context, *fact.Changed) { breaks() },
				}
				c := &crew{do: func(context.Context, work) (string, error) { return "", errBroken }}
				rt := open(t, memory.New(), c, durable.Config{
					Flows: durable.Flows(steps), Observe: []combinators.Sink{l}, Hooks: broken,
				})
				_, err := begin(t, rt, steps, "r", 1).Result(t.Context())
				require.ErrorContains(t, err, errBroken.Error())
				synctest.Wait()
				require.GreaterOrEqual(t, time.Since(began), time.Hour)
				told := map[string]bool{}
				for _, e := range heardOf[*combinators.CallbackPanicked](l) {
					told[e.Callback] = true
				}
				require.Equal(t, map[string]bool{
					"Hooks.Before": true, "Hooks.After": true, "Hooks.OnError": true, "Hooks.OnStateChange": true,
				}, told)
				require.Empty(t, heardOf[*fact.OnTrial](l))
			})
		})
	}
}

func TestAHookThatBlocksHoldsUpItsRunAloneAndIsToldToEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		causes := make(chan error, 1)
		st := memory.New()
		rt := openLater(t, st, &crew{}, durable.Config{
			Flows: durable.Flows(steps),
			Hooks: durable.Hooks{Before: func(ctx context.Context, r fact.Run) (context.Context, error) {
				if r.ID == "blocks" {
					<-ctx.Done()
					causes <- context.Cause(ctx)
				}
				return nil, nil
			}},
		})
		_ = begin(t, rt, steps, "blocks", 1)
		_, err := begin(t, rt, steps, "other", 1).Result(t.Context())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, rt.Close(ctx), context.DeadlineExceeded, "a run was interrupted")
		require.ErrorIs(t, <-causes, durable.ErrClosed)
		row := rowOf(t, st, "blocks")
		require.Equal(t, store.Waiting, row.Status)
		require.Empty(t, row.Owner)
	})
}

func TestHandlersSeeTheValuesOfTheHook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type tenant struct{}
		var seen []any
		c := &crew{do: func(ctx context.Context, w work) (string, error) {
			seen = append(seen, ctx.Value(tenant{}))
			return w.Name, ctx.Err()
		}}
		rt := open(t, memory.New(), c, durable.Config{
			Flows: durable.Flows(compensating),
			Hooks: durable.Hooks{Before: func(ctx context.Context, r fact.Run) (context.Context, error) {
				ctx, cancel := context.WithCancel(context.WithValue(ctx, tenant{}, r.Labels["tenant"]))
				cancel() // of which nobody takes notice
				return ctx, nil
			}},
		})
		h := begin(t, rt, compensating, "r", "receive", durable.WithLabels(map[string]string{"tenant": "7"}))
		synctest.Wait()
		_, err := h.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []any{"7", "7"}, seen, "also under a shield")
	})
}

func TestAHookIsToldOfARunThatIsBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, st := &hookCalls{}, memory.New()
		flow := func(first string) durable.Flow[int, string] {
			return durable.Define("flow", func(y actions.Yield, _ int) (string, error) {
				if _, err := orchestrate.Do(y, work{Name: first}); err != nil {
					return "", err
				}
				return orchestrate.Do(y, actions.Receive[string]{Name: "go"})
			})
		}
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow("one"))})
		_ = begin(t, rt, flow("one"), "r", 1)
		synctest.Wait()
		closeNow(t, rt)
		rt = openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow("two")), Hooks: calls.hooks(nil)})
		require.NoError(t, rt.Send(t.Context(), "r", "go", "on"))
		_, err := durable.Attach[string](rt, "r").Result(t.Context())
		blocked, ok := errors.AsType[*durable.BlockedError](err)
		require.True(t, ok)
		closeNow(t, rt)
		require.Contains(t, calls.lines, "error of r: "+blocked.Error())
		require.Contains(t, calls.lines, "r is blocked")
		require.NotContains(t, calls.lines, "after r: blocked")
	})
}
