package journal_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// journaled is an executor that gives each run a journal, and a run that comes again its records.
type journaled struct {
	executor.Executor
	kinds    *codec.Errors
	mu       sync.Mutex
	logs     map[string]*memory
	journals map[any]*journal.Journal
}

func (d *journaled) Execute(ctx context.Context, a actions.Action) (any, error) {
	j, err := d.journal(executor.StepFrom(ctx))
	if err != nil {
		return nil, err
	}
	return j.Execute(journal.Under(ctx, j), a)
}

func (d *journaled) journal(step executor.Step) (*journal.Journal, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	token := step.RunToken()
	if j := d.journals[token]; j != nil {
		return j, nil
	}
	log := d.logs[step.Run()]
	if log == nil {
		log = &memory{}
		d.logs[step.Run()] = log
	}
	j, err := journal.New(journal.Config{
		ID: step.Run(), Executor: d.Executor, Log: log, Records: log.history(), Started: epoch, Errors: d.kinds,
	})
	d.journals[token] = j
	return j, err
}

func TestAJournalKeepsTheLawsOfExecutors(t *testing.T) {
	t.Parallel()
	kinds, err := codec.NewErrors(codec.ErrorType[*executortest.LeafError]("executortest.LeafError"))
	require.NoError(t, err)
	executortest.Test(t, executortest.Subject{
		Groups: true, Records: true,
		New: func(leaf *executor.Mux) executor.Executor {
			return &journaled{
				Executor: leaf, kinds: kinds, logs: map[string]*memory{}, journals: map[any]*journal.Journal{},
			}
		},
	})
}

func TestAJournalStandsOutsideOfThePolicies(t *testing.T) {
	t.Parallel()
	j := begin(t, &memory{}, combinators.Retried(combinators.Retry{MaxAttempts: 3})(&desk{}))
	require.Empty(t, combinators.Lint(j))
	warnings := combinators.Lint(combinators.Timed(1)(j))
	require.Len(t, warnings, 1)
	require.Equal(t, "is a policy above a journal", warnings[0].Problem)
}

func TestObserversAboveTheJournalSeeEverySingleAction(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("bad", fails)
	flow := then(
		tasks("a"), together(leaf("b"), doing("c", "d")), scoped(doing("e")),
		untyped(func(y actions.Yield) (string, error) {
			_, err := do(y, "bad")
			require.Error(t, err)
			return "", nil
		}),
		untyped(orchestrate.Lift(actions.Sleep{})), untyped(orchestrate.Lift(actions.NewID{})),
	)
	var traces []string
	for range 2 {
		var trace orchestratetest.Trace
		collected := combinators.NewCollector()
		j := begin(t, log, exec)
		above := orchestratetest.Record(combinators.Collected(collected)(j), &trace)
		_, err := orchestrate.Run(j.Context(t.Context()), flow, above)
		require.NoError(t, err)
		require.NoError(t, j.Close())
		var paths []string
		for _, c := range trace.Sorted() {
			paths = append(paths, c.Path)
		}
		require.Equal(t, []string{"0", "1.0.0", "1.1.0", "1.1.1", "2.0.0", "3", "4", "5"}, paths)
		var seen []string
		for _, r := range collected.Records() {
			if _, group := r.Action.(actions.Group); !group {
				seen = append(seen, r.Step.Path())
			}
		}
		require.ElementsMatch(t, paths, seen)
		traces = append(traces, trace.Sorted().String())
	}
	require.Equal(t, traces[0], traces[1], "a replay looks as what it replays")
}
