package durable_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// compensating is a flow that does something, then what its input says, and undoes the first if that fails.
var compensating = durable.Define("compensating", func(y actions.Yield, then string) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		if _, err := orchestrate.Undoable(y, undo, work{Name: "book"}, work{Name: "unbook"}); err != nil {
			return "", err
		}
		switch then {
		case "sleep":
			return "slept", orchestrate.Tell(y, actions.Sleep{For: 24 * time.Hour})
		case "receive":
			return orchestrate.Do(y, actions.Receive[string]{Name: "go"})
		}
		return orchestrate.Do(y, work{Name: then})
	})
})

func TestARunThatIsCancelledStopsAndCompensates(t *testing.T) {
	t.Parallel()
	for _, then := range []string{"sleep", "receive", "hang"} {
		for name, after := range map[string]time.Duration{"loaded": never, "unloaded": time.Millisecond} {
			t.Run(then+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					st := memory.New()
					var cause error
					c := &crew{store: st, do: func(ctx context.Context, w work) (string, error) {
						if w.Name != "hang" {
							return w.Name, nil
						}
						<-ctx.Done()
						cause = context.Cause(ctx)
						return "", cause
					}}
					rt := open(t, st, c, durable.Config{Flows: durable.Flows(compensating), UnloadAfter: after})
					h := begin(t, rt, compensating, "r", then)
					time.Sleep(time.Minute) // synctest
					want := durable.Waiting
					if then == "hang" || after == never {
						want = durable.Running
					}
					status, err := h.Status(t.Context())
					require.NoError(t, err)
					require.Equal(t, want, status)

					began := time.Now()
					cancelled, err := h.Cancel(t.Context(), "no more tea")
					require.NoError(t, err)
					require.True(t, cancelled)
					_, err = h.Result(t.Context())
					require.ErrorIs(t, err, context.Canceled)
					e, ok := errors.AsType[*durable.CancelledError](err)
					require.True(t, ok)
					require.Equal(t, "no more tea", e.Reason)
					require.NoError(t, e.Err)
					require.Zero(t, time.Since(began))
					require.Equal(t, 1, c.times()["r/0/durable_test.work"], "booked")
					require.Equal(t, 1, c.times()["r/2/durable_test.work"], "unbooked")
					require.Equal(t, durable.Cancelled, rowOf(t, st, "r").Status)
					if then == "hang" {
						seen, ok := errors.AsType[*durable.CancelledError](cause)
						require.True(t, ok)
						require.Equal(t, "no more tea", seen.Reason)
					}
					cancelled, err = h.Cancel(t.Context(), "again")
					require.ErrorIs(t, err, durable.ErrFinished)
					require.False(t, cancelled)
				})
			})
		}
	}
}

func TestACompensationIsNotCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		var undone error
		c := &crew{store: st, do: func(ctx context.Context, w work) (string, error) {
			if w.Name == "unbook" {
				undone = pause(ctx, time.Hour)
			}
			return "", undone
		}}
		rt := open(t, st, c, durable.Config{Flows: durable.Flows(compensating), UnloadAfter: time.Millisecond})
		h := begin(t, rt, compensating, "r", "sleep")
		time.Sleep(time.Minute) // synctest
		for i := range 3 {
			cancelled, err := h.Cancel(t.Context(), "no more tea")
			require.NoError(t, err)
			require.Equal(t, i == 0, cancelled)
			time.Sleep(time.Minute) // synctest
		}
		_, err := h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, undone)
	})
}

