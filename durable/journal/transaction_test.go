package journal_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// ledger is a log with transactions.
type ledger struct{ memory }

func (l *ledger) Write(e journal.Entry) store.Write {
	return store.Write{Run: "r", Records: e.Records, Consumed: e.Consumed}
}

// commit makes a write, as the transaction of a handler does.
func (l *ledger) commit(w store.Write) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(journal.Entry{Records: w.Records, Consumed: w.Consumed})
}

// transact records a result in a transaction that ends in the given way.
func (l *ledger) transact(ctx context.Context, result any, end error) error {
	recorder, ok := store.RecorderFrom(ctx)
	if !ok {
		return errors.New("there is no recorder")
	}
	w, done, err := recorder.Record(ctx, result)
	if err != nil {
		return err
	}
	if end == nil {
		l.commit(w)
	}
	done(end)
	return end
}

func opened(t *testing.T, l *ledger, exec executor.Executor, with ...func(*journal.Config)) *journal.Journal {
	t.Helper()
	all := append([]func(*journal.Config){func(c *journal.Config) { c.Log = l }}, with...)
	return begin(t, &l.memory, exec, all...)
}

func TestAHandlerRecordsItsStepItself(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	var tooLate func(error)
	exec.on("pay", func(ctx context.Context) (string, error) {
		recorder, _ := store.RecorderFrom(ctx)
		w, done, err := recorder.Record(ctx, "paid")
		require.NoError(t, err)
		log.commit(w)
		done(nil)
		done(errCrash) // a second word does not count
		tooLate = done
		return "what the handler returns does not count", nil
	})
	flow := doing("a", "pay", "b")
	result := func(y actions.Yield) (string, error) {
		_, err := do(y, "a")
		require.NoError(t, err)
		text, err := do(y, "pay")
		tooLate(store.ErrUnknown)
		return text, err
	}
	_, err := run(t, opened(t, log, exec), result)
	require.NoError(t, err)
	require.Equal(t, 1, log.appends, "the step of the transaction needs no append")
	require.Equal(t, []string{"0 task", "1 task"}, log.lines())
	for range 2 {
		_, err = run(t, opened(t, log, exec), flow)
		require.NoError(t, err)
	}
	got, err := run(t, opened(t, log, exec), func(y actions.Yield) (string, error) {
		_, err := do(y, "a")
		require.NoError(t, err)
		text, err := do(y, "pay")
		require.NoError(t, err)
		_, err = do(y, "b")
		return text, err
	})
	require.NoError(t, err)
	require.Equal(t, "paid", got)
	require.Equal(t, []string{"a", "pay", "b"}, exec.did(), "exactly once")
}

func TestACrashBehindATransactionDoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &ledger{}, &desk{}
		exec.on("pay", func(ctx context.Context) (string, error) {
			if err := log.transact(ctx, "paid", nil); err != nil {
				return "", err
			}
			return waits(ctx) // and never answers
		})
		ctx, cancel := context.WithCancel(t.Context())
		l := start(ctx, opened(t, log, exec), doing("pay"))
		synctest.Wait()
		l.Kill(errCrash)
		cancel()
		require.Equal(t, errCrash, l.ends(t))
		_, err := run(t, opened(t, log, exec), doing("pay", "b"))
		require.NoError(t, err)
		require.Equal(t, []string{"pay", "b"}, exec.did())
	})
}

func TestAPolicyThatChangesTheAnswerChangesNothingThatIsRecorded(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) {
		return "", errors.Join(errEmpty, log.transact(ctx, "paid", nil))
	})
	result, err := run(t, opened(t, log, exec), orchestrate.Lift(task{Name: "pay"}))
	require.NoError(t, err)
	require.Equal(t, "paid", result)
	exec.on("pay", func(ctx context.Context) (string, error) {
		require.NoError(t, log.transact(ctx, "paid", nil))
		panic("too late")
	})
	log.records = nil
	result, err = run(t, opened(t, log, exec), orchestrate.Lift(task{Name: "pay"}))
	require.NoError(t, err)
	require.Equal(t, "paid", result)
}

func TestARetryBelowRecordsOnce(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	attempts := 0
	var second error
	exec.on("pay", func(ctx context.Context) (string, error) {
		attempts++
		switch attempts {
		case 1: // rolled back
			return "", log.transact(ctx, "first", errEmpty)
		case 2: // committed, and then the answer is lost
			require.NoError(t, log.transact(ctx, "second", nil))
			return "", errEmpty
		}
		second = log.transact(ctx, "third", nil)
		return "third", second
	})
	retried := executor.Func(func(ctx context.Context, a actions.Action) (result any, err error) {
		for range 3 {
			if result, err = exec.Execute(ctx, a); err == nil {
				break
			}
		}
		return result, err
	})
	result, err := run(t, opened(t, log, retried), orchestrate.Lift(task{Name: "pay"}))
	require.NoError(t, err)
	require.Equal(t, "second", result)
	require.EqualError(t, second, "the outcome of the step has been recorded already")
	require.True(t, backoff.IsPermanent(second))
	require.Equal(t, []string{"0 task"}, log.lines())
	require.Zero(t, log.appends)
}

