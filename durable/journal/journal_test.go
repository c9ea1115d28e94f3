package journal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func twice(y actions.Yield) (string, error) {
	first, err := orchestrate.Do(y, charge{Cents: 1})
	if err != nil {
		return "", err
	}
	second, err := orchestrate.Do(y, charge{Cents: 2})
	return first + " " + second, err
}

func TestARunIsAnsweredFromItsRecords(t *testing.T) {
	t.Parallel()
	log, world := &memory{}, &till{}
	result, err := run(t, begin(t, log, world.mux()), twice)
	require.NoError(t, err)
	require.Equal(t, "r/0/journal_test.charge r/1/journal_test.charge", result)
	require.Len(t, log.records, 2)
	for range 3 {
		again, err := run(t, begin(t, log, world.mux()), twice)
		require.NoError(t, err)
		require.Equal(t, result, again)
	}
	require.Equal(t, []int{1, 2}, world.charges)
	require.Len(t, log.records, 2)
}

func TestARunGoesOnWhereACrashLeftIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		written bool
		want    []int
	}{
		{"before the record", false, []int{1, 2, 2}},
		{"after the record", true, []int{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			world := &till{}
			log := &memory{fail: func(n int) (bool, error) {
				if n == 2 {
					return c.written, errCrash
				}
				return true, nil
			}}
			_, err := run(t, begin(t, log, world.mux()), twice)
			require.Equal(t, errCrash, err)
			log.fail = nil
			result, err := run(t, begin(t, log, world.mux()), twice)
			require.NoError(t, err)
			require.Equal(t, "r/0/journal_test.charge r/1/journal_test.charge", result)
			require.Equal(t, c.want, world.charges)
			require.Equal(t, world.keys[1], world.keys[len(world.keys)-1], "the same key in each life")
		})
	}
}

func TestAJournalIsOfUseUnderRunAlone(t *testing.T) {
	t.Parallel()
	log, world := &memory{}, &till{}
	j := begin(t, log, world.mux())
	result, err := orchestrate.Run(j.Context(t.Context()), twice, j)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	require.Equal(t, "r/0/journal_test.charge r/1/journal_test.charge", result)

	log.records = log.records[:1]
	log.fail = func(int) (bool, error) { return false, errCrash }
	j = begin(t, log, world.mux())
	_, err = orchestrate.Run(j.Context(t.Context()), twice, j)
	require.ErrorIs(t, err, errCrash, "the goroutine is the caller's: it does not exit")
	require.Equal(t, errCrash, j.Close())

	_, err = orchestrate.Run(t.Context(), twice, begin(t, log, world.mux()))
	require.ErrorContains(t, err, "see Journal.Context")
	require.Equal(t, "Journal > Mux(2)", executor.Layers(j).String())
}

func TestWhatTheOrchestrationSeesIsTheRecord(t *testing.T) {
	t.Parallel()
	type result struct {
		Kept    []int
		dropped int
	}
	type ask struct{ actions.Returns[result] }
	exec := executor.NewMux(executor.On(func(context.Context, ask) (result, error) {
		return result{Kept: []int{}, dropped: 7}, nil
	}))
	log := &memory{}
	flow := func(y actions.Yield) (result, error) { return orchestrate.Do(y, ask{}) }
	for range 2 {
		got, err := run(t, begin(t, log, exec), flow)
		require.NoError(t, err)
		require.Equal(t, result{Kept: []int{}}, got)
	}
}

func TestErrorsAreTheRecordToo(t *testing.T) {
	t.Parallel()
	log, world := &memory{}, &till{err: errors.Join(context.DeadlineExceeded, errEmpty)}
	var texts []string
	for range 2 {
		_, err := run(t, begin(t, log, world.mux()), twice)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, errEmpty, "it is of no kind that is known")
		step, ok := errors.AsType[*executor.StepError](err)
		require.True(t, ok)
		require.Equal(t, "0", step.Path)
		texts = append(texts, err.Error())
	}
	require.Equal(t, "step 0: journal_test.charge: context deadline exceeded\nempty till", texts[0])
	require.Equal(t, texts[0], texts[1])
	require.Equal(t, []int{1}, world.charges)
}

func TestAnActionThatCannotBeEncodedIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	type bad struct {
		actions.Returns[int]
		C chan int
	}
	called := false
	exec := executor.NewMux(executor.On(func(context.Context, bad) (int, error) {
		called = true
		return 1, nil
	}))
	log := &memory{}
	for range 2 {
		_, err := run(t, begin(t, log, exec), orchestrate.Lift(bad{C: make(chan int)}))
		require.ErrorContains(t, err, "journal_test.bad cannot be encoded: json: unsupported type: chan int")
		require.ErrorIs(t, err, executor.ErrNotDone)
	}
	require.False(t, called)
}

