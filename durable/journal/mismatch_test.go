package journal_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// swap is the code of a run before it was changed and after.
type swap struct {
	was, is orchestrate.Orchestration[any]
	// crashes is the number of the append at which the old code's process crashes; 0: it comes to its end.
	crashes int
	want    journal.MismatchError
	text    string // part of the error's
}

// any makes a flow of the type that all have here.
func untyped[T any](flow orchestrate.Orchestration[T]) orchestrate.Orchestration[any] {
	return func(y actions.Yield) (any, error) { return flow(y) }
}

func together(flows ...orchestrate.Orchestration[string]) orchestrate.Orchestration[any] {
	return untyped(func(y actions.Yield) ([]string, error) { return orchestrate.All(y, flows...) })
}

// then runs one flow after the other.
func then(flows ...orchestrate.Orchestration[any]) orchestrate.Orchestration[any] {
	return func(y actions.Yield) (result any, err error) {
		for _, flow := range flows {
			if result, err = flow(y); err != nil {
				return nil, err
			}
		}
		return result, nil
	}
}

func tasks(names ...string) orchestrate.Orchestration[any] { return untyped(doing(names...)) }

func charges(cents int) orchestrate.Orchestration[any] {
	return untyped(orchestrate.Lift(charge{Cents: cents}))
}

const (
	taskA = `journal_test.task{"Name":"a"}`
	taskB = `journal_test.task{"Name":"b"}`
	taskC = `journal_test.task{"Name":"c"}`
)

// never is the flow of an event that does not come.
func never(y actions.Yield) (string, error) {
	return orchestrate.Do(y, actions.Receive[string]{Name: "never"})
}

func swaps() map[string]swap {
	now := untyped(orchestrate.Lift(actions.Now{}))
	return map[string]swap{
		"another argument": {
			was: charges(1), is: charges(2),
			want: journal.MismatchError{
				Path: "0", Recorded: `journal_test.charge{"Cents":1}`, Yielded: `journal_test.charge{"Cents":2}`,
				Diff: []string{`Cents: recorded 1, got 2`},
			},
			text: `the code yielded journal_test.charge{"Cents":2} (Cents: recorded 1, got 2): run the code that`,
		},
		"another action": {
			was: charges(1), is: tasks("a"),
			want: journal.MismatchError{Path: "0", Recorded: `journal_test.charge{"Cents":1}`, Yielded: taskA},
			text: `run "r": step 0: the journal has journal_test.charge{"Cents":1}, the code yielded ` + taskA + `: run the`,
		},
		"another order": {
			was: tasks("a", "b"), is: tasks("b", "a"), crashes: 2,
			want: journal.MismatchError{
				Path: "0", Recorded: taskA, Yielded: taskB, Diff: []string{`Name: recorded "a", got "b"`},
			},
		},
		"a step removed": {
			was: tasks("a", "b", "c"), is: tasks("a", "c"),
			want: journal.MismatchError{
				Path: "1", Recorded: taskB, Yielded: taskC, Diff: []string{`Name: recorded "b", got "c"`},
			},
		},
		"the last step removed": {
			was: tasks("a", "b"), is: tasks("a"),
			want: journal.MismatchError{Path: "1", Recorded: taskB},
			text: `step 1: the journal has ` + taskB + `, which the code did not yield: run the code`,
		},
		"a step inserted": {
			was: tasks("a", "b"), is: tasks("a", "c", "b"),
			want: journal.MismatchError{
				Path: "1", Recorded: taskB, Yielded: taskC, Diff: []string{`Name: recorded "b", got "c"`},
			},
		},
		"a step where there was none with a record": {
			was: then(now, tasks("a")), is: tasks("a", "a"),
			want: journal.MismatchError{Path: "0", Yielded: taskA},
			text: `step 0: the journal has nothing, and goes on behind it; the code yielded ` + taskA,
		},
		"a step removed in a branch": {
			was: then(together(doing("a", "b"), doing("c")), tasks("d")),
			is:  then(together(doing("a"), doing("c")), tasks("d")), crashes: 4,
			want: journal.MismatchError{Path: "0.0.1", Recorded: taskB},
		},
		"a step inserted in a branch": {
			was: together(doing("a", "b"), doing("c")), is: together(doing("a", "c", "b"), doing("c")),
			want: journal.MismatchError{
				Path: "0.0.1", Recorded: taskB, Yielded: taskC, Diff: []string{`Name: recorded "b", got "c"`},
			},
		},
		"a step added to a branch that had ended": {
			was:  then(together(doing("a", "a"), doing("b")), tasks("c")),
			is:   then(together(doing("a", "a", "a"), doing("b")), tasks("c")),
			want: journal.MismatchError{Path: "0.0.2", Yielded: taskA},
		},
		"a step added to a scope that had ended": {
			was:  then(scoped(doing("a")), tasks("c")),
			is:   then(scoped(doing("a", "b")), tasks("c")),
			want: journal.MismatchError{Path: "0.0.1", Yielded: taskB},
		},
		"a step added to the branch that had decided": {
			was: raced(doing("a"), never), is: raced(doing("a", "b"), never), crashes: 3,
			want: journal.MismatchError{Path: "0.0.1", Yielded: taskB},
		},
		"a group in place of an action": {
			was: tasks("a"), is: together(doing("a"), doing("b")),
			want: journal.MismatchError{Path: "0", Recorded: taskA, Yielded: "a group all of 2 branches"},
		},
		"a scope in place of an action": {
			was: tasks("a"), is: scoped(doing("a")),
			want: journal.MismatchError{Path: "0", Recorded: taskA, Yielded: "a group scope part of 1 branches"},
		},
		"an action in place of a group": {
			was: together(doing("a"), doing("b")), is: tasks("a"), crashes: 2,
			want: journal.MismatchError{Path: "0", Recorded: "a group of branches", Yielded: taskA},
		},
		"what leaves no record in place of an action": {
			was: tasks("a"), is: now,
			want: journal.MismatchError{Path: "0", Recorded: taskA, Yielded: "actions.Now"},
		},
		"what leaves no record in place of a group": {
			was: together(doing("a"), doing("b")), is: then(now, tasks("c")), crashes: 2,
			want: journal.MismatchError{Path: "0", Recorded: "a group of branches", Yielded: "actions.Now"},
		},
		"fewer branches": {
			was: together(doing("a"), doing("b"), doing("c")), is: together(doing("a", "a"), doing("b")),
			want: journal.MismatchError{Path: "0.2.0", Recorded: taskC, Yielded: "a group all of 2 branches"},
		},
		"more branches": {
			was:  then(together(doing("a"), doing("b")), tasks("c")),
			is:   then(together(doing("a"), doing("b"), doing("c")), tasks("c")),
			want: journal.MismatchError{Path: "0.2.0", Yielded: taskC},
		},
		"another mode of a group that was decided": {
			was: raced(orchestrate.Lift(task{Name: "a"}), never), is: together(orchestrate.Lift(task{Name: "a"}), never),
			crashes: 2,
			want:    journal.MismatchError{Path: "0", Yielded: "a group all of 2 branches"},
			text:    "the journal has a group race that branch",
		},
		"the rest of the branches gone": {
			was: raced(doing("a"), never), is: scoped(doing("a")), crashes: 3,
			want: journal.MismatchError{
				Path: "0", Recorded: "a group race that branch 0 decided", Yielded: "a group scope part of 1 branches",
			},
		},
	}
}

