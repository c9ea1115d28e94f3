package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// leaf is the flow of one task, which is a leaf in a group.
func leaf(name string) orchestrate.Orchestration[string] { return orchestrate.Lift(task{Name: name}) }

// fails is a handler that fails.
func fails(context.Context) (string, error) { return "", errEmpty }

func TestADecisionIsDurableBeforeTheOthersAreCancelled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flow    orchestrate.Orchestration[any]
		winner  handler
		written []string // when the loser hears of it
	}{
		"a leaf wins the race": {
			raced(leaf("loser"), leaf("winner")), nil, []string{"0.1.0 task", "0 race 1"},
		},
		"a flow wins the race": {
			raced(doing("loser"), doing("winner")), nil, []string{"0.1.0 task", "0 race 1"},
		},
		"a leaf fails of all": {
			together(leaf("loser"), leaf("winner")), fails, []string{"0.1.0 task failed", "0 all 1"},
		},
		"a flow fails of all": {
			together(doing("loser"), doing("winner")), fails, []string{"0.1.0 task failed", "0 all 1"},
		},
		"a leaf succeeds of any": {
			untyped(func(y actions.Yield) (string, error) { return orchestrate.Any(y, leaf("loser"), leaf("winner")) }),
			nil,
			[]string{"0.1.0 task", "0 any 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, exec := &memory{}, &desk{}
				var heard []string
				var cause error
				exec.on("loser", func(ctx context.Context) (string, error) {
					<-ctx.Done()
					heard, cause = log.lines(), context.Cause(ctx)
					return "", ctx.Err()
				})
				exec.on("winner", func(ctx context.Context) (string, error) {
					synctest.Wait() // until the loser is at work
					require.NoError(t, ctx.Err())
					if c.winner != nil {
						return c.winner(ctx)
					}
					return "won", nil
				})
				_, _ = run(t, begin(t, log, exec), c.flow)
				require.Equal(t, c.written, heard)
				decided, ok := errors.AsType[*executor.DecidedError](cause)
				require.True(t, ok)
				require.Equal(t, 1, decided.Branch)
				require.Equal(t, append(c.written, "0.0.0 task failed"), log.lines())
			})
		})
	}
}

func TestALeafAndItsDecisionAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("loser", waits)
		_, err := run(t, begin(t, log, exec), raced(leaf("loser"), leaf("winner")))
		require.NoError(t, err)
		require.Equal(t, 2, log.appends, "the winner's with the decision, and the loser's")
		require.Less(t, log.records[0].N, log.records[1].N)
		require.Equal(t, store.Decision, log.records[1].Kind)
		require.Equal(t, log.records[0].Finished, log.records[1].Finished)
	})
}

func TestWhatSucceedsAsAWholeLeavesNoDecision(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("bad", fails)
	_, err := run(t, begin(t, log, exec), then(
		together(leaf("a"), doing("b")),
		untyped(func(y actions.Yield) ([]actions.Outcome[string], error) {
			return orchestrate.Settle(y, leaf("bad"), doing("bad"))
		}),
		untyped(func(y actions.Yield) (string, error) {
			_, err := orchestrate.Any(y, leaf("bad"), doing("bad"))
			require.ErrorContains(t, err, "none of 2 branches succeeded")
			return "", nil
		}),
		scoped(doing("c")),
	))
	require.NoError(t, err)
	for _, r := range log.history() {
		require.Equal(t, store.Step, r.Kind)
	}
	require.Len(t, log.records, 7)
}

// cleanedUp takes a lock, works, and releases it whatever comes.
func cleanedUp(y actions.Yield) (string, error) {
	if _, err := do(y, "lock"); err != nil {
		return "", err
	}
	_, err := do(y, "work")
	_, unlocked := orchestrate.Shield(y, doing("unlock", "tell"))
	return "", errors.Join(err, unlocked)
}

