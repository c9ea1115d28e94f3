package journal_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func dry(c *journal.Config) { c.Dry, c.Executor, c.Log = true, nil, nil }

// stands are the paths at which the strands of a dry run stand, with the names of tasks.
func stands(j *journal.Journal) []string {
	var all []string
	for _, s := range j.Stands() {
		line := s.Path
		if t, ok := s.Action.(task); ok {
			line += " " + t.Name
		} else if s.Action != nil {
			line += " " + actions.Name(s.Action)
		}
		all = append(all, line)
	}
	return all
}

func TestADryRunComesAsFarAsItsRecords(t *testing.T) {
	t.Parallel()
	ask := func(y actions.Yield) (any, error) { return version(y, "c", 0, 1) }
	flow := then(
		tasks("a"), together(doing("b", "c"), inPart(doing("d"), doing("e")), never), ask,
		untyped(orchestrate.Lift(actions.Now{})), tasks("f"),
	)
	log := &memory{}
	for range 2 {
		_, err := run(t, begin(t, log, &desk{}, func(c *journal.Config) {
			c.Messages = append(c.Messages, event(1, "never", `"x"`))
		}), flow)
		require.NoError(t, err)
	}
	for n, want := range [][]string{
		{"0 a"}, {"1.0.0 b", "1.1.0.0.0 d", "1.2.0 actions.Receive[string]"},
	} {
		j := begin(t, &memory{records: log.history()[:n]}, nil, dry)
		_, err := run(t, j, flow)
		require.Equal(t, journal.ErrUnloaded, err)
		require.Equal(t, want, stands(j))
	}
	short := &memory{}
	for _, r := range log.history() {
		if r.Path != "2" && r.Path != "3" {
			short.records = append(short.records, r)
		}
	}
	before := len(short.records)
	j := begin(t, short, nil, dry)
	_, err := run(t, j, flow)
	require.Equal(t, journal.ErrUnloaded, err)
	require.Equal(t, []string{"3 f"}, stands(j))
	require.Len(t, short.records, before, "nothing is recorded")

	_, err = run(t, begin(t, log, nil, dry), flow)
	require.NoError(t, err, "it came to its end")
}

func TestADryRunDecidesNothing(t *testing.T) {
	t.Parallel()
	log := &memory{}
	flow := raced(doing("a", "b"), never)
	_, err := run(t, begin(t, log, &desk{}), flow)
	require.NoError(t, err)
	log.records = log.records[:2] // and then a crash
	j := begin(t, log, nil, dry)
	_, err = run(t, j, flow)
	require.Equal(t, journal.ErrUnloaded, err)
	require.Equal(t, []string{"0", "0.1.0 actions.Receive[string]"}, stands(j))
}

func TestADryRunFindsWhatIsNotYieldedAnyMore(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	exec.on("stop", fails)
	flow := func(names ...string) orchestrate.Orchestration[any] { return together(doing(names...), never) }
	ctx, cancel := context.WithCancel(t.Context())
	exec.on("b", func(context.Context) (string, error) {
		cancel()
		return "b", nil
	})
	j := begin(t, log, exec)
	l := start(ctx, j, flow("a", "b"))
	_ = l.ends(t)
	log.records = slices.DeleteFunc(log.records, func(r store.Record) bool { // before the other branch was heard of
		return !strings.HasPrefix(r.Path, "0.0.")
	})
	require.Len(t, log.records, 2)
	j = begin(t, log, nil, dry)
	_, err := run(t, j, flow("a"))
	mismatch, ok := errors.AsType[*journal.MismatchError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "0.0.1", mismatch.Path, "although the group has not ended")
}

func TestADryRunReadsAgain(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	_, err := run(t, begin(t, log, exec, reads), doing("read", "a", "read"))
	require.NoError(t, err)
	j := begin(t, log, exec, dry, reads)
	_, err = run(t, j, doing("read", "a", "read"))
	require.Equal(t, journal.ErrUnloaded, err)
	require.Equal(t, []string{"0 read"}, stands(j), "nobody can tell what it has read")
	j = begin(t, log, exec, dry, reads, func(c *journal.Config) { c.Executor = exec })
	_, err = run(t, j, doing("read", "a", "read", "b"))
	require.Equal(t, journal.ErrUnloaded, err)
	require.Equal(t, []string{"3 b"}, stands(j))
	require.Equal(t, []string{"read", "a", "read", "read", "read"}, exec.did())
}

func TestADryRunEndsWithWhatLeavesNoRecord(t *testing.T) {
	t.Parallel()
	log, exec := &memory{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	flow := doing("a", "read")
	want, err := run(t, begin(t, log, exec, reads), flow)
	require.NoError(t, err)
	reading := func(c *journal.Config) { c.Executor = exec }
	got, err := run(t, begin(t, log, exec, dry, reads, reading), flow)
	require.NoError(t, err)
	require.Equal(t, want, got)

	exec.on("read", fails)
	j := begin(t, log, exec, dry, reads, reading)
	_, err = run(t, j, flow)
	require.Equal(t, journal.ErrUnloaded, err)
	require.Equal(t, []string{"1 read"}, stands(j), "its failure would leave a record")
	require.Len(t, log.records, 1)
}

func TestObserversSeeWhatTheOrchestrationIsTold(t *testing.T) {
	t.Parallel()
	log := &memory{}
	flow := then(tasks("a"), together(leaf("b"), doing("c")))
	_, err := run(t, begin(t, log, &desk{}), flow)
	require.NoError(t, err)
	var trace orchestratetest.Trace
	_, err = run(t, begin(t, log, nil, dry, func(c *journal.Config) {
		c.Observe = func(e executor.Executor) executor.Executor { return orchestratetest.Record(e, &trace) }
	}), flow)
	require.NoError(t, err)
	require.Len(t, trace, 3)
	require.Equal(t, "c", trace.Sorted()[2].Result)
}