func TestWhatCannotBeEncodedNowMayHaveBeenCarriedOut(t *testing.T) {
	t.Parallel()
	type bad struct {
		actions.Returns[int]
		C chan int
	}
	_, err := run(t, begin(t, &memory{}, &desk{}, resumed), orchestrate.Lift(bad{C: make(chan int)}))
	require.ErrorIs(t, err, executor.ErrNotDone)
	require.False(t, executor.NotDone(err), "by the code of an earlier life")
}

func TestAResultThatCannotBeRecordedIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	type odd struct{ actions.Returns[any] }
	for want, value := range map[string]any{
		"the result of journal_test.odd cannot be recorded":                    func() {},
		"the result of journal_test.odd is 12 bytes long, and the limit is 10": "0123456789",
	} {
		exec := executor.NewMux(executor.On(func(context.Context, odd) (any, error) { return value, nil }))
		log := &memory{}
		for range 2 {
			j := begin(t, log, exec, func(c *journal.Config) { c.MaxPayload = 10 })
			_, err := run(t, j, orchestrate.Lift(odd{}))
			require.ErrorContains(t, err, want)
			require.False(t, executor.NotDone(err))
		}
		require.Len(t, log.records, 1)
	}
}

func TestAWrongResultIsAnErrorThatNamesBothTypes(t *testing.T) {
	t.Parallel()
	exec := executor.Func(func(context.Context, actions.Action) (any, error) { return 7, nil })
	_, err := run(t, begin(t, &memory{}, exec), orchestrate.Lift(charge{}))
	require.ErrorContains(t, err, "the result of journal_test.charge must be of type string, got int")
}

func TestAJournalSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	whole := journal.Config{ID: "r", Executor: (&till{}).mux(), Log: &memory{}}
	for want, spoil := range map[string]func(*journal.Config){
		"journal.New: the ID is empty":     func(c *journal.Config) { c.ID = "" },
		"journal.New: the executor is nil": func(c *journal.Config) { c.Executor = nil },
		"journal.New: the log is nil":      func(c *journal.Config) { c.Log = nil },
		"journal.New: Started is zero, and there are records of an earlier life, which had one": func(c *journal.Config) {
			c.Records = []store.Record{{}}
		},
	} {
		c := whole
		spoil(&c)
		_, err := journal.New(c)
		require.EqualError(t, err, want)
	}
}

func TestRecordsThatCannotBeThoseOfARunAreCorrupt(t *testing.T) {
	t.Parallel()
	step := func(n int64, path string) store.Record {
		return store.Record{N: n, Kind: store.Step, Path: path, Name: "a"}
	}
	for want, records := range map[string][]store.Record{
		`record 0, a step of "a" at "x": "x" is not the path of a step`:     {step(0, "x")},
		`record 0, a step of "a" at "": "" is not the path of a step`:       {step(0, "")},
		`record 0, a step of "a" at "0.1": "0.1" is not the path of a step`: {step(0, "0.1")},
		`record 0, a step of "a" at "-1": "-1" is not the path of a step`:   {step(0, "-1")},
		`record 0, a step of "a" at "01": "01" is not the path of a step`:   {step(0, "01")},
		`record 0, a step of "a" at "+1": "+1" is not the path of a step`:   {step(0, "+1")},
		`record 0, a step of "a" at "1.x.0": "1.x.0" is not the path of`:    {step(0, "1.x.0")},
		`record 0, a step of "a" at "x.1.0": "x" is not the path of a step`: {step(0, "x.1.0")},
		`record 1, a decision of "race" at "1": it is there twice`: {
			{N: 0, Kind: store.Decision, Path: "1", Name: "race"}, {N: 1, Kind: store.Decision, Path: "1", Name: "race"},
		},
		`record 5, a step of "a" at "1": it is there twice`:                 {step(4, "1"), step(5, "1")},
		`record 0, a unknown of "" at "1": records of kind 9 are not known`: {{Kind: 9, Path: "1"}},
	} {
		c := journal.Config{ID: "r", Executor: &desk{}, Log: &memory{}, Records: records, Started: epoch}
		_, err := journal.New(c)
		require.ErrorIs(t, err, store.ErrCorrupt)
		require.ErrorContains(t, err, want)
	}
}
