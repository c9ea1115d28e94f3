package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
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

var errOwn = errors.New("the handler's own error")

// heeds answers after d, or fails with err when its context ends, after which it takes a while to wind up.
func heeds(d, windUp time.Duration, err error) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		select {
		case <-time.After(d):
			return "42", nil
		case <-ctx.Done():
			<-time.After(windUp)
			return nil, err
		}
	}
}

// ignores answers after d, whatever becomes of its context.
func ignores(d time.Duration, answer any, err error) func(context.Context) (any, error) {
	return func(context.Context) (any, error) {
		<-time.After(d)
		return answer, err
	}
}

func TestAnActionThatTakesTooLongFailsWithTheLimitAndItsOwnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cause error
		e := combinators.Timed(2 * time.Second)(serviceOf(func(ctx context.Context) (any, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			<-time.After(time.Second)
			return nil, fmt.Errorf("GET /quote: %w", errOwn)
		}))
		began := time.Now()

		_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.Equal(t, 3*time.Second, time.Since(began), "it waits for the handler")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, errOwn)
		var timeout *combinators.TimeoutError
		require.ErrorAs(t, err, &timeout)
		require.Equal(t, &combinators.TimeoutError{Limit: 2 * time.Second, Action: getQuote{Symbol: "GO"}}, timeout)
		require.Same(t, timeout, cause)
		require.EqualError(t, err,
			"step 0: combinators_test.getQuote: not done within 2s: GET /quote: the handler's own error")
	})
}

func TestTheErrorOfALateHandlerIsNotRepeatedIfItSaysNothingElse(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]func(ctx context.Context) error{
		"the cause":          context.Cause,
		"the context's":      context.Context.Err,
		"the cause, wrapped": func(ctx context.Context) error { return fmt.Errorf("GET: %w", context.Cause(ctx)) },
		"a refusal":          executor.Refuse,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var own error
				e := combinators.Timed(time.Second)(serviceOf(func(ctx context.Context) (any, error) {
					<-ctx.Done()
					own = late(ctx)
					return nil, own
				}))
				_, err := e.Execute(t.Context(), getQuote{})
				var timeout *combinators.TimeoutError
				require.ErrorAs(t, err, &timeout)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorIs(t, err, own)
				require.Equal(t, executor.NotDone(own), executor.NotDone(err))
				if !errors.As(own, &timeout) {
					own = timeout
				}
				require.Equal(t, own, err)
			})
		})
	}
}

func TestTheLimitOfAnotherIsNotTakenForItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		other := &combinators.TimeoutError{Limit: time.Minute}
		_, err := combinators.Timed(time.Second)(serviceOf(heeds(time.Hour, 0, other))).Execute(t.Context(), getQuote{})
		require.EqualError(t, err, "not done within 1s: not done within 1m0s")
		require.ErrorIs(t, err, other)
	})
}

func TestWhatIsDoneWithinTheLimitOrSucceedsAfterItPassesUntouched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler func(context.Context) (any, error)
		took    time.Duration
		err     error
	}{
		"a quick success":        {heeds(time.Second, 0, nil), time.Second, nil},
		"a quick failure":        {ignores(time.Second, nil, errOwn), time.Second, errOwn},
		"a late success":         {ignores(time.Hour, "42", nil), time.Hour, nil},
		"a late success, heeded": {heeds(time.Hour, 0, nil), 2 * time.Second, nil},
		"a deadline of its own": {func(ctx context.Context) (any, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}, time.Second, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := combinators.Timed(2*time.Second)(serviceOf(c.handler)).Execute(t.Context(), getQuote{})
				require.Equal(t, c.err, err)
				require.Equal(t, c.took, time.Since(began))

				_, err = combinators.Timed(math.MaxInt64)(serviceOf(fails(errOwn))).Execute(t.Context(), getQuote{})
				require.Equal(t, errOwn, err, "the longest limit")
			})
		})
	}
}

func TestACallersCancellationOrEarlierDeadlineIsNotTakenForTheLimit(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"a cancellation": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		},
		"an earlier deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
		"a deadline in the past": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, -time.Second)
		},
	} {
		for _, abandon := range []*combinators.Abandonment{nil, {}} {
			t.Run(fmt.Sprintf("%s, abandon %t", name, abandon != nil), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := end(t.Context())
					defer cancel()
					e := combinators.TimedWith(combinators.Timeout{Limit: time.Minute, Abandon: abandon})(
						serviceOf(heeds(time.Hour, 30*time.Second, errOwn)))
					_, err := e.Execute(ctx, getQuote{})
					require.Equal(t, errOwn, err)
				})
			})
		}
	}
}

func TestOfTwoLimitsTheShorterActs(t *testing.T) {
	t.Parallel()
	long, short := combinators.Timed(time.Minute), combinators.Timed(time.Second)
	for _, both := range []combinators.Combinator{combinators.Chain(long, short), combinators.Chain(short, long)} {
		synctest.Test(t, func(t *testing.T) {
			_, err := askQuote(t.Context(), both(serviceOf(heeds(time.Hour, 0, errOwn))), getQuote{})
			require.EqualError(t, err,
				"step 0: combinators_test.getQuote: not done within 1s: the handler's own error")
		})
	}
}

