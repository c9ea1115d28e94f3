package orchestratetest_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

// all is an executor that knows every price: the length of the thing's name.
func all() executor.Executor {
	return combinators.Parallelize()(executor.System(executor.NewMux(
		executor.OnVoid(func(context.Context, Greet) error { return nil }),
		executor.On(func(ctx context.Context, a Price) (int, error) {
			if a.Thing == "dear" {
				return 0, errBusy
			}
			if a.Thing == "slow" {
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}
			return len(a.Thing), nil
		}),
		executor.On(func(context.Context, Fetch) ([]string, error) { return []string{"b", "a"}, nil }),
	)))
}

func TestADeterministicOrchestrationPasses(t *testing.T) {
	t.Parallel()
	saga := func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			for _, thing := range []string{"a", "dear"} {
				if _, err := orchestrate.Undoable(y, undo, Price{Thing: thing}, Greet{Name: thing}); err != nil {
					return 0, err
				}
			}
			return 0, nil
		})
	}
	for name, flow := range map[string]orchestrate.Orchestration[int]{
		"nothing":  func(actions.Yield) (int, error) { return 1, nil },
		"a step":   thing("a"),
		"a panic":  func(y actions.Yield) (int, error) { _, _ = thing("a")(y); panic("boom") },
		"an error": thing("a", "dear"),
		"a group":  orchestrate.Bind(Sum, []string{"a", "b", "c"}),
		"a failed group": func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, thing("slow", "a"), thing("dear"), thing("b"))
			_, other := thing("c")(y)
			return 0, errors.Join(err, other)
		},
		"a race": func(y actions.Yield) (int, error) {
			return orchestrate.Race(y, thing("slow"), thing("a"), thing("b"))
		},
		"a timeout":  func(y actions.Yield) (int, error) { return orchestrate.WithTimeout(y, 1, thing("slow")) },
		"in a scope": func(y actions.Yield) (int, error) { return orchestrate.Scope(y, "s", thing("a")) },
		"a saga":     saga,
		"a lost saga": func(y actions.Yield) (int, error) {
			return orchestrate.Race(y, saga, thing("dear"), func(y actions.Yield) (int, error) {
				return orchestrate.Shield(y, thing("a"))
			})
		},
		"system": func(y actions.Yield) (int, error) {
			id, err := orchestrate.Do(y, actions.NewID{})
			if err != nil {
				return 0, err
			}
			now, _ := orchestrate.Do(y, actions.Now{})
			bits, _ := orchestrate.Do(y, actions.Random{})
			return int(bits), orchestrate.Tell(y, Greet{Name: id + now.String()})
		},
		"asides that differ": func(y actions.Yield) (int, error) {
			_ = orchestrate.Tell(y, actions.Progress{Message: time.Now().String()})
			return orchestrate.Do(y, actions.Version{Change: "c", Max: 2})
		},
		"a result that it changes": func(y actions.Yield) (int, error) {
			names, err := orchestrate.Do(y, Fetch{})
			names[0], names[1] = names[1], names[0]
			return 0, errors.Join(err, orchestrate.Tell(y, Greet{Name: names[0]}))
		},
		"an executor that cannot": func(y actions.Yield) (int, error) { return orchestrate.Do(y, actions.Receive[int]{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, exec := range []executor.Executor{
				all(),
				combinators.Retried(combinators.Retry{MaxAttempts: 3, Schedule: backoff.Constant(0)})(all()),
			} {
				want, wantErr := orchestrate.Run(t.Context(), flow, exec)
				var got int
				var err error
				fake := run(func(t *fakeT) { got, err = kit.Deterministic(t, flow, exec) })
				require.Empty(t, fake.text())
				switch name {
				case "system", "a race", "a lost saga": // up to chance
				default:
					require.Equal(t, want, got)
					require.Equal(t, wantErr == nil, err == nil)
				}
			}
		})
	}
}

