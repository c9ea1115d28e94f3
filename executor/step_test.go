package executor_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestPathsCountActionsAndNestInGroups(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		require.Equal(t, "0", must(t, y, pathOf()))
		require.Equal(t, "1", must(t, y, pathOf()))
		r := must(t, y, actions.Group{Branches: []actions.Branch{
			{Leaf: pathOf()},
			flow(func(y actions.Yield) (any, error) {
				must(t, y, say{})
				return must(t, y, actions.Group{Branches: leaves(pathOf(), pathOf())}), nil
			}),
		}}).(actions.GroupResult)
		require.Equal(t, "2.0.0", r.Outcomes[0].Value)
		inner := r.Outcomes[1].Value.(actions.GroupResult)
		require.Equal(t, "2.1.1.0.0", inner.Outcomes[0].Value)
		require.Equal(t, "2.1.1.1.0", inner.Outcomes[1].Value)
		require.Equal(t, "3", must(t, y, pathOf()))
	})
}

func TestAsidesTakeNoNumberAndHaveThePathOfTheNextAction(t *testing.T) {
	t.Parallel()
	var paths []string
	note := func(ctx context.Context) { paths = append(paths, executor.StepFrom(ctx).Path()) }
	exec := executor.NewMux(
		executor.OnVoid(func(ctx context.Context, _ actions.Log) error { note(ctx); return nil }),
		executor.OnVoid(func(ctx context.Context, _ actions.Progress) error { note(ctx); return nil }),
		executor.On(func(ctx context.Context, _ actions.Version) (int, error) { note(ctx); return 1, nil }),
	).Else(leaf())
	yielding(t.Context(), exec, func(y actions.Yield) {
		must(t, y, actions.Log{})
		require.Equal(t, "0", must(t, y, pathOf()))
		must(t, y, actions.Progress{})
		must(t, y, actions.Shielded{Action: actions.Shielded{Action: actions.Log{}}})
		must(t, y, actions.Version{})
		require.Equal(t, "1", must(t, y, pathOf()))
	})
	require.Equal(t, []string{"0", "1", "1", "1"}, paths)
}

func TestAFlowInAHandlerNestsUnderItsStep(t *testing.T) {
	t.Parallel()
	inner := func(ctx context.Context) (paths []any) {
		yielding(ctx, stack(), func(y actions.Yield) {
			for range 2 {
				v, _ := y(pathOf())
				paths = append(paths, v)
			}
		})
		return paths
	}
	yielding(t.Context(), stack(), func(y actions.Yield) {
		for range 3 {
			must(t, y, say{})
		}
		v := must(t, y, do(func(ctx context.Context) (string, error) {
			return fmt.Sprintf("%v %v %s", inner(ctx), inner(ctx), executor.StepFrom(ctx).Path()), nil
		}))
		require.Equal(t, "[3.0.0 3.0.1] [3.1.0 3.1.1] 3", v)
	})
}

func TestAFlowInAHandlerHasTheSameStepsInEveryAttempt(t *testing.T) {
	t.Parallel()
	attempt := func(ctx context.Context) (string, error) {
		var keys []string
		key := do(func(ctx context.Context) (string, error) { return executor.StepFrom(ctx).Key() })
		for range 2 {
			yielding(ctx, stack(), func(y actions.Yield) {
				v, err := y(key)
				if err != nil {
					keys = append(keys, err.Error())
					return
				}
				keys = append(keys, v.(string))
			})
		}
		return fmt.Sprintf("%d%v", executor.StepFrom(ctx).Attempt(), keys), nil
	}
	// Three attempts, the last two side by side.
	exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		got := make([]any, 3)
		got[0], _ = leaf().Execute(ctx, a)
		var both sync.WaitGroup
		for i := 1; i < 3; i++ {
			both.Go(func() { got[i], _ = leaf().Execute(executor.WithAttempt(ctx, i+1), a) })
		}
		both.Wait()
		return fmt.Sprint(got...), nil
	})
	yielding(executor.WithRun(t.Context(), "r"), exec, func(y actions.Yield) {
		keys := "[r/0.0.0/executor_test.call r/0.1.0/executor_test.call]"
		require.Equal(t, "1"+keys+"2"+keys+"3"+keys, must(t, y, do(attempt)))
	})
}

