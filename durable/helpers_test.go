package durable_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// order is the input of the flows of the tests of clients.
type order struct {
	Item  string
	Count int
}

// buy is a flow that nobody carries out.
var buy = durable.Define("buy", func(actions.Yield, order) (string, error) { return "", nil })

// shop is a client on a store in memory, and what a runtime would do to its runs.
type shop struct {
	*durable.Client
	Store *memory.Store
}

func newShop(opts ...durable.ClientOption) shop {
	st := memory.New()
	return shop{durable.NewClient(st, opts...), st}
}

// start starts a run of buy.
func (s shop) start(t *testing.T, id string, opts ...durable.StartOption) *durable.Handle[string] {
	t.Helper()
	h, err := buy.Start(t.Context(), s, order{"tea", 1}, append(opts, durable.WithID(id))...)
	require.NoError(t, err)
	return h
}

// row is the run as it is in the store.
func (s shop) row(t *testing.T, id string) store.Run {
	t.Helper()
	runs, err := s.Store.List(t.Context(), store.Query{IDs: []string{id}})
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0]
}

// claim takes the runs that are due, as a runtime would.
func (s shop) claim(t *testing.T) []store.History {
	t.Helper()
	c, err := s.Store.Claim(t.Context(), store.Claim{
		Owner: "test", Lease: time.Hour, Max: 1000, Flows: []string{"buy"},
	})
	require.NoError(t, err)
	return c.Runs
}

// end has a run end in a state that change makes of the one that it has, whoever carries it out.
func (s shop) end(t *testing.T, id string, change func(*store.State)) {
	t.Helper()
	r := s.row(t, id)
	state := r.State
	change(&state)
	s.commit(t, store.Write{Run: id, Epoch: r.Epoch, State: &state, Revision: r.Revision, Release: true})
}

func (s shop) commit(t *testing.T, w store.Write) {
	t.Helper()
	errs, err := s.Store.Commit(t.Context(), []store.Write{w})
	require.NoError(t, err)
	for _, err := range errs {
		require.NoError(t, err)
	}
}

// completed is the end of a run with a result.
func completed(result string) func(*store.State) {
	return func(s *store.State) {
		s.Status, s.Finished = store.Completed, time.Now()
		s.Result = store.Payload{Codec: "json", Data: []byte(result)}
	}
}

// done is a context that is done.
func done(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// synctestSleep lets time pass in a bubble.
func synctestSleep(d time.Duration) { time.Sleep(d) } // synctest
