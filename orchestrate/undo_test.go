package orchestrate_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestUndoableAfterNamesTheInverseByTheResult(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("ticket", answers(7)).on("free", answers(0)).on("lost", loses(errBoom))
		after := func(y actions.Yield, undo *orchestrate.Undo, name string) error {
			_, err := orchestrate.UndoableAfter(y, undo, Get{Name: name}, func(n int) actions.Action {
				if n == 0 {
					return nil
				}
				return Put{Name: "cancel " + name}
			})
			return err
		}
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			return 0, errors.Join(after(y, undo, "ticket"), after(y, undo, "free"), after(y, undo, "lost"))
		}))
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []string{"ticket", "free", "lost", "cancel ticket"}, w.done())
	})
}

func TestAnOuterSagaUndoesWhatAnInnerOneDid(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("pay", fails(errBoom))
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, outer *orchestrate.Undo) (int, error) {
			outer.Add(func(y actions.Yield) error { return orchestrate.Tell(y, Put{Name: "cancel the trip"}) })
			if _, err := orchestrate.Saga(y, trip); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Get{Name: "pay"})
		}))
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []string{"flight", "hotel", "car", "cancel the trip"}, w.done())
	})
}

func TestAnInnerSagaUndoesItsPartBeforeTheOuterOne(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("car", fails(errBoom)).on("cancel hotel", fails(errBoom))
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, outer *orchestrate.Undo) (int, error) {
			if _, err := orchestrate.Undoable(y, outer, Get{Name: "visa"}, Put{Name: "cancel visa"}); err != nil {
				return 0, err
			}
			return orchestrate.Saga(y, trip)
		}))
		require.EqualError(t, err, "step 3: orchestrate_test.Get: boom; undo: step 5: orchestrate_test.Put: boom")
		require.Equal(t, []string{"visa", "flight", "hotel", "cancel car", "cancel flight", "cancel visa"}, w.done())
	})
}

func TestAGroupIsUndoneByWhatWasAddedBeforeIt(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("pay", fails(errBoom))
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(func(y actions.Yield) error {
				_, err := orchestrate.All(y, put("cancel flight"), put("cancel hotel"))
				return err
			})
			if _, err := orchestrate.All(y, get("flight"), get("hotel")); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Get{Name: "pay"})
		}))
		require.ErrorIs(t, err, errBoom)
		done := w.done()
		require.ElementsMatch(t, []string{"flight", "hotel"}, done[:2])
		require.ElementsMatch(t, []string{"cancel flight", "cancel hotel"}, done[2:])
	})
}

func TestBranchesMayRegisterInversesAtTheSameTime(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		const n = 20
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			flows := make([]orchestrate.Orchestration[int], n)
			for i := range flows {
				flows[i] = func(y actions.Yield) (int, error) {
					return orchestrate.Undoable(y, undo, Get{Name: "book"}, Put{Name: "cancel"})
				}
			}
			if _, err := orchestrate.All(y, flows...); err != nil {
				return 0, err
			}
			return 0, errBoom
		}))
		require.Equal(t, errBoom, err)
		require.Len(t, w.done(), 2*n)
	})
}

func TestOnceASagaIsOverNothingMoreIsUndoable(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		var kept *orchestrate.Undo
		uses := func(undo *orchestrate.Undo) orchestrate.Orchestration[int] {
			return func(y actions.Yield) (int, error) {
				_, err := orchestrate.Undoable(y, undo, Get{Name: "before"}, Put{Name: "undo"})
				_, err2 := orchestrate.UndoableAfter(y, undo, Get{Name: "after"},
					func(int) actions.Action { return Put{Name: "undo"} })
				return 0, errors.Join(err, err2)
			}
		}
		_, err := run(t.Context(), h, w, saga(func(_ actions.Yield, undo *orchestrate.Undo) (int, error) {
			kept = undo
			return 0, nil
		}))
		require.NoError(t, err)
		for _, undo := range []*orchestrate.Undo{kept, {}, nil} {
			_, err = run(t.Context(), h, w, uses(undo))
			const each = "orchestrate_test.Get: the saga of this undo is over: nobody would undo it"
			require.EqualError(t, err, each+"\n"+each)
			require.ErrorIs(t, err, orchestrate.ErrSagaOver)
			require.PanicsWithError(t, orchestrate.ErrSagaOver.Error(), func() {
				undo.Add(func(actions.Yield) error { return nil })
			})
		}
		require.Empty(t, w.done())
	})
}

func TestAnInverseCannotRegisterMore(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		_, err := run(t.Context(), h, newWorld(), saga(func(_ actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(func(actions.Yield) error {
				undo.Add(func(actions.Yield) error { return nil })
				return nil
			})
			return 0, errBoom
		}))
		require.ErrorIs(t, err, orchestrate.ErrSagaOver)
		require.ErrorIs(t, err, errBoom)
	})
}

func TestWhatAMisusedYieldDidNotAskForIsNotUndone(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, saga(func(outer actions.Yield, undo *orchestrate.Undo) (int, error) {
			return orchestrate.Scope(outer, "part", func(actions.Yield) (int, error) {
				return orchestrate.Undoable(outer, undo, Get{Name: "charge"}, Put{Name: "refund"})
			})
		}))
		require.ErrorIs(t, err, executor.ErrLent)
		require.Empty(t, w.done())
	})
}

