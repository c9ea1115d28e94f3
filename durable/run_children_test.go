package durable_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// child is a flow that sleeps for a while and does its work.
var child = durable.Define("child", func(y actions.Yield, d time.Duration) (string, error) {
	if err := orchestrate.Tell(y, actions.Sleep{For: d}); err != nil {
		return "", err
	}
	return orchestrate.Do(y, work{Name: fmt.Sprint("child ", d)})
})

// family is what a parent does with its children.
type family struct {
	Children []time.Duration
	OnClose  durable.ParentClose
	Await    bool
	Then     time.Duration // the parent sleeps
}

var parent = durable.Define("parent", func(y actions.Yield, f family) ([]string, error) {
	var flows []orchestrate.Orchestration[string]
	for _, d := range f.Children {
		flows = append(flows, func(y actions.Yield) (string, error) {
			id, err := child.StartChild(y, d, durable.OnParentClose(f.OnClose))
			if err != nil || !f.Await {
				return id, err
			}
			return child.Await(y, id)
		})
	}
	results, err := orchestrate.All(y, flows...)
	if err != nil {
		return nil, err
	}
	return results, orchestrate.Tell(y, actions.Sleep{For: f.Then})
})

func TestAParentStartsAndAwaitsItsChildren(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"loaded": never, "unloaded": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				c := &crew{store: st}
				rt := open(t, st, c, durable.Config{Flows: durable.Flows(parent, child), UnloadAfter: after})
				h := begin(t, rt, parent, "p", family{
					Children: []time.Duration{time.Hour, 2 * time.Hour, time.Minute}, Await: true,
				})
				results, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, []string{"did child 1h0m0s", "did child 2h0m0s", "did child 1m0s"}, results)
				require.Equal(t, 3, c.count())
				runs, err := st.List(t.Context(), store.Query{Parent: "p"})
				require.NoError(t, err)
				require.Len(t, runs, 3)
			})
		})
	}
}

func TestTheErrorOfAChildIsThatOfItsAwait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := &crew{do: func(context.Context, work) (string, error) { return "", errBroken }}
		rt := open(t, st, c, durable.Config{
			Flows: durable.Flows(parent, child), ErrorKinds: []codec.ErrorKind{codec.Sentinel("broken", errBroken)},
		})
		_, err := begin(t, rt, parent, "failed", family{Children: []time.Duration{0}, Await: true}).Result(t.Context())
		require.ErrorIs(t, err, errBroken)

		h := begin(t, rt, parent, "cancelled", family{Children: []time.Duration{time.Hour}, Await: true})
		time.Sleep(time.Minute) // synctest
		runs, err := st.List(t.Context(), store.Query{Parent: "cancelled"})
		require.NoError(t, err)
		require.Len(t, runs, 1)
		_, err = rt.Cancel(t.Context(), runs[0].ID, "not this one")
		require.NoError(t, err)
		_, err = h.Result(t.Context())
		require.ErrorContains(t, err, fmt.Sprintf("run %q was cancelled: not this one", runs[0].ID))
		require.Equal(t, store.Failed, rowOf(t, st, "cancelled").Status, "the parent was not cancelled")
	})
}

func TestWhatBecomesOfChildrenWhenTheirParentEnds(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"ends", "is cancelled", "fails"} {
		for onClose, want := range map[durable.ParentClose]durable.Status{
			durable.CancelOnClose: durable.Cancelled, durable.Abandon: durable.Completed,
		} {
			t.Run(fmt.Sprintf("%s %d", way, onClose), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					st := memory.New()
					rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(parent, child)})
					f := family{Children: []time.Duration{3 * time.Hour, 4 * time.Hour}, OnClose: onClose, Then: time.Hour}
					var opts []durable.StartOption
					if way == "fails" {
						opts = with(durable.WithTimeLimit(30 * time.Minute))
					}
					h := begin(t, rt, parent, "p", f, opts...)
					if way == "is cancelled" {
						time.Sleep(time.Minute) // synctest
						_, err := h.Cancel(t.Context(), "")
						require.NoError(t, err)
					}
					_, err := h.Result(t.Context())
					require.Equal(t, way == "ends", err == nil)
					time.Sleep(24 * time.Hour) // synctest
					runs, err := st.List(t.Context(), store.Query{Parent: "p"})
					require.NoError(t, err)
					require.Len(t, runs, 2)
					for _, r := range runs {
						require.Equal(t, want, r.Status)
						if want == durable.Cancelled {
							require.Contains(t, []string{"its parent has ended", "its parent was cancelled"}, r.Reason)
						}
					}
				})
			})
		}
	}
}

