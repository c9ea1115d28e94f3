package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// lookup takes a second, or the time that it is given, to do what it was told, unless its context ends before.
type lookup struct {
	time  time.Duration
	do    func(ctx context.Context, a actions.Action) (any, error)
	mu    sync.Mutex
	calls []context.Context
}

func (l *lookup) Execute(ctx context.Context, a actions.Action) (any, error) {
	l.mu.Lock()
	l.calls = append(l.calls, ctx)
	n := len(l.calls)
	l.mu.Unlock()
	select {
	case <-time.After(l.takes()):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if l.do == nil {
		return n, nil
	}
	return l.do(ctx, a)
}

func (l *lookup) takes() time.Duration { return max(l.time, time.Second) }

// caller is one of several that call at once.
type caller struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  chan struct{}
	after  time.Duration
	result any
	err    error
	panic  any
	exited bool
}

// call calls e on a goroutine of its own, and waits until that waits.
func call(t *testing.T, e executor.Executor, a actions.Action) *caller {
	t.Helper()
	c := &caller{ended: make(chan struct{}), exited: true}
	c.ctx, c.cancel = context.WithCancelCause(t.Context())
	began := time.Now()
	go func() {
		defer close(c.ended)
		defer func() {
			c.after = time.Since(began)
			if c.panic = recover(); c.panic != nil {
				c.exited = false
			}
		}()
		c.result, c.err = e.Execute(c.ctx, a)
		c.exited = false
	}()
	synctest.Wait()
	return c
}

func (c *caller) wait() *caller {
	<-c.ended
	return c
}

func TestEqualActionsShareOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := &struct{ int }{7}
		l := &lookup{do: func(context.Context, actions.Action) (any, error) { return answer, nil }}
		e := combinators.Coalesced()(l)
		var callers []*caller
		for range 50 {
			callers = append(callers, call(t, e, ask{N: 1}))
		}
		different := call(t, e, ask{N: 2})
		for _, c := range append(callers, different) {
			require.Same(t, answer, c.wait().result)
			require.Equal(t, time.Second, c.after)
		}
		require.Len(t, l.calls, 2)

		call(t, e, ask{N: 1}).wait()
		require.Len(t, l.calls, 3, "what has ended is not shared")
	})
}

func TestErrorsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lookup{do: func(context.Context, actions.Action) (any, error) { return nil, errors.New("down") }}
		e := combinators.Coalesced()(l)
		one, two := call(t, e, ask{N: 1}), call(t, e, ask{N: 1})
		require.EqualError(t, one.wait().err, "down")
		require.Same(t, one.err, two.wait().err)
		require.Len(t, l.calls, 1)
	})
}

func TestWhoeverIsCancelledLeavesAtOnceAndTheOthersStay(t *testing.T) {
	t.Parallel()
	for leaver, name := range []string{"the first caller", "another caller"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &lookup{}
				e := combinators.Coalesced()(l)
				callers := []*caller{call(t, e, ask{N: 1}), call(t, e, ask{N: 1}), call(t, e, ask{N: 1})}
				synctestSleep(100 * time.Millisecond)
				callers[leaver].cancel(errNegative)

				for i, c := range callers {
					c.wait()
					if i != leaver {
						require.Equal(t, 1, c.result)
						require.Equal(t, time.Second, c.after)
						continue
					}
					require.ErrorIs(t, c.err, context.Canceled)
					require.ErrorIs(t, c.err, errNegative)
					require.EqualError(t, c.err, "left the call to others: context canceled: negative")
					require.False(t, executor.NotDone(c.err), "it may yet be done")
					require.Equal(t, 100*time.Millisecond, c.after)
				}
				require.Len(t, l.calls, 1)
			})
		})
	}
}

