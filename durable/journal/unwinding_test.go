package journal_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// deferring waits with a deferred function. On the way out the function is called with the yield.
func deferring(out func(y actions.Yield)) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		defer out(y)
		return never(y)
	}
}

// outs are what deferred functions do while the run is left, and must not.
func outs() map[string]func(y actions.Yield) {
	return map[string]func(y actions.Yield){
		"yields": func(y actions.Yield) { _, _ = do(y, "undo") },
		"yields under a shield": func(y actions.Yield) {
			_, _ = orchestrate.Shield(y, doing("undo"))
		},
		"yields a group": func(y actions.Yield) { _, _ = orchestrate.All(y, doing("undo"), leaf("undo")) },
		"yields until it gets an answer": func(y actions.Yield) {
			for {
				if _, err := do(y, "undo"); err == nil {
					return
				}
			}
		},
		"recovers": func(y actions.Yield) {
			_ = recover()
			_, _ = do(y, "undo")
		},
		"panics": func(actions.Yield) { panic("in the middle of it") },
		"panics and recovers": func(y actions.Yield) {
			defer func() {
				_ = recover()
				_, _ = do(y, "undo")
			}()
			panic("in the middle of it")
		},
		"exits": func(actions.Yield) { _, _ = exits(context.Background()) },
		"panics with what it is told": func(y actions.Yield) {
			if _, err := do(y, "undo"); err != nil {
				panic(err)
			}
		},
	}
}

func TestWhatIsDeferredHasNoEffectWhenARunIsLeft(t *testing.T) {
	t.Parallel()
	for name, out := range outs() {
		for place, flow := range map[string]orchestrate.Orchestration[any]{
			"in the main strand": untyped(deferring(out)),
			"in a branch":        together(never, deferring(out), deferring(out)),
			"in a scope":         scoped(deferring(out)),
			"in a race of races": raced(never, func(y actions.Yield) (string, error) {
				return orchestrate.Race(y, deferring(out), never)
			}),
			"outside of a group": func(y actions.Yield) (any, error) {
				defer out(y)
				return together(deferring(out), never)(y)
			},
			"below a recover": func(y actions.Yield) (result any, err error) {
				defer func() {
					if recover() != nil {
						result, err = "revived", nil
					}
				}()
				return untyped(deferring(out))(y)
			},
		} {
			for how, stop := range stops {
				t.Run(name+" "+place+" "+how, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						log, exec := &memory{}, &desk{}
						l := start(t.Context(), begin(t, log, exec), then(tasks("a"), flow, tasks("b")))
						synctest.Wait()
						stop(l.Journal)
						require.Equal(t, l.Err(), l.ends(t))
						require.Error(t, l.err)
						require.Nil(t, l.result)
						require.Equal(t, []string{"a"}, exec.did())
						require.Equal(t, []string{"0 task"}, log.lines())
						require.Zero(t, l.Pending())
					})
				})
			}
		}
	}
}

func TestASagaThatIsLeftUndoesNothing(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (string, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
			if _, err := orchestrate.Undoable(y, undo, task{Name: "do"}, task{Name: "undo"}); err != nil {
				return "", err
			}
			return never(y)
		})
	}
	for name, stop := range stops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, exec := &memory{}, &desk{}
				l := start(t.Context(), begin(t, log, exec), flow)
				synctest.Wait()
				stop(l.Journal)
				require.Error(t, l.ends(t))
				ctx, cancel := context.WithCancel(t.Context())
				l = start(ctx, begin(t, log, exec), flow)
				synctest.Wait()
				require.Equal(t, []string{"do"}, exec.did())
				cancel()
				require.ErrorIs(t, l.ends(t), context.Canceled)
				require.Equal(t, []string{"do", "undo"}, exec.did())
			})
		})
	}
}

func TestUnderRunAloneAStoppedJournalAnswersWithItsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		j := begin(t, log, exec)
		var mu sync.Mutex
		var errs []error
		hear := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := orchestrate.Run(j.Context(t.Context()), func(y actions.Yield) (any, error) {
				_, err := orchestrate.All(y, never, func(y actions.Yield) (string, error) {
					_, err := never(y)
					hear(err)
					_, err = do(y, "again")
					hear(err)
					return "", err
				})
				hear(err)
				for _, a := range []actions.Action{
					actions.Now{}, actions.Log{}, actions.Version{}, actions.Sleep{}, task{Name: "again"},
				} {
					_, err := y(a)
					hear(err)
				}
				_, err = orchestrate.Shield(y, doing("again"))
				hear(err)
				return "done", nil
			}, j)
			done <- err
		}()
		synctest.Wait()
		j.Kill(errCrash)
		require.NoError(t, <-done, "whatever it makes of that")
		require.Len(t, errs, 9)
		for _, err := range errs {
			require.ErrorIs(t, err, errCrash)
			require.False(t, executor.NotDone(err))
		}
		require.Equal(t, errCrash, j.Close())
		require.Empty(t, exec.did())
		require.Empty(t, log.lines())
	})
}

func TestAYieldBelongsToOneStrand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("slow", func(context.Context) (string, error) {
			<-time.After(time.Minute)
			return "", nil
		})
		var foreign, outer error
		_, err := run(t, begin(t, log, exec), func(y actions.Yield) (string, error) {
			asked := make(chan struct{})
			go func() {
				defer close(asked)
				<-time.After(time.Second) // the strand is at work by then
				_, foreign = do(y, "foreign")
			}()
			_, err := do(y, "slow")
			require.NoError(t, err)
			<-asked
			_, err = orchestrate.All(y, func(actions.Yield) (string, error) {
				_, outer = do(y, "outer")
				return "", nil
			}, leaf("b"))
			return "", err
		})
		require.NoError(t, err)
		require.ErrorIs(t, foreign, executor.ErrLent)
		require.ErrorIs(t, outer, executor.ErrLent)
		require.Equal(t, []string{"slow", "b"}, exec.did())
		require.Equal(t, []string{"0 task", "1.1.0 task"}, log.lines())
	})
}

func TestARunThatIgnoresItsErrorsStopsWithItsJournal(t *testing.T) {
	t.Parallel()
	log := &memory{fail: func(n int) (bool, error) {
		if n == 3 {
			return false, errCrash
		}
		return true, nil
	}}
	exec := &desk{}
	_, err := run(t, begin(t, log, exec), func(y actions.Yield) (string, error) {
		for {
			_, _ = do(y, "again")
		}
	})
	require.Equal(t, errCrash, err)
	require.Equal(t, []string{"again", "again", "again"}, exec.did())
}

func TestWhatAnUnloadedRunReturnsIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := begin(t, &memory{}, &desk{})
		done := make(chan error, 1)
		go func() {
			_, err := orchestrate.Run(j.Context(t.Context()), func(y actions.Yield) (string, error) {
				_, _ = never(y)
				return "whatever", nil
			}, j)
			done <- err
		}()
		synctest.Wait()
		require.True(t, j.Unload())
		require.NoError(t, <-done)
		require.Equal(t, journal.ErrUnloaded, j.Close())
		require.Equal(t, journal.ErrUnloaded, j.Err())
	})
}