func scoped(flow orchestrate.Orchestration[string]) orchestrate.Orchestration[any] {
	return untyped(func(y actions.Yield) (string, error) { return orchestrate.Scope(y, "part", flow) })
}

func raced(flows ...orchestrate.Orchestration[string]) orchestrate.Orchestration[any] {
	return untyped(func(y actions.Yield) (string, error) { return orchestrate.Race(y, flows...) })
}

func TestCodeThatDoesNotDoWhatItDidStopsTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range swaps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{}
			log.fail = func(n int) (bool, error) {
				if n == c.crashes {
					return false, errCrash
				}
				return true, nil
			}
			exec := both{&desk{}, &till{}}
			if _, err := run(t, begin(t, log, exec), c.was); c.crashes > 0 {
				require.Equal(t, errCrash, err)
			} else {
				require.NoError(t, err)
			}
			log.fail = nil
			kept, done := log.history(), exec.did()
			j := begin(t, log, exec)
			_, err := run(t, j, c.is)
			require.Equal(t, j.Err(), err)
			got, ok := errors.AsType[*journal.MismatchError](err)
			require.True(t, ok, "%v", err)
			require.ErrorContains(t, err, c.text)
			require.Equal(t, "r", got.Run)
			if c.want.Recorded == "" && c.text != "" {
				c.want.Recorded = got.Recorded
			}
			c.want.Run = "r"
			require.Equal(t, &c.want, got)
			require.True(t, backoff.IsPermanent(err))
			require.Equal(t, kept, log.history(), "nothing was written")
			require.Equal(t, done, exec.did(), "nothing was carried out")
			require.Empty(t, j.Pending())

			_, err = run(t, begin(t, log, exec), c.was)
			require.NoError(t, err, "the old code goes on")
		})
	}
}

