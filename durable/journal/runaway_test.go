package journal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// runsAway runs a flow that has no end, under a context that is done or not.
func runsAway(t *testing.T, done bool, log journal.Log, flow func(y actions.Yield)) *journal.RunawayError {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if done {
		cancel()
	}
	j, err := journal.New(journal.Config{ID: "r", Executor: &desk{}, Log: log, Started: epoch, MaxSteps: 5000})
	require.NoError(t, err)
	_, err = journal.Run(ctx, j, func(y actions.Yield) (any, error) {
		for {
			flow(y)
		}
	})
	runaway, ok := errors.AsType[*journal.RunawayError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, err, j.Err())
	require.True(t, backoff.IsPermanent(err))
	require.Equal(t, "r", runaway.Run)
	return runaway
}

func TestARunWithTooManyStepsIsStopped(t *testing.T) {
	t.Parallel()
	log := &memory{}
	err := runsAway(t, false, log, func(y actions.Yield) { _, _ = do(y, "again") })
	require.EqualError(t, err, "the orchestration does not end: step 5000: the limit is 5000 steps")
	require.Len(t, log.records, 5000)
	_, again := run(t, begin(t, log, &desk{}, func(c *journal.Config) { c.MaxSteps = 5000 }),
		func(y actions.Yield) (string, error) {
			for {
				_, _ = do(y, "again")
			}
		})
	require.Equal(t, err, again, "those of earlier lives count")
}

func TestARunThatGoesOnAlthoughItIsRefusedIsStopped(t *testing.T) {
	t.Parallel()
	for name, flow := range map[string]func(y actions.Yield){
		"a step":  func(y actions.Yield) { _, _ = do(y, "again") },
		"a wait":  func(y actions.Yield) { _ = orchestrate.Tell(y, actions.Sleep{For: 1}) },
		"a group": func(y actions.Yield) { _, _ = orchestrate.Settle(y, leaf("a"), doing("b")) },
		"a retry": func(y actions.Yield) {
			_, _ = orchestrate.Retry(y, backoff.Constant(1).UpTo(3), doing("again"))
		},
		"a read": func(y actions.Yield) { _, _ = do(y, "read") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := runsAway(t, true, &memory{}, flow)
			require.Equal(t, "it goes on although 1000 actions in a row were refused", err.Why)
		})
	}
}

func TestWhatIsRefusedNowAndThenIsNoRunaway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, shielded := range map[string]orchestrate.Orchestration[string]{
		"a step": doing("a"),
		"a wait": func(y actions.Yield) (string, error) { return "", orchestrate.Tell(y, actions.Sleep{}) },
		"in one of several branches": func(y actions.Yield) (string, error) {
			_, err := orchestrate.Settle(y, doing(), doing("a"), doing())
			return "", err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := journal.New(journal.Config{ID: "r", Executor: &desk{}, Log: nothing{}})
			require.NoError(t, err)
			_, err = journal.Run(ctx, j, func(y actions.Yield) (any, error) {
				for i := range 1100 {
					_, _ = do(y, "refused")
					if i%900 == 899 {
						if _, err := orchestrate.Shield(y, shielded); err != nil {
							return nil, err
						}
					}
				}
				return "done", nil
			})
			require.NoError(t, err)
		})
	}
}

func TestARunThatAsksForNothingIsStopped(t *testing.T) {
	t.Parallel()
	noop := func(actions.Yield) (string, error) { return "", nil }
	for name, flow := range map[string]func(y actions.Yield){
		"derived values":          func(y actions.Yield) { _, _ = y(actions.NewID{}) },
		"the time":                func(y actions.Yield) { _, _ = y(actions.Now{}) },
		"asides":                  func(y actions.Yield) { _, _ = y(actions.Log{Message: "again"}) },
		"versions":                func(y actions.Yield) { _, _ = version(y, "c", 0, 1) },
		"versions that cannot be": func(y actions.Yield) { _, _ = version(y, "c", 1, 0) },
		"groups that do nothing":  func(y actions.Yield) { _, _ = orchestrate.All(y, noop, noop) },
		"scopes that do nothing":  func(y actions.Yield) { _, _ = orchestrate.Scope(y, "part", noop) },
		"groups without branches": func(y actions.Yield) { _, _ = y(actions.Group{Mode: actions.Any}) },
		"reads":                   func(y actions.Yield) { _, _ = do(y, "read") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := journal.New(journal.Config{
				ID: "r", Executor: silent{}, Log: nothing{}, Treat: func(actions.Action) journal.Treatment {
					return journal.Treatment{Durability: journal.Unrecorded}
				},
			})
			require.NoError(t, err)
			journal.LimitSpins(j, 10_000)
			_, err = journal.Run(t.Context(), j, func(y actions.Yield) (any, error) {
				for {
					flow(y)
				}
			})
			runaway, ok := errors.AsType[*journal.RunawayError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, "it asked 10000 times in a row for what needs no record", runaway.Why)
		})
	}
}

// silent answers everything with nothing.
type silent struct{}

func (silent) Execute(context.Context, actions.Action) (any, error) { return nil, nil }

func TestWhatComesToARecordNowAndThenIsNoRunaway(t *testing.T) {
	t.Parallel()
	noop := func(actions.Yield) (string, error) { return "", nil }
	for name, step := range map[string]orchestrate.Orchestration[string]{
		"a step": doing("a"),
		"in a branch": func(y actions.Yield) (string, error) {
			_, err := orchestrate.All(y, noop, doing("a"), noop)
			return "", err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			flow := func(y actions.Yield) (any, error) {
				for i := range 1_100 {
					_, _ = y(actions.Random{})
					if i == 900 {
						if _, err := step(y); err != nil {
							return nil, err
						}
					}
				}
				return "done", nil
			}
			for range 2 { // and in a replay
				j := begin(t, log, &desk{})
				journal.LimitSpins(j, 1000)
				_, err := run(t, j, flow)
				require.NoError(t, err)
			}
		})
	}
}

func TestAMillionAsksAreTooMany(t *testing.T) {
	t.Parallel()
	flow := func(n int) orchestrate.Orchestration[any] {
		return func(y actions.Yield) (any, error) {
			for range n {
				_, _ = y(actions.Progress{})
			}
			return nil, nil
		}
	}
	_, err := run(t, begin(t, &memory{}, &desk{}), flow(1_000_000))
	require.NoError(t, err)
	_, err = run(t, begin(t, &memory{}, &desk{}), flow(1_000_001))
	require.ErrorContains(t, err, "it asked 1000000 times in a row for what needs no record")
}