func TestTheTextsOfADifference(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flow func() orchestrate.Orchestration[int]
		want string
	}{
		"a field": {
			func() orchestrate.Orchestration[int] {
				var n atomic.Int64
				return func(y actions.Yield) (int, error) {
					if _, err := thing("a")(y); err != nil {
						return 0, err
					}
					return orchestrate.Do(y, Price{Thing: strings.Repeat("x", int(n.Add(1)))})
				}
			},
			`the orchestration is not deterministic: replayed from its first answer, step 1 differs
  first:  orchestratetest_test.Price{Thing: "x"}
  replay: orchestratetest_test.Price{Thing: "xx"}
          Thing: want "x", got "xx"
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 1`,
		},
		"a step more": {
			func() orchestrate.Orchestration[int] {
				more := -1
				return func(y actions.Yield) (int, error) {
					more++
					if _, err := thing("a")(y); err != nil || more < 2 {
						return 0, err
					}
					return thing("b")(y)
				}
			},
			`the orchestration is not deterministic: replayed from all of its answers, step 1 differs
  first:  nothing
  replay: orchestratetest_test.Price{Thing: "b"}
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 1`,
		},
		"a step less": {
			func() orchestrate.Orchestration[int] {
				first := true
				return func(y actions.Yield) (int, error) {
					defer func() { first = false }()
					if !first {
						return thing("a")(y)
					}
					_, _ = thing("a", "b")(y)
					return 1, nil
				}
			},
			`the orchestration is not deterministic: replayed from its first answer, step 1 differs
  first:  orchestratetest_test.Price{Thing: "b"}
  replay: nothing
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 1`,
		},
		"another result": {
			func() orchestrate.Orchestration[int] {
				n := 0
				return func(actions.Yield) (int, error) { n++; return n, nil }
			},
			`the orchestration is not deterministic: replayed from all of its answers, it returns another result
  first:  1
  replay: 2
          want 1, got 2
so far: nothing`,
		},
		"another error": {
			func() orchestrate.Orchestration[int] {
				var err error
				return func(actions.Yield) (int, error) { err = errors.Join(err, errBusy); return 0, err }
			},
			`the orchestration is not deterministic: replayed from all of its answers, it fails differently
  first:  the line is busy
  replay: the line is busy\nthe line is busy
so far: nothing`,
		},
		"another order of branches": {
			func() orchestrate.Orchestration[int] {
				n := 0
				return func(y actions.Yield) (int, error) {
					n++
					_, err := orchestrate.All(y, thing(strings.Repeat("a", n)), thing("b"))
					return 0, err
				}
			},
			`the orchestration is not deterministic: replayed from the beginning, step 0.0.0 differs
  first:  orchestratetest_test.Price{Thing: "a"}
  replay: orchestratetest_test.Price{Thing: "aa"}
          Thing: want "a", got "aa"
so far: nothing`,
		},
		"another group": {
			func() orchestrate.Orchestration[int] {
				n := 0
				return func(y actions.Yield) (int, error) {
					n++
					_, err := orchestrate.Settle(y, make([]orchestrate.Orchestration[int], 0)...)
					_, _ = orchestrate.Settle(y, []orchestrate.Orchestration[int]{thing(), thing(), thing()}[:min(n, 3)]...)
					return 0, err
				}
			},
			`the orchestration is not deterministic: replayed from the beginning, step 0 differs
  first:  settle(flow)
  replay: settle(flow, flow)
          Branches: want 1, got 2
so far: nothing`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := told(t, func(t *fakeT) { _, _ = kit.Deterministic(t, c.flow(), all()) })
			text, advice, _ := strings.Cut(text, "\nAn orchestration decides")
			require.Equal(t, c.want, text)
			require.Contains(t, advice, "by its input")
		})
	}
}

func TestTheOrderOfAMapIsFound(t *testing.T) {
	t.Parallel()
	m := map[string]bool{} // of as many as never come in the same order all the time
	var script []kit.Line
	for name := range strings.SplitSeq("abcdefghijklmnopqrst", "") {
		m[name] = true
		script = append(script, kit.ExpectType[Price]())
	}
	require.Contains(t, told(t, func(t *fakeT) {
		_, _ = kit.RunScript(t, func(y actions.Yield) (int, error) {
			for name := range m {
				_, _ = thing(name)(y)
			}
			return 0, nil
		}, script...)
	}), "Thing: want ")
}