func TestARunThatWaitsInItsCompensationIsUnloadedAndComesBack(t *testing.T) {
	t.Parallel()
	flow := durable.Define("patient", func(y actions.Yield, _ int) (string, error) {
		err := orchestrate.Tell(y, actions.Sleep{For: 24 * time.Hour})
		_, _ = orchestrate.Shield(y, func(y actions.Yield) (string, error) {
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return "", err
			}
			return orchestrate.Do(y, work{Name: "tidy"})
		})
		return "", err
	})
	for name, deadline := range map[string]time.Duration{"cancelled": 0, "too late": time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				c := &crew{store: st}
				rt := open(t, st, c, durable.Config{Flows: durable.Flows(flow)})
				var opts []durable.StartOption
				if deadline > 0 {
					opts = with(durable.WithTimeLimit(deadline))
				}
				h := begin(t, rt, flow, "r", 0, opts...)
				time.Sleep(time.Minute) // synctest
				if deadline == 0 {
					_, err := h.Cancel(t.Context(), "")
					require.NoError(t, err)
				}
				time.Sleep(30 * time.Minute) // synctest
				row := rowOf(t, st, "r")
				require.Equal(t, store.Waiting, row.Status)
				require.Less(t, row.Epoch, int64(5), "it is not loaded again and again")
				began := time.Now()
				_, err := h.Result(t.Context())
				require.Error(t, err)
				require.Equal(t, 30*time.Minute, time.Since(began))
				require.Equal(t, 1, c.count())
				if deadline > 0 {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.ErrorContains(t, err, `the deadline of run "r" has passed`)
					require.Equal(t, durable.Failed, rowOf(t, st, "r").Status)
				}
			})
		})
	}
}

func TestARunThatIsTooLateFails(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"loaded": never, "unloaded": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				c := &crew{store: st}
				rt := open(t, st, c, durable.Config{Flows: durable.Flows(compensating), UnloadAfter: after})
				began := time.Now()
				h := begin(t, rt, compensating, "r", "receive", durable.WithTimeLimit(time.Hour))
				_, err := h.Result(t.Context())
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Hour, time.Since(began))
				require.Equal(t, durable.Failed, rowOf(t, st, "r").Status)
				require.Equal(t, 2, c.count(), "it compensates")
			})
		})
	}
}

// The request comes while the run is about to leave memory, and has not heard of it.
func TestARunThatIsCancelledWhileItIsUnloadedComesBackForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &leisurely{Store: memory.New(), commit: time.Second}
		c := &crew{}
		client := durable.NewClient(st.Store)
		h := begin(t, client, compensating, "r", "sleep")
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(compensating), UnloadAfter: 1})
		time.Sleep(1500 * time.Millisecond) // synctest
		row := rowOf(t, st.Store, "r")
		require.Equal(t, store.Running, row.Status, "it has booked, and the write that unloads it is under way")
		cancelled, err := h.Cancel(t.Context(), "")
		require.NoError(t, err)
		require.True(t, cancelled)
		began := time.Now()
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, time.Since(began), 10*time.Second)
		require.Equal(t, 2, c.count(), "booked, and unbooked")
	})
}

func TestARunThatIsTooLateBeforeItIsStartedDoesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, c := memory.New(), &crew{}
		h := begin(t, durable.NewClient(st), compensating, "r", "sleep", durable.WithTimeLimit(time.Hour))
		time.Sleep(2 * time.Hour) // synctest
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(compensating)})
		_, err := h.Result(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `the deadline of run "r" has passed`)
		require.Equal(t, durable.Failed, rowOf(t, st, "r").Status)
		require.Zero(t, c.count(), "there is nothing to undo either")
	})
}

func TestARunThatWasNotStartedIsCancelledAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &crew{}
		rt := open(t, memory.New(), c, durable.Config{Flows: durable.Flows(compensating)})
		h := begin(t, rt, compensating, "r", "sleep", durable.WithDelay(time.Hour))
		cancelled, err := h.Cancel(t.Context(), "")
		require.NoError(t, err)
		require.True(t, cancelled)
		time.Sleep(24 * time.Hour) // synctest
		require.Zero(t, c.count())
	})
}

