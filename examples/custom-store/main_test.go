package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/storetest"
)

func open(tb testing.TB, name string) *Store {
	tb.Helper()
	s, err := Open(name)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

func TestTheStoreIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "runs"))
	}, storetest.BigPayload(1<<20))
}

func TestWhatWasDoneIsThereWhenTheStoreIsOpenedAgain(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "runs")
	one := open(t, name)
	_, err := one.Create(t.Context(), []store.Run{{ID: "a"}, {ID: "b", State: store.State{Status: store.Failed}}})
	require.NoError(t, err)
	whole, err := os.Stat(name)
	require.NoError(t, err)
	_, err = one.Delete(t.Context(), []string{"b"})
	require.NoError(t, err)

	_, err = open(t, name).Load(t.Context(), "b", store.Mark{})
	require.ErrorIs(t, err, store.ErrNotFound)

	// A transaction that is not whole was never made, and the next one takes its place.
	require.NoError(t, os.Truncate(name, whole.Size()+9))
	two := open(t, name)
	_, err = two.Load(t.Context(), "b", store.Mark{})
	require.NoError(t, err)
	_, err = two.Send(t.Context(), []store.Message{{Run: "a", Name: "one"}})
	require.NoError(t, err)
	h, err := open(t, name).Load(t.Context(), "a", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Messages, 1)
}

func Example() {
	main()
	// Output:
	// # The first life
	// reserve tea
	// the run is waiting
	// # The second life
	// ship from shelf 7
	// tea for 450 cents
}
