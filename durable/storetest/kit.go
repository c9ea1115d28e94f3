package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// tester is what a check needs of a *testing.T.
type tester interface {
	require.TestingT
	Helper()
	Context() context.Context
	Skip(args ...any)
	Cleanup(f func())
}

// kit is what a check has at hand: a store that it shares with other checks, and names that are its own.
type kit struct {
	tester
	config
	store  store.Store
	prefix string
	// past and future are times around now, an hour away: no clock is off by that much.
	past, future time.Time
}

// hour is a lease that does not run out while the suite runs.
const hour = time.Hour

func newKit(t tester, s store.Store, c config) *kit {
	var random [6]byte
	_, _ = rand.Read(random[:]) // it never fails
	now := time.Now().UTC().Truncate(time.Microsecond)
	return &kit{
		tester: t, config: c, store: s, prefix: hex.EncodeToString(random[:]) + ":",
		past: now.Add(-hour), future: now.Add(hour),
	}
}

// id makes a name that is the check's own, of whatever.
func (k *kit) id(name string) string { return k.prefix + name }

// flow is the flow of the check's runs, if they have no other.
func (k *kit) flow() string { return k.id("flow") }

// pending makes a run that waits to be started, and is due.
func (k *kit) pending(name string) store.Run {
	return store.Run{
		ID: k.id(name), Flow: k.flow(), Created: k.past, State: store.State{Status: store.Pending, Due: k.past},
	}
}

// in makes a run that has a status, and is not due.
func (k *kit) in(s store.Status, name string) store.Run {
	r := k.pending(name)
	r.State = store.State{Status: s}
	return r
}

// create creates runs that are not there yet.
func (k *kit) create(runs ...store.Run) {
	k.Helper()
	created, err := k.store.Create(k.Context(), runs)
	require.NoError(k, err)
	require.Len(k, created, len(runs))
	for i := range created {
		require.True(k, created[i].New, "create %q", runs[i].ID)
	}
}

// claim claims what is due of the check's runs.
func (k *kit) claim(owner string) store.Claimed {
	k.Helper()
	return k.claimAs(store.Claim{Owner: owner})
}

// claimAs claims for an hour, at most 100 runs of the check's flow, unless the claim says otherwise.
func (k *kit) claimAs(c store.Claim) store.Claimed {
	k.Helper()
	c.Owner = k.id(c.Owner)
	if c.Lease == 0 {
		c.Lease = hour
	}
	if c.Max == 0 {
		c.Max = 100
	}
	if c.Flows == nil {
		c.Flows = []string{k.flow()}
	}
	claimed, err := k.store.Claim(k.Context(), c)
	require.NoError(k, err)
	return claimed
}

// leased creates a run and leases it.
func (k *kit) leased(name string) store.Run {
	k.Helper()
	r := k.pending(name)
	r.Flow = k.id("flow of " + name)
	k.create(r)
	claimed := k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}})
	require.Len(k, claimed.Runs, 1)
	return claimed.Runs[0].Run
}

// commit makes writes, and returns what became of each.
func (k *kit) commit(writes ...store.Write) []error {
	k.Helper()
	errs, err := k.store.Commit(k.Context(), writes)
	require.NoError(k, err)
	return k.each(errs, len(writes))
}

// each checks that errors of items are of the kinds that items may have.
func (k *kit) each(errs []error, n int) []error {
	k.Helper()
	if errs == nil {
		return make([]error, n)
	}
	require.Len(k, errs, n, "errors of %d items", n)
	for _, err := range errs {
		require.True(k, err == nil || kindOf(err) != nil, "the error of an item is %v", err)
	}
	return errs
}

// kindOf returns which of the errors of an item it is, or nil.
func kindOf(err error) error {
	for _, kind := range []error{store.ErrNotFound, store.ErrFinished, store.ErrFenced, store.ErrChanged} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return nil
}

// write makes a write that must succeed.
func (k *kit) write(w store.Write) {
	k.Helper()
	require.NoError(k, k.commit(w)[0])
}

// setState writes a state under a lease.
func (k *kit) setState(r store.Run, change func(w *store.Write)) store.Run {
	k.Helper()
	k.write(stateOf(r, change))
	return k.load(r.ID).Run
}

// stateOf makes a write of the run's own state, which the caller changes.
func stateOf(r store.Run, change func(w *store.Write)) store.Write {
	s := r.State
	w := store.Write{Run: r.ID, Epoch: r.Epoch, State: &s, Revision: r.Revision}
	change(&w)
	return w
}

// send sends messages that must arrive, or are dropped silently.
func (k *kit) send(messages ...store.Message) {
	k.Helper()
	errs, err := k.store.Send(k.Context(), messages)
	require.NoError(k, err)
	for _, err := range k.each(errs, len(messages)) {
		require.NoError(k, err)
	}
}

// message makes a message to a run.
func message(id, name, key string) store.Message { return store.Message{Run: id, Name: name, Key: key} }

func (k *kit) load(id string) store.History {
	k.Helper()
	return k.loadFrom(id, store.Mark{})
}

func (k *kit) loadFrom(id string, from store.Mark) store.History {
	k.Helper()
	h, err := k.store.Load(k.Context(), id, from)
	require.NoError(k, err)
	return h
}

func (k *kit) list(q store.Query) []store.Run {
	k.Helper()
	runs, err := k.store.List(k.Context(), q)
	require.NoError(k, err)
	return runs
}

func (k *kit) renew(owner string, lease time.Duration) []store.Held {
	k.Helper()
	held, err := k.store.Renew(k.Context(), k.id(owner), lease)
	require.NoError(k, err)
	return held
}

// eventually waits until f is true, because time must pass for it.
func (k *kit) eventually(what string, f func() bool) {
	k.Helper()
	deadline := time.Now().Add(k.patience)
	for !f() {
		require.True(k, time.Now().Before(deadline), "in %v it did not happen that %s", k.patience, what)
		<-time.After(time.Millisecond)
	}
}

// unchanged runs f, and checks that a run is the same afterwards.
func (k *kit) unchanged(id string, f func()) {
	k.Helper()
	before := k.load(id)
	f()
	k.equalHistory(before, k.load(id))
}
