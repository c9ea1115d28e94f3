package durable_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
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

// treated has the work whose name begins with "read" be treated so.
func treated(as journal.Treatment) func(actions.Action) journal.Treatment {
	return func(a actions.Action) journal.Treatment {
		if w, ok := a.(work); ok && strings.HasPrefix(w.Name, "read") {
			return as
		}
		return journal.Treatment{}
	}
}

func TestBatchedOutcomesShareATransaction(t *testing.T) {
	t.Parallel()
	flow := durable.Define("reads", func(y actions.Yield, n int) (string, error) {
		for i := range n {
			if _, err := orchestrate.Do(y, work{Name: "read " + strconv.Itoa(i)}); err != nil {
				return "", err
			}
		}
		return orchestrate.Do(y, work{Name: "write"})
	})
	for durability, want := range map[journal.Durability]struct{ records, commits int }{
		journal.Synchronous: {101, 102},
		journal.Batched:     {101, 2},
		journal.Unrecorded:  {1, 2},
	} {
		t.Run(durability.String(), func(t *testing.T) {
			t.Parallel()
			st := newCounting()
			rt := open(t, st, &crew{}, durable.Config{
				Flows: durable.Flows(flow), Treat: treated(journal.Treatment{Durability: durability}),
			})
			_, err := begin(t, rt, flow, "r", 100).Result(t.Context())
			require.NoError(t, err)
			h, err := st.Store.Load(t.Context(), "r", store.Mark{})
			require.NoError(t, err)
			require.Len(t, h.Records, want.records)
			calls, _ := st.since()
			require.Equal(t, want.commits, calls["commit"], "the end of the run is one")
		})
	}
}

func TestARunWhoseReadFailsWhereItHadNotIsTriedAgain(t *testing.T) {
	t.Parallel()
	flow := durable.Define("rereads", func(y actions.Yield, _ int) (string, error) {
		read, err := orchestrate.Do(y, work{Name: "read"})
		if err != nil {
			return "", err
		}
		if _, err = orchestrate.Do(y, work{Name: "write"}); err != nil {
			return "", err
		}
		_, err = orchestrate.Do(y, actions.Receive[int]{Name: "go"})
		return read, err
	})
	for name, failures := range map[string]int{"now and then": 3, "every time": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, reads := memory.New(), 0
				c := &crew{store: st, do: func(_ context.Context, w work) (string, error) {
					if w.Name == "write" {
						return "", nil
					}
					if reads++; reads > 1 && reads <= 1+failures {
						return "", errBroken
					}
					return "read", nil
				}}
				rt := open(t, st, c, durable.Config{
					Flows: durable.Flows(flow), Treat: treated(journal.Treatment{Durability: journal.Unrecorded}),
				})
				h := begin(t, rt, flow, "r", 0)
				time.Sleep(time.Minute) // synctest
				require.NoError(t, rt.Send(t.Context(), "r", "go", 1))
				began := time.Now()
				result, err := h.Result(t.Context())
				if failures == 3 {
					require.NoError(t, err)
					require.Equal(t, "read", result)
					require.Equal(t, 1, c.times()["r/1/durable_test.work"])
					return
				}
				blocked, ok := errors.AsType[*durable.BlockedError](err)
				require.True(t, ok, "that leads nowhere: %v", err)
				require.Contains(t, blocked.Reason, "ended without a new record")
				require.Equal(t, 1+durable.MaxCrashes, reads)
				require.Greater(t, time.Since(began), 10*time.Second, "later each time")
			})
		})
	}
}

func TestAnActionMayBeComparedByItsNameAlone(t *testing.T) {
	t.Parallel()
	greeting := func(text string) durable.Flow[int, string] {
		return durable.Define("greeting", func(y actions.Yield, _ int) (string, error) {
			said, err := orchestrate.Do(y, work{Name: "read " + text})
			if err != nil {
				return "", err
			}
			_, err = orchestrate.Do(y, actions.Receive[int]{Name: "go"})
			return said, err
		})
	}
	synctest.Test(t, func(t *testing.T) {
		st, c := memory.New(), &crew{}
		config := durable.Config{
			Flows: durable.Flows(greeting("hello")), Treat: treated(journal.Treatment{NameOnly: true}),
		}
		rt := openLater(t, st, c, config)
		h := begin(t, rt, greeting(""), "r", 0)
		synctest.Wait()
		closeNow(t, rt)
		config.Flows = durable.Flows(greeting("hi"))
		rt = open(t, st, c, config)
		require.NoError(t, rt.Send(t.Context(), "r", "go", 1))
		said, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "did read hello", said)
		require.Equal(t, 1, c.count())
	})
}