func TestTheLastToLeaveCancelsTheCallAndWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var windingUp atomic.Bool
		e := combinators.Coalesced()(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			<-ctx.Done()
			windingUp.Store(true)
			synctestSleep(5 * time.Second)
			windingUp.Store(false)
			return nil, context.Cause(ctx)
		}))
		one, two := call(t, e, ask{N: 1}), call(t, e, ask{N: 1})
		synctestSleep(time.Second)
		one.cancel(errors.New("the first reason"))
		require.Equal(t, time.Second, one.wait().after)
		synctestSleep(time.Second)
		require.False(t, windingUp.Load(), "the call ended too early")
		two.cancel(errNegative)
		synctest.Wait()
		require.True(t, windingUp.Load(), "the call goes on for nobody")

		another := call(t, e, ask{N: 1})
		require.ErrorIs(t, two.wait().err, errNegative)
		require.Equal(t, 7*time.Second, two.after)
		third := call(t, e, ask{N: 1})
		another.cancel(nil)
		require.Equal(t, 5*time.Second, another.wait().after, "it joined the call that was cancelled, or nobody joined it")
		third.cancel(nil)
		require.Equal(t, 5*time.Second, third.wait().after)
	})
}

func TestADeadlineOfTheLastCallerIsItsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.Coalesced()(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := e.Execute(ctx, ask{N: 1})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestAnAnswerThatComesDespiteTheCancellationIsDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.Coalesced()(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			<-ctx.Done()
			return 7, nil
		}))
		c := call(t, e, ask{N: 1})
		c.cancel(nil)
		require.Equal(t, 7, c.wait().result)
		require.NoError(t, c.err)
	})
}

func TestAPanicReachesEverybodyWithItsStack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.Coalesced()(&lookup{do: func(context.Context, actions.Action) (any, error) {
			panicHere(errNegative)
			return 7, nil
		}})
		for _, c := range []*caller{call(t, e, ask{N: 1}), call(t, e, ask{N: 1}), call(t, e, ask{N: 1})} {
			p, ok := c.wait().panic.(*executor.PanicError)
			require.True(t, ok, "%v, %v", c.result, c.err)
			require.Equal(t, errNegative, p.Value)
			require.Contains(t, string(p.Stack), "panicHere")
		}
	})
}

func TestAGoexitExitsEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.Coalesced()(&lookup{do: func(context.Context, actions.Action) (any, error) {
			runtime.Goexit()
			return 7, nil
		}})
		for _, c := range []*caller{call(t, e, ask{N: 1}), call(t, e, ask{N: 1})} {
			require.True(t, c.wait().exited, "%v, %v", c.result, c.err)
		}
	})
}

func TestACallHasTheValuesOfItsFirstCallerAndNotItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &lookup{}
		e := combinators.Coalesced()(l)
		ctx, cancel := context.WithTimeout(executor.WithRun(t.Context(), "run"), 2*time.Second)
		defer cancel()
		_, err := orchestrate.Run(ctx, orchestrate.Lift(ask{N: 1}), e)
		require.NoError(t, err)
		key, err := executor.StepFrom(l.calls[0]).Key()
		require.NoError(t, err)
		require.Equal(t, "run/0/combinators_test.ask", key)
		_, ok := l.calls[0].Deadline()
		require.False(t, ok)
		require.Error(t, l.calls[0].Err(), "the call's context ends with it")
	})
}

func TestACallThatNobodyCanCancelIsMadeOnTheCallersGoroutine(t *testing.T) {
	t.Parallel()
	var stack []byte
	e := combinators.Coalesced()(executor.Func(func(context.Context, actions.Action) (any, error) {
		stack = debug.Stack()
		return 7, nil
	}))
	_, err := e.Execute(context.Background(), ask{N: 1})
	require.NoError(t, err)
	require.Contains(t, string(stack), "testing.tRunner(")

	_, err = e.Execute(t.Context(), ask{N: 1})
	require.NoError(t, err)
	require.NotContains(t, string(stack), "testing.tRunner(")
}

func TestAnEqualActionOfTheHandlerItselfPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var e executor.Executor
		depth := 0
		e = combinators.Coalesced()(executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			if depth++; depth == 3 {
				return 7, nil
			}
			return orchestrate.Run(ctx, orchestrate.Lift(ask{N: depth % 2}), e)
		}))
		require.Equal(t, 7, call(t, e, ask{N: 0}).wait().result)
	})
}