func TestACleanupThatACrashCutShortIsCompleted(t *testing.T) {
	t.Parallel()
	flow := then(raced(leaf("quick"), cleanedUp), tasks("next"))
	for crash := 1; crash <= 7; crash++ {
		for _, written := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				exec := &desk{}
				exec.on("quick", func(context.Context) (string, error) {
					<-time.After(time.Second) // the other one works by then
					return "quick", nil
				})
				exec.on("work", waits)
				log := &memory{fail: func(n int) (bool, error) {
					if n == crash {
						return written, errCrash
					}
					return true, nil
				}}
				ctx, die := context.WithCancel(t.Context())
				l := start(ctx, begin(t, log, exec), flow)
				<-time.After(time.Minute)
				die()
				err := l.ends(t)
				log.fail = nil
				l = start(t.Context(), begin(t, log, exec), flow)
				require.NoError(t, l.ends(t), "%v", err)
				require.Contains(t, exec.did(), "unlock", "after a crash at append %d (%v)", crash, written)
				require.Contains(t, exec.did(), "tell")
				require.Contains(t, exec.did(), "next")
				want := []string{
					"0 race 0", "0.0.0 task", "0.1.0 task", "0.1.1 task failed", "0.1.2 task", "0.1.3 task", "1 task",
				}
				require.ElementsMatch(t, want, log.lines())
			})
		}
	}
}

func TestTheWinnerOfARaceIsTheSameInEveryLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("slow", func(ctx context.Context) (string, error) {
			select {
			case <-time.After(time.Hour):
				return "slow", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		})
		exec.on("quick", func(context.Context) (string, error) {
			<-time.After(time.Second) // the other one works by then
			return "quick", nil
		})
		flow := func(y actions.Yield) (string, error) { return orchestrate.Race(y, doing("slow", "x"), doing("quick")) }
		result, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, "quick", result)

		// A crash has swallowed what the loser had to say, and in the next life it would be the first to end.
		log.records = log.records[:2]
		exec.on("slow", nil)
		result, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, "quick", result)
		require.Equal(t, []string{"0.1.0 task", "0 race 1", "0.0.0 task failed"}, log.lines())
		require.ElementsMatch(t, []string{"slow", "quick"}, exec.did(), "it is not begun: the race is decided")
	})
}

func TestTheBranchThatDecidedRunsFirstAndAlone(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	var mu sync.Mutex
	var began []int
	branch := func(i int) orchestrate.Orchestration[string] {
		return func(y actions.Yield) (string, error) {
			mu.Lock()
			began = append(began, i)
			mu.Unlock()
			return do(y, "a")
		}
	}
	group := func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, branch(0), branch(1), branch(2), branch(3))
	}
	digest := func() []byte {
		log := &memory{}
		_, err := run(t, begin(t, log, exec), doing("a"))
		require.NoError(t, err)
		return log.records[0].Digest
	}()
	for winner := range 4 {
		began = nil
		log.records = []store.Record{
			{
				N: 1, Kind: store.Step, Path: []string{"0.0.0", "0.1.0", "0.2.0", "0.3.0"}[winner], Name: "journal_test.task",
				Digest: digest, Result: store.Payload{Codec: "json", Data: []byte(`"won"`)},
			},
			{N: 2, Kind: store.Decision, Path: "0", Name: "race", Number: int64(winner)},
		}
		result, err := run(t, begin(t, log, exec, with(func(c *journal.Config) { c.Executor = exec })), group)
		require.NoError(t, err)
		require.Equal(t, "won", result)
		require.Equal(t, winner, began[0])
		require.ElementsMatch(t, []int{0, 1, 2, 3}, began)
		require.Len(t, log.records, 5, "each of the others was refused")
	}
	require.Equal(t, []string{"a"}, exec.did())
}

func TestABranchWithoutRecordsDecidesToo(t *testing.T) {
	t.Parallel()
	log := &memory{}
	flow := func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, never, func(actions.Yield) (string, error) { return "pure", nil })
	}
	for range 3 {
		result, err := run(t, begin(t, log, &desk{}), flow)
		require.NoError(t, err)
		require.Equal(t, "pure", result)
	}
	require.Equal(t, []string{"0 race 1", "0.0.0 Receive[string] failed"}, log.lines())
}

func TestGroupsThatCannotBeCarriedOutAreErrorsInEachLife(t *testing.T) {
	t.Parallel()
	log := &memory{}
	flow := func(y actions.Yield) (string, error) {
		_, empty := y(actions.Group{Mode: actions.Race})
		require.ErrorIs(t, empty, executor.ErrNoBranches)
		_, strange := y(actions.Group{Mode: 9, Branches: make([]actions.Branch, 2)})
		require.ErrorContains(t, strange, "unknown mode")
		none, err := y(actions.Group{})
		require.NoError(t, err)
		require.Equal(t, actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{}}, none)
		return do(y, "a")
	}
	for range 2 {
		_, err := run(t, begin(t, log, &desk{}), flow)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"3 task"}, log.lines())
}

