package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor/backoff"
)

// slowly is a ledger that takes its time.
type slowly struct{ *ledger }

func (s slowly) Append(ctx context.Context, e journal.Entry) error {
	<-time.After(time.Hour)
	return s.ledger.Append(ctx, e)
}

func TestAHandlerThatIsLeftBehindRecordsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &ledger{}, &desk{}
		late := make(chan error, 1)
		exec.on("pay", func(ctx context.Context) (string, error) {
			go func() { // as combinators.Abandoned has it
				<-time.After(time.Minute)
				late <- log.transact(ctx, "late", nil)
			}()
			return "", context.DeadlineExceeded
		})
		exec.on("b", func(context.Context) (string, error) {
			err := <-late
			require.EqualError(t, err, "it is too late to record the outcome of the step: the run goes on without it")
			require.True(t, backoff.IsPermanent(err))
			return "", nil
		})
		_, err := run(t, opened(t, log, exec), func(y actions.Yield) (string, error) {
			_, err := do(y, "pay")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			return do(y, "b")
		})
		require.NoError(t, err)
		require.Equal(t, []string{"0 task failed", "1 task"}, log.lines())
	})
}

func TestAHandlerThatIsLeftBehindComesTooLateWhileItsOutcomeIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &ledger{}, &desk{}
		late := make(chan error, 1)
		exec.on("pay", func(ctx context.Context) (string, error) {
			go func() {
				<-time.After(time.Minute)
				late <- log.transact(ctx, "late", nil)
			}()
			return "", context.DeadlineExceeded
		})
		j := opened(t, log, exec, func(c *journal.Config) { c.Log = slowly{log} })
		_, err := run(t, j, doing("pay"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, <-late, "it is too late")
		require.Equal(t, []string{"0 task failed"}, log.lines())
	})
}

func TestAHandlerOfAKilledRunRecordsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec, open := &ledger{}, &desk{}, make(chan struct{})
		var told error
		exec.on("pay", func(ctx context.Context) (string, error) {
			<-open
			told = log.transact(ctx, "late", nil)
			return "", told
		})
		l := start(t.Context(), opened(t, log, exec), doing("pay"))
		synctest.Wait()
		l.Kill(errCrash)
		close(open)
		require.Equal(t, errCrash, l.ends(t))
		require.ErrorIs(t, told, errCrash)
		require.Empty(t, log.records)
	})
}

func TestTheJournalWaitsForATransactionUnderWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  error
		want []string
	}{
		"that is committed":   {nil, []string{"0 task"}},
		"that is rolled back": {errEmpty, []string{"0 task failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, exec := &ledger{}, &desk{}
				exec.on("pay", func(ctx context.Context) (string, error) {
					recorder, _ := store.RecorderFrom(ctx)
					w, done, err := recorder.Record(ctx, "paid")
					require.NoError(t, err)
					go func() {
						<-time.After(time.Minute)
						if c.end == nil {
							log.commit(w)
						}
						done(c.end)
					}()
					return "", context.DeadlineExceeded // the policy has lost its patience
				})
				_, _ = run(t, opened(t, log, exec), doing("pay"))
				require.Equal(t, time.Minute, time.Since(epoch))
				require.Equal(t, c.want, log.lines())
			})
		})
	}
}

func TestAKilledRunWaitsForNoTransaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, exec := &ledger{}, &desk{}
		var end func(error)
		exec.on("pay", func(ctx context.Context) (string, error) {
			recorder, _ := store.RecorderFrom(ctx)
			_, done, err := recorder.Record(ctx, "paid")
			require.NoError(t, err)
			end = done
			return "", nil
		})
		l := start(t.Context(), opened(t, log, exec), doing("pay"))
		synctest.Wait()
		l.Kill(errCrash)
		require.Equal(t, errCrash, l.ends(t))
		end(nil)
		require.Empty(t, log.records)
	})
}

func TestNothingIsRecordedInATransactionOnceTheRunIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, stop := range map[string]func(l *life){
			"killed": func(l *life) { l.Kill(errCrash) },
			"ended":  func(*life) {},
		} {
			log, exec := &ledger{}, &desk{}
			late := make(chan error, 1)
			exec.on("pay", func(ctx context.Context) (string, error) {
				go func() {
					<-time.After(time.Minute)
					late <- log.transact(ctx, "late", nil)
				}()
				return "", nil
			})
			l := start(t.Context(), opened(t, log, exec), doing("pay"))
			synctest.Wait()
			stop(l)
			_ = l.ends(t)
			require.Error(t, <-late, name)
			require.LessOrEqual(t, len(log.records), 1)
		}
	})
}