func TestKeysAreStableAndUnique(t *testing.T) {
	t.Parallel()
	keyOf := do(func(ctx context.Context) (string, error) { return executor.StepFrom(ctx).Key() })
	run := func(id string) (keys []string) {
		yielding(executor.WithRun(t.Context(), id), stack(), func(y actions.Yield) {
			for range 2 {
				keys = append(keys, must(t, y, keyOf).(string))
			}
			r := must(t, y, actions.Group{Mode: actions.Settle, Branches: leaves(keyOf, keyOf)}).(actions.GroupResult)
			for _, o := range r.Outcomes {
				keys = append(keys, o.Value.(string))
			}
			must(t, y, see(func(ctx context.Context) {
				yielding(ctx, stack(), func(y actions.Yield) { keys = append(keys, must(t, y, keyOf).(string)) })
				// A run of its own in a handler has keys of its own.
				yielding(executor.WithRun(ctx, id+"-child"), stack(), func(y actions.Yield) {
					keys = append(keys, must(t, y, keyOf).(string))
				})
			}))
		})
		return keys
	}
	const name = "/executor_test.call"
	require.Equal(t, []string{
		"a/0" + name, "a/1" + name, "a/2.0.0" + name, "a/2.1.0" + name, "a/3.0.0" + name, "a-child/0" + name,
	}, run("a"))
	seen := map[string]bool{}
	for _, id := range []string{"a", "b", "a/0", "a/0/x"} {
		keys := run(id)
		require.Equal(t, keys, run(id), "stable")
		for _, key := range keys {
			require.False(t, seen[key], key)
			seen[key] = true
		}
	}
}

func TestANameWithSlashesMakesNoKeyAmbiguous(t *testing.T) {
	t.Parallel()
	m := executor.NewMux(
		executor.On(func(ctx context.Context, _ slashed) (string, error) { return executor.StepFrom(ctx).Key() }),
		executor.On(func(ctx context.Context, _ plain) (string, error) { return executor.StepFrom(ctx).Key() }),
	)
	yielding(executor.WithRun(t.Context(), "a"), m, func(y actions.Yield) {
		require.Equal(t, "a/0/0%2Fpay", must(t, y, slashed{}))
	})
	yielding(executor.WithRun(t.Context(), "a/0"), m, func(y actions.Yield) {
		require.Equal(t, "a/0/0/pay", must(t, y, plain{}))
	})
}

type (
	slashed struct{ actions.Returns[string] }
	plain   struct{ actions.Returns[string] }
)

func (slashed) ActionName() string { return "0/pay" }

func (plain) ActionName() string { return "pay" }

func TestWithoutARunOrForAnAsideThereIsNoKey(t *testing.T) {
	t.Parallel()
	_, err := executor.Step{}.Key()
	require.ErrorIs(t, err, executor.ErrNoRun)
	keyOf := do(func(ctx context.Context) (string, error) { return executor.StepFrom(ctx).Key() })
	yielding(t.Context(), stack(), func(y actions.Yield) {
		_, err := y(keyOf)
		require.ErrorIs(t, err, executor.ErrNoRun)
		require.ErrorContains(t, err, "give it one with executor.WithRun")
	})
	yielding(executor.WithRun(t.Context(), ""), stack(), func(y actions.Yield) {
		_, err := y(keyOf)
		require.ErrorIs(t, err, executor.ErrNoRun)
	})
	logs := executor.NewMux(executor.OnVoid(func(ctx context.Context, _ actions.Log) error {
		_, err := executor.StepFrom(ctx).Key()
		return err
	}))
	yielding(executor.WithRun(t.Context(), "r"), logs, func(y actions.Yield) {
		_, err := y(actions.Log{})
		require.ErrorContains(t, err, "an aside is not a step of its run, so it has no key")
	})
}

func TestAStepOutsideARunIsZero(t *testing.T) {
	t.Parallel()
	for _, ctx := range []context.Context{
		t.Context(), executor.WithRun(t.Context(), "r"), executor.Hold(t.Context(), "k"),
		executor.WithAttempt(t.Context(), 3),
	} {
		step := executor.StepFrom(ctx)
		require.Zero(t, step)
		require.Empty(t, step.Path())
		require.Empty(t, step.Run())
		require.Zero(t, step.Attempt())
		require.Empty(t, step.Scopes())
		require.False(t, step.InScope(""))
		require.False(t, step.SameRun(step))
	}
}

func TestAttemptsAreCountedFromOne(t *testing.T) {
	t.Parallel()
	attempts := func(ctx context.Context) string { return strconv.Itoa(executor.StepFrom(ctx).Attempt()) }
	yielding(t.Context(), leaf(), func(y actions.Yield) {
		v := must(t, y, do(func(ctx context.Context) (string, error) {
			second := executor.WithAttempt(ctx, 2)
			below, cancel := context.WithTimeout(second, time.Hour)
			defer cancel()
			nested := executor.WithAttempt(executor.Hold(below, "k"), 7)
			require.True(t, executor.StepFrom(ctx).Same(executor.StepFrom(nested)))
			held := executor.Hold(below, "k")
			return attempts(ctx) + attempts(second) + attempts(held) + attempts(nested) + attempts(ctx), nil
		}))
		require.Equal(t, "12271", v)
	})
}