func TestGroupsInGroupsKeepTheirDecisionsApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		exec.on("slow", waits)
		inner := func(y actions.Yield) (string, error) {
			return orchestrate.Race(y, leaf("slow"), func(y actions.Yield) (string, error) {
				return orchestrate.Scope(y, "part", func(y actions.Yield) (string, error) {
					return orchestrate.Race(y, leaf("quick"), leaf("slow"))
				})
			})
		}
		flow := func(y actions.Yield) ([]string, error) { return orchestrate.All(y, inner, leaf("beside"), inner) }
		want, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, []string{"quick", "beside", "quick"}, want)
		require.Subset(t, log.lines(), []string{
			"0.0.0 race 1", "0.0.0.1.0.0.0 race 0", "0.2.0 race 1", "0.2.0.1.0.0.0 race 0",
		})
		did := exec.did()
		for n := range log.history() {
			short := &memory{records: log.history()[:n]}
			got, err := run(t, begin(t, short, exec), flow)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.ElementsMatch(t, log.lines(), short.lines())
		}
		exec.done = nil
		_, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Empty(t, exec.did())
		require.NotEmpty(t, did)
	})
}

func TestAGroupThatIsABranchIsNoSingleAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &memory{}, &desk{}
		inner := func(mode actions.Mode, flows ...orchestrate.Orchestration[string]) actions.Group {
			g := actions.Group{Mode: mode}
			for _, flow := range flows {
				g.Branches = append(g.Branches, actions.Branch{Flow: func(y actions.Yield) (any, error) { return flow(y) }})
			}
			return g
		}
		exec.on("slow", func(ctx context.Context) (string, error) {
			select {
			case <-time.After(time.Second):
				return "slow", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		})
		flow := func(y actions.Yield) (any, error) {
			return y(actions.Group{Mode: actions.Race, Branches: []actions.Branch{
				{Leaf: inner(actions.All, doing("a", "slow", "slow"))}, // its first step is not its end
				{Leaf: inner(actions.All, doing("b", "slow"), doing("c"))},
			}})
		}
		result, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, 1, result.(actions.GroupResult).Decided)
		require.Contains(t, log.lines(), "0 race 1")
		result, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, 1, result.(actions.GroupResult).Decided)
	})
}

func TestAThousandBranchesMayBeRefused(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("bad", fails)
	flows := []orchestrate.Orchestration[string]{leaf("bad")}
	for range 1500 {
		flows = append(flows, never)
	}
	_, err := run(t, begin(t, log, exec), then(func(y actions.Yield) (any, error) {
		_, err := orchestrate.All(y, flows...)
		require.ErrorContains(t, err, "empty till")
		return nil, nil
	}, tasks("next")))
	require.NoError(t, err)
	require.Equal(t, []string{"bad", "next"}, exec.did())
}

func TestAGroupOfAHandlersFlowIsNoneOfTheJournals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, inner := &memory{}, &desk{}
		inner.on("slow", waits)
		exec := &desk{}
		var mu sync.Mutex
		var keys []string
		handle := func(ctx context.Context) (string, error) {
			return orchestrate.Run(ctx, func(y actions.Yield) (string, error) {
				key, err := executor.StepFrom(ctx).Key()
				require.NoError(t, err)
				mu.Lock()
				keys = append(keys, key)
				mu.Unlock()
				return orchestrate.Race(y, leaf("slow"), doing("quick", "slower", "x"), leaf("won"))
			}, parallel{inner})
		}
		inner.on("slower", waits)
		exec.on("flow", handle)
		exec.on("late", waits)
		flow := raced(leaf("flow"), doing("flow", "late"))
		_, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		for _, line := range log.lines() {
			require.NotContains(t, line, "0.0.0.", "what a handler does is its own business")
		}
		require.Contains(t, inner.did(), "won")
		require.Contains(t, keys, "r/0.0.0/journal_test.task")
		did := inner.did()
		_, err = run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, did, inner.did())
	})
}

// parallel carries out groups, as combinators.Parallelize does.
type parallel struct{ executor.Executor }

func (p parallel) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, p)
	}
	return p.Executor.Execute(ctx, a)
}