func TestAroundRetriedItLimitsAllAttemptsAndWithinItEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(heeds(time.Hour, 0, errOwn))
		e := combinators.Chain(
			combinators.Timed(10*time.Second),
			combinators.Retried(combinators.Retry{MaxAttempts: 100, Schedule: backoff.Constant(time.Second)}),
			combinators.Timed(3*time.Second),
		)(s)
		began := time.Now()

		_, err := e.Execute(t.Context(), getQuote{})

		require.Equal(t, 10*time.Second, time.Since(began), "3, 1, 3, 1 and 2 of 3 seconds")
		require.Equal(t, 3, s.calls())
		var timeout *combinators.TimeoutError
		require.ErrorAs(t, err, &timeout)
		require.Equal(t, 10*time.Second, timeout.Limit)
		require.ErrorIs(t, err, errOwn)
	})
}

func TestTheLimitMayComeFromTheAction(t *testing.T) {
	t.Parallel()
	const usual = 5 * time.Second
	for symbol, limit := range map[string]time.Duration{"slow": 10 * time.Second, "": usual, "?": usual} {
		synctest.Test(t, func(t *testing.T) {
			w := &witness{}
			e := combinators.Chain(combinators.Observed(w), combinators.TimedWith(combinators.Timeout{
				Limit: usual,
				LimitOf: func(a actions.Action) time.Duration {
					switch a.(getQuote).Symbol {
					case "slow":
						return 10 * time.Second
					case "?":
						panic("boom")
					}
					return 0
				},
			}))(serviceOf(heeds(time.Hour, 0, errOwn)))
			began := time.Now()
			_, err := askQuote(t.Context(), e, getQuote{Symbol: symbol})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, limit, time.Since(began))
			timedOut := w.events()[len(w.events())-1].(*combinators.TimedOut)
			require.Equal(t, limit, timedOut.Limit)
			require.Equal(t, "timed out", timedOut.Name())
			require.Equal(t, symbol == "?", len(w.events()) == 2, "the panic is reported")
		})
	}
}

func TestOnTimeoutSuppliesAResultOrAnotherError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := func(on func(context.Context, actions.Action) (any, error)) (string, error) {
			e := combinators.TimedWith(combinators.Timeout{Limit: time.Second, OnTimeout: on})(
				serviceOf(heeds(time.Minute, 0, errOwn)))
			return askQuote(t.Context(), e, getQuote{Symbol: "GO"})
		}

		quote, err := answer(func(ctx context.Context, a actions.Action) (any, error) {
			require.NoError(t, ctx.Err(), "the caller's context")
			return "stale " + a.(getQuote).Symbol, nil
		})
		require.NoError(t, err)
		require.Equal(t, "stale GO", quote)

		_, err = answer(func(context.Context, actions.Action) (any, error) { return nil, executor.ErrNotDone })
		for _, want := range []error{errOwn, executor.ErrNotDone, context.DeadlineExceeded} {
			require.ErrorIs(t, err, want)
		}
		require.False(t, executor.NotDone(err), "the action may have been done, whatever OnTimeout says of its own")

		_, err = answer(func(context.Context, actions.Action) (any, error) { panic("boom") })
		require.EqualError(t, err, "step 0: combinators_test.getQuote: not done within 1s: the handler's own error")
	})
}

func TestAPanicAndAnExitPassTimed(t *testing.T) {
	t.Parallel()
	for _, abandon := range []*combinators.Abandonment{nil, {}} {
		timed := combinators.TimedWith(combinators.Timeout{Limit: time.Hour, Abandon: abandon})

		_, err := askQuote(t.Context(), timed(serviceOf(func(context.Context) (any, error) { panic("boom") })), getQuote{})
		var p *executor.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "boom", p.Value)
		require.Contains(t, string(p.Stack), "timed_test.go", "the handler's own stack")

		exited := make(chan bool)
		go func() {
			returned := false
			defer func() { exited <- !returned }()
			_, _ = timed(serviceOf(func(context.Context) (any, error) {
				runtime.Goexit()
				return nil, nil
			})).Execute(t.Context(), getQuote{})
			returned = true
		}()
		require.True(t, <-exited)
	}
}

func TestAboveParallelizeTimedLimitsTheGroup(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(getQuote{Symbol: "A"}, getQuote{Symbol: "B"})...)
	}
	for above, stack := range map[bool]combinators.Combinator{
		true:  combinators.Chain(combinators.Timed(time.Second), combinators.Parallelize()),
		false: combinators.Chain(combinators.Parallelize(), combinators.Timed(time.Second)),
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := orchestrate.Run(t.Context(), flow, stack(serviceOf(heeds(time.Hour, 0, errOwn))))
			var timeout *combinators.TimeoutError
			require.ErrorAs(t, err, &timeout)
			_, group := timeout.Action.(actions.Group)
			require.Equal(t, above, group)
			require.ErrorIs(t, err, errOwn)
		})
	}
}

func TestALimitThatCannotBeIsRefusedWhenBuilt(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "combinators.Timed: the limit must be positive, got 0s", func() { combinators.Timed(0) })
	require.PanicsWithValue(t, "combinators.Timeout: Limit must be positive, got -1s", func() {
		combinators.TimedWith(combinators.Timeout{Limit: -time.Second})
	})
	require.PanicsWithValue(t, "combinators.Timed: the executor to wrap is nil", func() { combinators.Timed(1)(nil) })
	require.Equal(t, "Timed(1s) > Timed(2s, LimitOf, Abandon) > Mux(0)", executor.Layers(combinators.Chain(
		combinators.Timed(time.Second),
		combinators.TimedWith(combinators.Timeout{
			Limit:   2 * time.Second,
			LimitOf: func(actions.Action) time.Duration { return 0 },
			Abandon: &combinators.Abandonment{},
		}),
	)(executor.NewMux())).String())
}
