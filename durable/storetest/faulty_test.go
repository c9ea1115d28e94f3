package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

func TestAStoreWithoutFaultsIsAsTheInnerOne(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return storetest.NewFaulty(memory.New()) })
}

// plain is a store that can do nothing more.
type plain struct{ store.Store }

func TestAFaultyStoreWatchesAndCountsIfTheInnerOneDoes(t *testing.T) {
	t.Parallel()
	s := memory.New()
	for _, inner := range []store.Store{s, plain{s}, struct {
		plain
		store.Watcher
	}{plain{s}, s}, struct {
		plain
		store.Counter
	}{plain{s}, s}} {
		_, watches := inner.(store.Watcher)
		_, counts := inner.(store.Counter)
		faulty := storetest.NewFaulty(inner)
		_, ok := faulty.(store.Watcher)
		require.Equal(t, watches, ok)
		_, ok = faulty.(store.Counter)
		require.Equal(t, counts, ok)
	}
}

// everyCall calls every method once.
func everyCall(ctx context.Context, s store.Store) map[string]error {
	errs := map[string]error{}
	_, errs["Create"] = s.Create(ctx, []store.Run{{ID: "new", Flow: "f", State: store.State{Due: time.Unix(0, 0)}}})
	_, errs["Claim"] = s.Claim(ctx, store.Claim{Owner: "o", Lease: time.Hour, Max: 1, Flows: []string{"f"}})
	_, errs["Renew"] = s.Renew(ctx, "o", time.Hour)
	_, errs["Commit"] = s.Commit(ctx, nil)
	_, errs["Send"] = s.Send(ctx, []store.Message{{Run: "new"}})
	_, errs["Load"] = s.Load(ctx, "new", store.Mark{})
	_, errs["List"] = s.List(ctx, store.Query{})
	_, errs["Delete"] = s.Delete(ctx, nil)
	_, errs["Count"] = s.(store.Counter).Count(ctx, store.Query{})
	return errs
}

func TestErrorsComeBeforeOrAfterTheCallOfAnyMethod(t *testing.T) {
	t.Parallel()
	before := memory.New()
	busy := storetest.NewFaulty(before, func(storetest.Call) storetest.Fault {
		return storetest.Fault{Before: storetest.ErrBusy}
	})
	for method, err := range everyCall(t.Context(), busy) {
		require.ErrorIs(t, err, storetest.ErrBusy, method)
	}
	runs, err := before.List(t.Context(), store.Query{})
	require.NoError(t, err)
	require.Empty(t, runs)

	after := memory.New()
	lost := storetest.NewFaulty(after, func(storetest.Call) storetest.Fault {
		return storetest.Fault{After: storetest.ErrLost}
	})
	for method, err := range everyCall(t.Context(), lost) {
		require.ErrorIs(t, err, storetest.ErrLost, method)
	}
	h, err := after.Load(t.Context(), "new", store.Mark{})
	require.NoError(t, err)
	require.EqualValues(t, 1, h.Run.Epoch)
	require.Len(t, h.Messages, 1)
}

func TestAFaultIsThatOfOneCall(t *testing.T) {
	t.Parallel()
	s := storetest.NewFaulty(memory.New(),
		storetest.On("Load", 2, storetest.Fault{Before: storetest.ErrBusy}),
		storetest.On("Load", 2, storetest.Fault{Before: storetest.ErrDiskFull}))
	for i, want := range []error{store.ErrNotFound, storetest.ErrBusy, store.ErrNotFound} {
		_, err := s.List(t.Context(), store.Query{})
		require.NoError(t, err)
		_, err = s.Load(t.Context(), "a", store.Mark{})
		require.ErrorIs(t, err, want, i)
	}
}

func TestRandomFaultsAreThoseOfTheSeed(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (faults []storetest.Fault) {
		random := storetest.Random(seed, 0.5)
		for n := range int64(200) {
			faults = append(faults, random(storetest.Call{Method: []string{"Load", "Send"}[n%2], N: n / 2, All: n}))
		}
		return faults
	}
	one, again := draw(1), draw(1)
	require.Equal(t, one, again)
	require.NotEqual(t, draw(1), draw(2))
	kinds := map[storetest.Fault]int{}
	for _, f := range draw(3) {
		kinds[f]++
	}
	require.Len(t, kinds, 5, "none, and four kinds")
	require.InDelta(t, 100, kinds[storetest.Fault{}], 40)
	for range 10 {
		require.Zero(t, storetest.Random(1, 0)(storetest.Call{}))
		require.Equal(t, storetest.Fault{After: storetest.ErrLost},
			storetest.Random(1, 1, storetest.Fault{After: storetest.ErrLost})(storetest.Call{}))
	}
}

func TestASlowCallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := storetest.NewFaulty(memory.New(), storetest.On("List", 1, storetest.Fault{Slow: time.Second}),
			storetest.On("Load", 1, storetest.Fault{Slow: time.Minute}))
		start := time.Now()
		_, err := s.List(t.Context(), store.Query{})
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = s.Load(ctx, "a", store.Mark{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 2*time.Second, time.Since(start))
	})
}

func ExampleNewFaulty() {
	ctx := context.Background()
	st := storetest.NewFaulty(memory.New(), storetest.On("Create", 1, storetest.Fault{After: storetest.ErrLost}))
	for range 2 {
		created, err := st.Create(ctx, []store.Run{{ID: "order-42", Flow: "checkout"}})
		if errors.Is(err, storetest.ErrLost) {
			fmt.Println(err)
			continue
		}
		fmt.Println("new:", created[0].New)
	}
	// Output:
	// the connection was lost
	// new: false
}