func TestAnInverseThatIsMissingIsRefusedBeforeTheAction(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			return orchestrate.Undoable(y, undo, Get{Name: "charge"}, nil)
		}))
		require.EqualError(t, err, "orchestrate.Undoable: orchestrate_test.Get has no inverse")
		_, err = run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			return orchestrate.UndoableAfter(y, undo, Get{Name: "charge"}, nil)
		}))
		require.EqualError(t, err, "orchestrate.UndoableAfter: orchestrate_test.Get has no inverse")
		_, err = run(t.Context(), h, w, saga(func(_ actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(nil)
			return 0, nil
		}))
		require.EqualError(t, err, "panic: orchestrate.Undo.Add: the inverse is nil")
		require.Empty(t, w.done())
	})
}

// What owns the goroutine wants it gone, as when a durable run is unloaded: the saga goes on elsewhere, or nowhere.
func TestAGoroutineThatExitsUndoesNothing(t *testing.T) {
	t.Parallel()
	for name, flow := range map[string]orchestrate.Orchestration[int]{
		"in a handler": saga(trip),
		"in the orchestration": saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			defer runtime.Goexit()
			return orchestrate.Undoable(y, undo, Get{Name: "flight"}, Put{Name: "cancel flight"})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachHost(t, func(t *testing.T, h host) {
				w := newWorld().on("hotel", exits)
				returned, exited := false, make(chan struct{})
				go func() {
					defer close(exited)
					_, _ = run(context.WithoutCancel(t.Context()), h, w, flow)
					returned = true
				}()
				<-exited
				require.False(t, returned)
				require.Equal(t, []string{"flight"}, w.done())
			})
		})
	}
}

// If nobody wins, the error has those of all branches already.
func TestWhatNobodyCouldUndoIsToldOnce(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("flight", fails(errBoom)).on("cancel flight", fails(errors.New("stuck")))
		_, err := run(t.Context(), h, w, either(saga(trip), get("flight")))
		require.EqualError(t, err, "none of 2 branches succeeded: "+
			"step 0.0.0: orchestrate_test.Get: boom; undo: step 0.0.1: orchestrate_test.Put: stuck; "+
			"step 0.1.0: orchestrate_test.Get: boom")
	})
}

// A group tells its winner's outcome. What a loser could not undo is told all the same.
func TestWhatALoserCouldNotUndoIsNotLost(t *testing.T) {
	t.Parallel()
	loser := saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
		if _, err := orchestrate.Undoable(y, undo, Get{Name: "book"}, Put{Name: "cancel"}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, Get{Name: "hang"})
	})
	flows := map[string]struct {
		flow orchestrate.Orchestration[int]
		want string
	}{
		"all": {func(y actions.Yield) (int, error) {
			_, err := orchestrate.All(y, loser, get("fail"))
			return 0, err
		}, "step 0.1.0: orchestrate_test.Get: boom; undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"together": {func(y actions.Yield) (int, error) {
			return 0, orchestrate.Together(y, orchestrate.IntoFlow(nil, loser), orchestrate.Into(nil, Get{Name: "fail"}))
		}, "step 0.1.0: orchestrate_test.Get: boom; undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"any": {func(y actions.Yield) (int, error) {
			return orchestrate.Any(y, loser, get("win"))
		}, "undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"race": {func(y actions.Yield) (int, error) {
			return orchestrate.Race(y, loser, get("win"))
		}, "undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"select": {func(y actions.Yield) (n int, err error) {
			err = orchestrate.Select(y,
				orchestrate.WhenFlow(loser, nil),
				orchestrate.When(Get{Name: "win"}, func(i int) error { n = i; return nil }))
			return n, err
		}, "undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"timeout": {func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, loser)
		}, "not done within 1h0m0s; undo: step 0.0.2: orchestrate_test.Put: stuck"},
		"a saga in a saga": {func(y actions.Yield) (int, error) {
			return orchestrate.Race(y, get("win"), saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				if _, err := orchestrate.Undoable(y, undo, Get{Name: "book"}, Put{Name: "cancel"}); err != nil {
					return 0, err
				}
				return loser(y)
			}))
		}, "undo: step 0.1.3: orchestrate_test.Put: stuck; step 0.1.4: orchestrate_test.Put: stuck"},
		"timeout of a group": {func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, func(y actions.Yield) (int, error) {
				_, err := orchestrate.All(y, loser, get("visa"))
				return 0, err
			})
		}, "not done within 1h0m0s; undo: step 0.0.0.0.2: orchestrate_test.Put: stuck"},
	}
	for name, c := range flows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onConcurrentHosts(t, func(t *testing.T, h host) {
				w := newWorld().on("hang", hangs).on("cancel", fails(errors.New("stuck"))).
					on("fail", after(time.Minute, fails(errBoom))).on("win", after(time.Minute, answers(1)))
				_, err := run(t.Context(), h, w, c.flow)
				require.EqualError(t, err, c.want)
				var failed *orchestrate.SagaError
				require.ErrorAs(t, err, &failed)
				require.NotContains(t, failed.Unwrap(), error(nil), "where the group succeeded there is none")
				require.False(t, executor.NotDone(err))
			})
		})
	}
}