func TestAYieldOfAForeignGoroutineIsFound(t *testing.T) {
	t.Parallel()
	elsewhere := func(y actions.Yield) (n int, err error) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			n, err = thing("a")(y)
		}()
		<-done
		return n, err
	}
	branch := func(y actions.Yield) (int, error) {
		_, err := orchestrate.Shield(y, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, elsewhere, thing("b"))
		})
		return 0, err
	}
	for _, flow := range []orchestrate.Orchestration[int]{elsewhere, branch} {
		var err error
		text := told(t, func(t *fakeT) { _, err = kit.Deterministic(t, flow, all()) })
		require.Equal(t, "the orchestration yields on a goroutine that is not its own: "+
			`orchestratetest_test.Price{Thing: "a"}`+
			"\nWhat is to be done side by side is yielded as a group: see All, Together and Select.", text)
		require.ErrorIs(t, err, executor.ErrLent)
	}
}

func TestAYieldAfterTheRunIsAnErrorOfTheYield(t *testing.T) {
	t.Parallel()
	yields := make(chan actions.Yield, 1)
	fake := &fakeT{}
	_, err := kit.Deterministic(fake, func(y actions.Yield) (int, error) {
		select {
		case yields <- y:
		default:
		}
		return 0, nil
	}, all())
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err = thing("a")(<-yields)
	}()
	<-done
	require.ErrorIs(t, err, executor.ErrOver)
	require.Empty(t, fake.text())
}

func TestAnOrchestrationThatDoesNotEndIsEnded(t *testing.T) {
	t.Parallel()
	forever := func(y actions.Yield) (int, error) {
		for {
			_, _ = thing("a")(y)
		}
	}
	require.Equal(t, `the orchestration does not end: step 100000 is orchestratetest_test.Price{Thing: "a"}`,
		told(t, func(t *fakeT) { _, _ = kit.Deterministic(t, forever, all()) }))
}

func TestARunOfAnUnheededScriptIsEnded(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]actions.Action{
		"unexpected": Price{Thing: "a"},
		"never ends": actions.Progress{},
	} {
		returned := false
		fake := run(func(t *fakeT) {
			_, _ = orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
				for {
					_, _ = y(a)
				}
			}, kit.Script(t))
			returned = true
		})
		require.True(t, fake.stopped, name)
		require.False(t, returned, name)
		require.Len(t, fake.texts, 1, name)
	}
}

func TestALongRunIsReplayedFromSomePrefixes(t *testing.T) {
	t.Parallel()
	runs := 0
	_, err := kit.Deterministic(t, func(y actions.Yield) (int, error) {
		runs++
		return thing(strings.Split(strings.Repeat("a", 250), "")...)(y)
	}, all())
	require.NoError(t, err)
	require.Equal(t, 1+100+8, runs)
}

func TestTimeDoesNotPassInAReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := kit.Deterministic(t, func(y actions.Yield) (int, error) {
			return 0, orchestrate.Tell(y, actions.Sleep{For: time.Hour})
		}, all())
		require.NoError(t, err)
		require.Equal(t, time.Hour, time.Since(start))
	})
}

func TestDeterministicNeedsItsArguments(t *testing.T) {
	t.Parallel()
	require.Equal(t, "orchestratetest.Deterministic: the flow is nil",
		told(t, func(t *fakeT) { _, _ = kit.Deterministic[int](t, nil, all()) }))
	require.Equal(t, "orchestratetest.Deterministic: the executor is nil",
		told(t, func(t *fakeT) { _, _ = kit.Deterministic(t, thing("a"), nil) }))
	require.PanicsWithValue(t, "orchestratetest.Deterministic: the test is nil", func() {
		_, _ = kit.Deterministic(nil, thing("a"), all())
	})
}