func TestADecisionOfABranchThatThereIsNotStopsTheRun(t *testing.T) {
	t.Parallel()
	for _, branch := range []int64{-1, 2, 1 << 40} {
		log := &memory{records: []store.Record{{N: 1, Kind: store.Decision, Path: "0", Name: "race", Number: branch}}}
		exec := &desk{}
		_, err := run(t, begin(t, log, exec), raced(doing("a"), doing("b")))
		mismatch, ok := errors.AsType[*journal.MismatchError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, "0", mismatch.Path)
		require.Empty(t, exec.did())
	}
}

func TestChangesWhereARunHasNotBeenDoNotMatter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]swap{
		"other steps to come": {was: tasks("a", "b"), is: tasks("a", "c", "d"), crashes: 2},
		"a group to come": {
			was: tasks("a", "b"), is: then(tasks("a"), together(doing("b"), doing("c"))), crashes: 2,
		},
		"another name of a scope": {was: scoped(doing("a", "b")), is: together(doing("a", "b")), crashes: 2},
		"more branches": {
			was: together(doing("a"), doing("b")), is: together(doing("a"), doing("b"), doing("c")),
		},
		"another mode of a group that nobody decided": {
			was: together(doing("a"), doing("b")),
			is: untyped(func(y actions.Yield) ([]actions.Outcome[string], error) {
				return orchestrate.Settle(y, doing("a"), doing("b"))
			}),
		},
		"an aside": {
			was: tasks("a", "b"),
			is:  then(tasks("a"), untyped(orchestrate.Lift(actions.Log{Message: "so far"})), tasks("b")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &memory{fail: func(n int) (bool, error) {
				if n == c.crashes {
					return false, errCrash
				}
				return true, nil
			}}
			exec := &desk{}
			_, _ = run(t, begin(t, log, exec), c.was)
			log.fail = nil
			_, err := run(t, begin(t, log, exec), c.is)
			require.NoError(t, err)
		})
	}
}

func TestARecordWithoutItsActionIsToldByName(t *testing.T) {
	t.Parallel()
	log, world := &memory{}, &till{}
	none := with(func(c *journal.Config) { c.KeepAction = -1 })
	_, err := run(t, begin(t, log, world.mux(), none), charges(1))
	require.NoError(t, err)
	require.Empty(t, log.records[0].Action)
	_, err = run(t, begin(t, log, world.mux()), charges(2))
	require.EqualError(t, err, `run "r": step 0: the journal has journal_test.charge, the code yielded `+
		`journal_test.charge{"Cents":2}: run the code that the run was begun with, or let the new code ask `+
		`actions.Version which way to go, or fork the run before this step with Client.Fork`)
}

func TestAnActionIsKeptUpToASize(t *testing.T) {
	t.Parallel()
	for size, kept := range map[int]bool{0: true, 11: true, 10: false, -1: false} {
		log, world := &memory{}, &till{}
		keep := with(func(c *journal.Config) { c.KeepAction = size })
		_, err := run(t, begin(t, log, world.mux(), keep), charges(1))
		require.NoError(t, err)
		if kept {
			require.Equal(t, store.Payload{Codec: "json", Data: []byte(`{"Cents":1}`)}, log.records[0].Action)
		} else {
			require.Empty(t, log.records[0].Action)
		}
		require.Len(t, log.records[0].Digest, 16)
	}
}

func TestARecordThatCannotBeReadStopsTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(r *store.Record)
		want  string
	}{
		"a result of another type": {
			func(r *store.Record) { r.Result.Data = []byte(`{"a": 1}`) },
			`step 0: the outcome of journal_test.task that the journal has cannot be read: what codec "json" wrote ` +
				`cannot be decoded as string`,
		},
		"a codec that is not known": {
			func(r *store.Record) { r.Result.Codec = "sealed" },
			`"sealed"`,
		},
		"an error of a codec that is not known": {
			func(r *store.Record) { r.Failure.Codec = "error+sealed" },
			`step 0: the outcome of journal_test.task that the journal has cannot be read: `,
		},
		"an error that is none": {
			func(r *store.Record) { r.Failure.Codec = "json" },
			`step 0: the outcome of journal_test.task that the journal has cannot be read: `,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &memory{}, &desk{}
			_, err := run(t, begin(t, log, exec), doing("a"))
			require.NoError(t, err)
			c.spoil(&log.records[0])
			told := false
			_, err = run(t, begin(t, log, exec), func(y actions.Yield) (string, error) {
				text, err := do(y, "a")
				told = true
				return text, err
			})
			mismatch, ok := errors.AsType[*journal.MismatchError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, "0", mismatch.Path)
			require.ErrorContains(t, err, c.want)
			require.ErrorIs(t, err, mismatch.Err)
			require.False(t, told, "the orchestration hears nothing of it, and compensates nothing")
			require.Equal(t, []string{"a"}, exec.did())
		})
	}
}