func TestChildrenAreCancelledBeforeTheirParentHasCompensated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		flow := durable.Define("careful", func(y actions.Yield, _ int) (string, error) {
			id, err := child.StartChild(y, 10*time.Hour)
			if err != nil {
				return "", err
			}
			_, err = child.Await(y, id)
			compensated, _ := orchestrate.Shield(y, func(y actions.Yield) (string, error) {
				id, err := child.StartChild(y, time.Hour, durable.WithID("compensation"))
				if err != nil {
					return "", err
				}
				return child.Await(y, id)
			})
			return compensated, err
		})
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow, child)})
		h := begin(t, rt, flow, "p", 0)
		time.Sleep(time.Minute) // synctest
		_, err := h.Cancel(t.Context(), "")
		require.NoError(t, err)
		began := time.Now()
		time.Sleep(time.Minute) // synctest
		runs, err := st.List(t.Context(), store.Query{Parent: "p"})
		require.NoError(t, err)
		require.Len(t, runs, 2)
		require.Equal(t, durable.Cancelled, runs[0].Status)
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Hour, time.Since(began))
		require.Equal(t, durable.Completed, rowOf(t, st, "compensation").Status, "it was not cancelled with its parent")
	})
}

func TestAChildIsStartedOnceAlthoughTheStoreFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			st := newFlaky(seed)
			h := begin(t, durable.NewClient(st.memory), parent, "p", family{
				Children: []time.Duration{time.Hour, time.Minute, 0}, Await: true,
			})
			st.fails(20, 20)
			c := &crew{store: st.memory}
			rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(parent, child)})
			results, err := h.Result(t.Context())
			require.NoError(t, err)
			require.Len(t, results, 3)
			closeNow(t, rt)
			runs, err := st.memory.List(t.Context(), store.Query{Parent: "p"})
			require.NoError(t, err)
			require.Len(t, runs, 3)
			c.onceAfterRecord(t)
		})
	}
}

func TestAChildThatConflictsIsAnErrorOfItsStart(t *testing.T) {
	t.Parallel()
	st := memory.New()
	flow := durable.Define("claims", func(y actions.Yield, _ int) (string, error) {
		return child.StartChild(y, time.Hour, durable.WithID("taken"))
	})
	rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow, child)})
	_ = begin(t, rt, child, "taken", time.Hour)
	_, err := begin(t, rt, flow, "p", 0).Result(t.Context())
	failed, ok := errors.AsType[*durable.RunError](err)
	require.True(t, ok)
	require.Contains(t, failed.Message, durable.ErrConflict.Error())
}

// Nothing in the log of the parent says that it has children: it had another log when it started them, or the process
// died before the start was on record.
func TestChildrenEndWithAParentWhoseLogDoesNotNameThem(t *testing.T) {
	t.Parallel()
	again := durable.Define("again", func(y actions.Yield, generation int) (string, error) {
		if generation == 0 {
			if _, err := child.StartChild(y, 10*time.Hour); err != nil {
				return "", err
			}
			return "", durable.ContinueAsNew(1)
		}
		return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	})
	for name, prepare := range map[string]func(t *testing.T, st *memory.Store){
		"of another generation": func(t *testing.T, st *memory.Store) {
			t.Helper()
			_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(again, child)})
			_ = begin(t, durable.NewClient(st), again, "p", 0)
		},
		"that was not recorded": func(t *testing.T, st *memory.Store) {
			t.Helper()
			p := &point{Store: st, at: 1}
			p.happens = func() {
				takeOver(t, st, "p", &p.claims) // before the start is recorded
				_, err := durable.NewClient(st).Cancel(context.Background(), "p", "")
				require.NoError(t, err)
				time.AfterFunc(time.Minute, func() {
					_, _ = st.Commit(context.Background(), []store.Write{expired(rowOf(t, st, "p"))})
				})
			}
			_ = open(t, p, &crew{}, durable.Config{Flows: durable.Flows(again, child)})
			_ = begin(t, durable.NewClient(st), again, "p", 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				prepare(t, st)
				time.Sleep(2 * time.Hour) // synctest
				require.True(t, rowOf(t, st, "p").Status.Finished())
				runs, err := st.List(t.Context(), store.Query{Parent: "p"})
				require.NoError(t, err)
				require.Len(t, runs, 1)
				require.Equal(t, store.Cancelled, runs[0].Status)
				require.Less(t, runs[0].Finished.Sub(runs[0].Created), 2*time.Hour)
			})
		})
	}
}