func TestAStepKnowsItsScopes(t *testing.T) {
	t.Parallel()
	scopes := do(func(ctx context.Context) (string, error) {
		s := executor.StepFrom(ctx)
		require.False(t, s.InScope("none"))
		return fmt.Sprintf("%s %v %v", s.Path(), s.Scopes(), s.InScope("inner")), nil
	})
	nested := do(func(ctx context.Context) (v string, err error) {
		yielding(ctx, stack(), func(y actions.Yield) {
			r, _ := y(scopes)
			v = r.(string)
		})
		return v, nil
	})
	yielding(t.Context(), stack(), func(y actions.Yield) {
		require.Equal(t, "0 [] false", must(t, y, scopes))
		inner := actions.Group{Scope: "inner", Branches: leaves(scopes, nested)}
		r := must(t, y, actions.Group{Scope: "outer", Branches: leaves(inner, scopes)}).(actions.GroupResult)
		require.Equal(t, "1.1.0 [outer] false", r.Outcomes[1].Value)
		got := r.Outcomes[0].Value.(actions.GroupResult)
		require.Equal(t, "1.0.0.0.0 [outer inner] true", got.Outcomes[0].Value)
		require.Equal(t, "1.0.0.1.0.0.0 [outer inner] true", got.Outcomes[1].Value, "in a handler's flow too")
		require.Equal(t, "2 [] false", must(t, y, scopes))
	})
}

func TestStepsOfOneRunAreTold(t *testing.T) {
	t.Parallel()
	var steps []executor.Step
	note := see(func(ctx context.Context) {
		steps = append(steps, executor.StepFrom(ctx))
		yielding(ctx, stack(), func(y actions.Yield) {
			must(t, y, see(func(ctx context.Context) { steps = append(steps, executor.StepFrom(ctx)) }))
		})
	})
	for range 2 {
		yielding(t.Context(), stack(), func(y actions.Yield) { must(t, y, note) })
	}
	require.Len(t, steps, 4)
	require.True(t, steps[0].SameRun(steps[1]), "a handler's flow belongs to its run")
	require.False(t, steps[0].SameRun(steps[2]), "another call of the same flow does not")
	require.True(t, steps[0].Same(steps[0]))
	require.False(t, steps[0].Same(steps[1]))
	require.False(t, steps[0].SameRun(executor.Step{}))
}

func TestAStepIsKeptByWhoeverHasItsContext(t *testing.T) {
	t.Parallel()
	var kept []context.Context
	yielding(t.Context(), stack(), func(y actions.Yield) {
		for range 200 { // several slabs
			must(t, y, see(func(ctx context.Context) { kept = append(kept, ctx, executor.WithAttempt(ctx, 2)) }))
		}
	})
	for i, ctx := range kept {
		require.Equal(t, strconv.Itoa(i/2), executor.StepFrom(ctx).Path())
		require.Equal(t, i%2+1, executor.StepFrom(ctx).Attempt())
	}
}

func TestAContextIsPrintedAsItsStep(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		must(t, y, see(func(ctx context.Context) {
			second := executor.WithAttempt(ctx, 2)
			var printing sync.WaitGroup
			printing.Go(func() {
				for range 100 {
					if got := fmt.Sprint(ctx, " ", second); got != "step 0 step 0, attempt 2" {
						t.Error(got)
					}
				}
			})
			for range 100 { // which counts the flows of the handler
				yielding(ctx, stack(), func(actions.Yield) {})
				yielding(second, stack(), func(actions.Yield) {})
			}
			printing.Wait()
			require.Contains(t, fmt.Sprint(context.WithValue(ctx, valueKey{}, 1)), "step 0.WithValue(")
		}))
	})
}

func TestStepsCanBeReadWhileTheRunGoesOn(t *testing.T) {
	t.Parallel()
	var readers sync.WaitGroup
	yielding(executor.WithRun(t.Context(), "r"), stack(), func(y actions.Yield) {
		for range 50 {
			must(t, y, see(func(ctx context.Context) {
				readers.Go(func() {
					for i := range 20 {
						step := executor.StepFrom(executor.Hold(executor.WithAttempt(ctx, i), i))
						_, err := step.Key()
						if err != nil || step.Attempt() != i || step.Run() != "r" {
							t.Errorf("attempt %d is seen as %d of run %q, %v", i, step.Attempt(), step.Run(), err)
						}
					}
				})
			}))
		}
	})
	readers.Wait()
}