func TestOnlyTheHandlersOwnCallIsNotJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Every action but 7 asks for 7; 0 asks another executor, which knows nothing of the first one's calls.
		l := &lookup{}
		elsewhere := combinators.Coalesced()(l)
		var e executor.Executor
		e = combinators.Coalesced()(executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			switch a {
			case ask{N: 7}:
				return l.Execute(ctx, a)
			case ask{N: 0}:
				return elsewhere.Execute(ctx, a)
			}
			return e.Execute(ctx, ask{N: 7})
		}))
		one, two := call(t, e, ask{N: 1}), call(t, e, ask{N: 2})
		require.Equal(t, 1, one.wait().result)
		require.Equal(t, 1, two.wait().result, "an action within another one's call was not shared")

		inside, outside := call(t, e, ask{N: 0}), call(t, elsewhere, ask{N: 0})
		require.Equal(t, 2, inside.wait().result)
		require.Equal(t, 2, outside.wait().result, "an action within another executor's call was not shared")
	})
}

func TestACancelledCallerJoinsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := combinators.Coalesced()(&lookup{})
		one := call(t, e, ask{N: 1})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := e.Execute(ctx, ask{N: 1})
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, executor.NotDone(err))
		require.Equal(t, 1, one.wait().result)
	})
}

func TestJoiningACallIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{}
		e := combinators.Chain(combinators.Observed(l), combinators.Coalesced())(&lookup{})
		call(t, e, ask{N: 1})
		call(t, e, ask{N: 1}).wait()
		synctest.Wait()
		require.Equal(t, []string{
			" combinators_test.ask started", " combinators_test.ask started", "reused",
			" combinators_test.ask succeeded", " combinators_test.ask succeeded",
		}, l.lines)
	})
}

func TestCallersComeAndGoAsTheModelSays(t *testing.T) {
	t.Parallel()
	type plan struct{ arrives, leaves int } // in milliseconds
	rapid.Check(t, func(rt *rapid.T) {
		plans := make([]plan, rapid.IntRange(1, 12).Draw(rt, "callers"))
		at := 0
		for i := range plans {
			// Odd and even keep arrivals, departures and ends apart, so that nothing happens at the same time.
			at += 4 * rapid.IntRange(1, 200).Draw(rt, "pause")
			plans[i] = plan{at, at + 4*rapid.IntRange(0, 500).Draw(rt, "patience") + 2}
		}
		// The model: a call lives for a second, or until the last of those who wait for it has left.
		var want []string
		began, until, calls := 0, 0, 0
		for i, p := range plans {
			if p.arrives >= until {
				calls, began, until = calls+1, p.arrives, 0
			}
			until = min(began+1001, max(until, p.leaves))
			if p.leaves < began+1001 {
				want = append(want, fmt.Sprintf("%d: left at %d", i, p.leaves))
			} else {
				want = append(want, fmt.Sprintf("%d: call %d at %d", i, calls, began+1001))
			}
		}
		synctest.Test(t, func(t *testing.T) {
			l := &lookup{time: 1001 * time.Millisecond}
			e := combinators.Coalesced()(l)
			epoch := time.Now()
			got := make([]string, len(plans))
			var all sync.WaitGroup
			for i, p := range plans {
				all.Go(func() {
					synctestSleep(time.Duration(p.arrives) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(p.leaves-p.arrives)*time.Millisecond)
					defer cancel()
					result, err := e.Execute(ctx, ask{N: 1})
					ms := time.Since(epoch).Milliseconds()
					if got[i] = fmt.Sprintf("%d: call %v at %d", i, result, ms); err != nil {
						got[i] = fmt.Sprintf("%d: left at %d", i, ms)
					}
				})
			}
			all.Wait()
			require.Equal(t, want, got)
			require.Len(t, l.calls, calls)
		})
	})
}