func TestARunIsCancelledExactlyIfSomebodyWasToldSo(t *testing.T) {
	t.Parallel()
	st := memory.New()
	rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
	const runs = 300
	var all sync.WaitGroup
	for i := range runs {
		h := begin(t, rt, steps, runID(i), i%4)
		all.Go(func() {
			told := 0
			var callers sync.WaitGroup
			var mu sync.Mutex
			for range 2 {
				callers.Go(func() {
					cancelled, err := h.Cancel(context.Background(), "race")
					mu.Lock()
					defer mu.Unlock()
					if cancelled {
						told++
					} else if err != nil && !errors.Is(err, durable.ErrFinished) {
						t.Errorf("%s: %v", h.ID(), err)
					}
				})
			}
			callers.Wait()
			_, err := h.Result(context.Background())
			status, _ := h.Status(context.Background())
			if told > 1 || (told == 1) != (status == durable.Cancelled) || (told == 1) != errors.Is(err, context.Canceled) {
				t.Errorf("%s: %d were told that it is cancelled, and it is %s: %v", h.ID(), told, status, err)
			}
		})
	}
	all.Wait()
}

func TestAnOrchestrationThatIgnoresItsEndIsEnded(t *testing.T) {
	t.Parallel()
	ignoring := durable.Define("ignoring", func(y actions.Yield, _ int) (int, error) {
		for {
			_, _ = orchestrate.Do(y, work{})
			_ = orchestrate.Tell(y, actions.Sleep{For: time.Hour})
		}
	})
	recovering := durable.Define("recovering", func(y actions.Yield, _ int) (int, error) {
		for {
			func() {
				defer func() { _ = recover() }()
				if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
					panic(err)
				}
			}()
		}
	})
	for _, flow := range []durable.Flow[int, int]{ignoring, recovering} {
		for _, way := range []string{"cancelled", "too late"} {
			t.Run(flow.Name()+" "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					st := memory.New()
					rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
					h := begin(t, rt, flow, "r", 0, durable.WithTimeLimit(90*time.Minute))
					time.Sleep(80 * time.Minute) // synctest
					want := durable.Failed
					if way == "cancelled" {
						want = durable.Cancelled
						_, err := h.Cancel(t.Context(), "enough")
						require.NoError(t, err)
					}
					_, err := h.Result(t.Context())
					require.ErrorContains(t, err, (&journal.RunawayError{}).Error()[:30])
					require.Equal(t, want, rowOf(t, st, "r").Status)
				})
			})
		}
	}
}

// What handlers return whose context ends is mostly ctx.Err(). That the run was cancelled is then all there is to say.
func TestTheErrorOfAContextIsNoErrorBesidesTheCancellation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends func(context.Context) error
		want string
	}{
		"its error": {context.Context.Err, `run "r" was cancelled: no more tea`},
		"its cause": {context.Cause, `run "r" was cancelled: no more tea`},
		"more than that": {
			func(ctx context.Context) error { return errors.Join(errBroken, ctx.Err()) },
			"run \"r\" was cancelled: no more tea: step 0: durable_test.work: it is broken\ncontext canceled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				do := func(ctx context.Context, _ work) (string, error) {
					<-ctx.Done()
					return "", c.ends(ctx)
				}
				rt := open(t, memory.New(), &crew{do: do}, durable.Config{Flows: durable.Flows(steps)})
				h := begin(t, rt, steps, "r", 1)
				synctest.Wait()
				_, err := h.Cancel(t.Context(), "no more tea")
				require.NoError(t, err)
				_, err = h.Result(t.Context())
				require.EqualError(t, err, c.want)
			})
		})
	}
}

// After a crash a step that is refused may have been carried out, which its error says. The run's own says no more.
func TestARunThatIsCancelledAfterACrashSaysSoAndNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		client := durable.NewClient(st)
		h := begin(t, client, steps, "r", 1)
		_, err := st.Claim(t.Context(), store.Claim{Owner: "crashed", Lease: time.Second, Max: 1, Flows: []string{"steps"}})
		require.NoError(t, err)
		_, err = h.Cancel(t.Context(), "no more tea")
		require.NoError(t, err)
		open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		_, err = h.Result(t.Context())
		require.EqualError(t, err, `run "r" was cancelled: no more tea`)
	})
}
