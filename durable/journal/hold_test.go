package journal_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/orchestrate"
)

// thinks is a flow that takes a while to return what it has.
func thinks(flow orchestrate.Orchestration[string]) orchestrate.Orchestration[string] {
	return func(y actions.Yield) (string, error) {
		got, err := flow(y)
		if err == nil {
			<-time.After(time.Second)
		}
		return got, err
	}
}

// within are flows that wait a second for the event "x", and return it.
func within() map[string]orchestrate.Orchestration[string] {
	limited := func(flow orchestrate.Orchestration[string]) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			return orchestrate.WithTimeout(y, time.Second, thinks(flow))
		}
	}
	x := receiving("x", 1)
	return map[string]orchestrate.Orchestration[string]{
		"a flow": limited(x),
		"a leaf": func(y actions.Yield) (string, error) {
			return orchestrate.WithTimeout(y, time.Second, orchestrate.Lift(actions.Receive[string]{Name: "x"}))
		},
		"a scope":  limited(func(y actions.Yield) (string, error) { return orchestrate.Scope(y, "part", x) }),
		"limits":   limited(limited(x)),
		"a race":   limited(func(y actions.Yield) (string, error) { return orchestrate.Race(y, x, receiving("y", 1)) }),
		"an any":   limited(func(y actions.Yield) (string, error) { return orchestrate.Any(y, receiving("y", 1), x) }),
		"a shield": limited(func(y actions.Yield) (string, error) { return orchestrate.Shield(y, x) }),
		"a select": limited(func(y actions.Yield) (got string, err error) {
			return got, orchestrate.Select(y,
				orchestrate.When(actions.Receive[string]{Name: "y"}, nil),
				orchestrate.When(actions.Receive[string]{Name: "x"}, func(s string) error {
					got = s
					return nil
				}))
		}),
		"behind a group": limited(func(y actions.Yield) (string, error) {
			nothing := func(actions.Yield) (string, error) { return "", nil }
			if _, err := orchestrate.All(y, nothing, nothing); err != nil {
				return "", err
			}
			<-time.After(100 * time.Millisecond)
			return x(y)
		}),
		"the last of several": limited(func(y actions.Yield) (string, error) {
			all, err := orchestrate.All(y, doing("quick"), x, doing("quick"))
			return strings.Trim(strings.Join(all, " "), "quick "), err
		}),
		"the last of many": limited(func(y actions.Yield) (string, error) {
			all, err := orchestrate.All(y, doing("quick"), func(y actions.Yield) (string, error) {
				all, err := orchestrate.All(y, x, doing("quick"))
				return strings.Join(all, " "), err
			})
			return strings.Trim(strings.Join(all, " "), "quick "), err
		}),
		"a handler beside it": func(y actions.Yield) (string, error) { return orchestrate.Race(y, doing("second"), x) },
		"a leaf beside it":    func(y actions.Yield) (string, error) { return orchestrate.Race(y, leaf("second"), x) },
	}
}

// lives runs a flow with an event "x" after half a second, and a log that takes five, in lives that end after the given
// times.
func lives(t *testing.T, flow orchestrate.Orchestration[string], stops ...func(j *journal.Journal)) (any, error) {
	t.Helper()
	exec, log := &desk{}, &memory{}
	exec.on("second", func(context.Context) (string, error) {
		<-time.After(time.Second)
		return "too late", nil
	})
	slowly := logFunc(func(ctx context.Context, e journal.Entry) error {
		<-time.After(5 * time.Second)
		return log.Append(ctx, e)
	})
	x := event(1, "x", `"a"`)
	for _, stop := range append(stops, nil) {
		j := begin(t, log, exec, func(c *journal.Config) {
			c.Log = slowly
			if c.Resumed {
				c.Messages = []store.Message{x}
			}
		})
		l := start(t.Context(), j, flow)
		<-time.After(500 * time.Millisecond)
		j.Deliver(x)
		if stop == nil {
			err := l.ends(t)
			return l.result, err
		}
		stop(j)
		require.Error(t, l.ends(t))
		<-time.After(time.Minute)
	}
	return nil, nil
}

func TestAnEventThatIsBeingRecordedIsNotLostToWhatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	for name, flow := range within() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result, err := lives(t, flow)
				require.NoError(t, err)
				require.Equal(t, "a", result)
			})
		})
	}
}

func TestAnEventThatWasRecordedIsNotLostToATimerThatHasEndedWhenTheRunComesBack(t *testing.T) {
	t.Parallel()
	for how, stop := range map[string]func(j *journal.Journal){
		"killed after the record": func(j *journal.Journal) {
			<-time.After(5*time.Second + time.Millisecond)
			j.Kill(errCrash)
		},
		"drained while it is recorded": func(j *journal.Journal) {
			<-time.After(2 * time.Second)
			j.Drain()
		},
	} {
		for name, flow := range within() {
			t.Run(how+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					goesOn := func(y actions.Yield) (string, error) {
						got, err := flow(y)
						if err == nil {
							_, err = do(y, "more")
						}
						return got, err
					}
					result, err := lives(t, goesOn, stop)
					require.NoError(t, err)
					require.Equal(t, "a", result)
				})
			})
		}
	}
}

func TestABranchThatHasLostIsNoneThatGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		result, err := lives(t, func(y actions.Yield) (string, error) {
			return orchestrate.WithTimeout(y, time.Second, func(y actions.Yield) (string, error) {
				all, err := orchestrate.All(y, func(y actions.Yield) (string, error) {
					return orchestrate.Race(y, leaf("quick"), orchestrate.Lift(actions.Receive[string]{Name: "y"}))
				}, receiving("x", 1))
				return strings.Join(all, " "), err
			})
		}, func(j *journal.Journal) {
			<-time.After(2 * time.Second)
			j.Drain() // once all of it is recorded, but for the loser of the race
		})
		require.NoError(t, err)
		require.Equal(t, "quick a", result)
	})
}

func TestBranchesThatWaitForTheSameEventsTakeOneEach(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]func(y actions.Yield, fs ...orchestrate.Orchestration[string]) (string, error){
		"race": orchestrate.Race[string], "any": orchestrate.Any[string],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &memory{}
				j := begin(t, log, &desk{}, func(c *journal.Config) {
					c.Log = logFunc(func(ctx context.Context, e journal.Entry) error {
						<-time.After(time.Second)
						return log.Append(ctx, e)
					})
					c.Messages = []store.Message{event(1, "x", `"a"`), event(2, "x", `"b"`), event(3, "x", `"c"`)}
				})
				got, err := run(t, j, func(y actions.Yield) (got []string, err error) {
					for range 3 {
						s, err := group(y, receiving("x", 1), receiving("x", 1), receiving("x", 1))
						if err != nil {
							return nil, err
						}
						got = append(got, s)
					}
					return got, nil
				})
				require.NoError(t, err)
				require.Equal(t, []string{"a", "b", "c"}, got, "those that lose leave theirs to others")
			})
		})
	}
}

func TestAFlowThatGoesOnAfterAnEventHasNoMoreTimeForThat(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]orchestrate.Orchestration[string]{
		"with an action": doing("long"),
		"with a group": func(y actions.Yield) (string, error) {
			return orchestrate.Any(y, doing("long"), doing("long"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				exec, begun := &desk{}, time.Now()
				exec.on("long", waits)
				j := begin(t, &memory{}, exec)
				l := start(t.Context(), j, func(y actions.Yield) (string, error) {
					return orchestrate.WithTimeout(y, time.Second, func(y actions.Yield) (string, error) {
						if _, err := receiving("x", 1)(y); err != nil {
							return "", err
						}
						return more(y)
					})
				})
				j.Deliver(event(1, "x", `"a"`))
				var late *orchestrate.TimeoutError
				require.ErrorAs(t, l.ends(t), &late)
				require.Equal(t, time.Second, time.Since(begun))
			})
		})
	}
}

func TestAnEventThatWaitsForAnotherBranchIsGivenOnceThatGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		exec, log := &desk{}, &memory{}
		exec.on("long", waits)
		j := begin(t, log, exec, func(c *journal.Config) {
			c.Log = logFunc(func(ctx context.Context, e journal.Entry) error {
				<-time.After(time.Second)
				return log.Append(ctx, e)
			})
			c.Messages = []store.Message{event(1, "x", `"a"`), event(2, "x", `"b"`)}
		})
		got, err := run(t, j, atWork(1))
		require.NoError(t, err)
		require.Equal(t, "all are at work", got)
		require.Equal(t, []string{"long", "long"}, exec.did())
	})
}

// atWork is a race of two flows that work for long after a number of events with a flow that sleeps for a minute.
func atWork(events int) orchestrate.Orchestration[string] {
	busy := func(y actions.Yield) (string, error) {
		if _, err := receiving("x", events)(y); err != nil {
			return "", err
		}
		return do(y, "long")
	}
	return func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, busy, busy, func(y actions.Yield) (string, error) {
			return "all are at work", orchestrate.Tell(y, actions.Sleep{For: time.Minute})
		})
	}
}

func TestABranchThatHasHadEventsAndGoesOnIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		exec, log := &desk{}, &memory{}
		exec.on("long", waits)
		four := []store.Message{event(1, "x", `"a"`), event(2, "x", `"b"`), event(3, "x", `"c"`), event(4, "x", `"d"`)}
		j := begin(t, log, exec)
		ctx, crash := context.WithCancelCause(t.Context())
		l := start(ctx, j, atWork(2))
		j.Deliver(four...)
		synctest.Wait()
		j.Kill(errCrash)
		crash(errCrash)
		require.Equal(t, errCrash, l.ends(t))
		require.Len(t, log.lines(), 4)
		got, err := run(t, begin(t, log, exec, func(c *journal.Config) { c.Messages = four }), atWork(2))
		require.NoError(t, err)
		require.Equal(t, "all are at work", got)
	})
}