func TestOfTwoAttemptsAtATimeOneRecords(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) {
		recorder, _ := store.RecorderFrom(ctx)
		_, done, err := recorder.Record(ctx, "first")
		require.NoError(t, err)
		_, _, err = recorder.Record(ctx, "hedge")
		require.EqualError(t, err, "another attempt is about to record the outcome of the step")
		require.False(t, backoff.IsPermanent(err), "the first may still fail")
		done(errEmpty)
		w, done, err := recorder.Record(ctx, "hedge")
		require.NoError(t, err)
		log.commit(w)
		done(nil)
		return "", nil
	})
	result, err := run(t, opened(t, log, exec), orchestrate.Lift(task{Name: "pay"}))
	require.NoError(t, err)
	require.Equal(t, "hedge", result)
	require.Len(t, log.records, 1)
}

func TestATransactionOfWhichNobodyKnowsStopsTheRun(t *testing.T) {
	t.Parallel()
	for _, end := range []error{
		fmt.Errorf("the line is dead: %w", store.ErrUnknown), fmt.Errorf("epoch 3: %w", store.ErrFenced),
	} {
		log, exec := &ledger{}, &desk{}
		exec.on("pay", func(ctx context.Context) (string, error) { return "", log.transact(ctx, "paid", end) })
		_, err := run(t, opened(t, log, exec), doing("pay", "b"))
		require.Equal(t, end, err)
		require.Empty(t, log.records)
		require.Equal(t, []string{"pay"}, exec.did())
	}
}

func TestWhoCannotRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		record func(ctx context.Context) error
		want   string
	}{
		"a result that cannot be": {
			func(ctx context.Context) error {
				recorder, _ := store.RecorderFrom(ctx)
				_, _, err := recorder.Record(ctx, 7)
				require.Error(t, err)
				_, done, again := recorder.Record(ctx, "it leaves room for another")
				require.NoError(t, again)
				done(errEmpty)
				return err
			},
			"the result of journal_test.task must be of type string, got int",
		},
		"the handler of a flow in the handler": {
			func(ctx context.Context) error {
				_, err := orchestrate.Run(ctx, doing("inner"), executor.Func(
					func(ctx context.Context, _ actions.Action) (any, error) {
						recorder, _ := store.RecorderFrom(ctx)
						_, _, err := recorder.Record(ctx, "x")
						return "", err
					}))
				return err
			},
			"only the handler of a step can record its outcome",
		},
		"another context": {
			func(ctx context.Context) error {
				recorder, _ := store.RecorderFrom(ctx)
				_, _, err := recorder.Record(t.Context(), "x")
				return err
			},
			"see Journal.Context",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, exec := &ledger{}, &desk{}
			var got error
			exec.on("pay", func(ctx context.Context) (string, error) {
				got = c.record(ctx)
				return "", nil
			})
			_, err := run(t, opened(t, log, exec), doing("pay"))
			require.NoError(t, err)
			require.ErrorContains(t, got, c.want)
			require.Equal(t, []string{"0 task"}, log.lines())
		})
	}
	plain := &memory{}
	exec := &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) {
		recorder, ok := store.RecorderFrom(ctx)
		require.True(t, ok)
		_, _, err := recorder.Record(ctx, "x")
		require.EqualError(t, err, "the log of this journal has no transactions")
		return "", nil
	})
	_, err := run(t, begin(t, plain, exec), doing("pay"))
	require.NoError(t, err)
}

func TestATransactionTakesWhatIsBatchedWithIt(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) { return "", log.transact(ctx, "paid", nil) })
	j := opened(t, log, exec, treated(journal.Batched, "a"))
	ask := func(y actions.Yield) (any, error) { return version(y, "c", 0, 1) }
	_, err := run(t, j, then(tasks("a"), ask, tasks("pay")))
	require.NoError(t, err)
	require.Equal(t, []string{"0 task", "1 version 1 of c", "1 task"}, log.lines())
	require.Zero(t, log.appends)
	require.Zero(t, j.Pending())
}

func TestATransactionOfALeafDecidesItsGroup(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	exec.on("pay", func(ctx context.Context) (string, error) { return "", log.transact(ctx, "paid", nil) })
	_, err := run(t, opened(t, log, exec), raced(leaf("pay"), never))
	require.NoError(t, err)
	require.Equal(t, []string{"0.0.0 task", "0 race 0", "0.1.0 Receive[string] failed"}, log.lines())
}

func TestAnUnrecordedActionMayRecordItself(t *testing.T) {
	t.Parallel()
	log, exec := &ledger{}, &desk{}
	reads := treated(journal.Unrecorded, "read")
	exec.on("read", func(ctx context.Context) (string, error) { return "", log.transact(ctx, "kept", nil) })
	for range 2 {
		result, err := run(t, opened(t, log, exec, reads), leaf("read"))
		require.NoError(t, err)
		require.Equal(t, "kept", result)
	}
	require.Equal(t, []string{"read"}, exec.did())

	log.records = nil
	exec.on("read", nil)
	_, err := run(t, opened(t, log, exec, reads), doing("read", "a"))
	require.NoError(t, err)
	exec.on("read", func(ctx context.Context) (string, error) {
		require.Error(t, log.transact(ctx, "not where the run has been already", nil))
		return "", nil
	})
	_, err = run(t, opened(t, log, exec, reads), doing("read", "a"))
	require.NoError(t, err)
	require.Equal(t, []string{"1 task"}, log.lines())
}
