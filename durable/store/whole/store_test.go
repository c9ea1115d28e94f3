package whole_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
	"github.com/baton-go/baton/durable/storetest"
)

// table is the least that a store can be: a map, and copies of what comes in and goes out.
type table struct {
	mu   sync.Mutex
	runs map[string]*whole.Run
}

// clone copies by gob, which shows that a codec can keep runs.
func clone[T any](v T) (c T) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	if err := gob.NewDecoder(&b).Decode(&c); err != nil {
		panic(err)
	}
	return c
}

func (t *table) Create(_ context.Context, runs []store.Run) ([]store.Created, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	created := make([]store.Created, len(runs))
	for i, r := range runs {
		if t.runs[r.ID] == nil {
			t.runs[r.ID] = whole.New(clone(r))
			created[i].New = true
		}
		created[i].Run = clone(t.runs[r.ID].Run)
	}
	return created, nil
}

func (t *table) Claim(_ context.Context, c store.Claim) (claimed store.Claimed, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	due, next := whole.Due(maps.Values(t.runs), c, now)
	for _, r := range due {
		r.Claim(c, now)
		claimed.Runs = append(claimed.Runs, clone(r.History))
	}
	claimed.Next = next
	return claimed, nil
}

func (t *table) Renew(_ context.Context, owner string, lease time.Duration) (held []store.Held, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.runs {
		if h, ok := r.Renew(owner, lease, time.Now()); ok {
			held = append(held, h)
		}
	}
	return held, nil
}

func (t *table) Commit(_ context.Context, writes []store.Write) ([]error, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	errs := make([]error, len(writes))
	for i, w := range writes {
		if t.runs[w.Run] == nil {
			errs[i] = store.ErrNotFound
			continue
		}
		cleared := w.Published != nil && len(w.Published) == 0 // which gob does not tell from nil
		if w = clone(w); cleared {
			w.Published = []byte{}
		}
		if errs[i] = t.runs[w.Run].Write(w, time.Now()); errs[i] == nil {
			t.deliver(w.Send)
		}
	}
	return errs, nil
}

func (t *table) Send(_ context.Context, messages []store.Message) ([]error, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.deliver(messages), nil
}

func (t *table) deliver(messages []store.Message) []error {
	errs := make([]error, len(messages))
	for i, m := range messages {
		errs[i] = store.ErrNotFound
		if r := t.runs[m.Run]; r != nil {
			errs[i] = r.Send(clone(m), time.Now())
		}
	}
	return errs
}

func (t *table) Load(_ context.Context, id string, from store.Mark) (store.History, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.runs[id] == nil {
		return store.History{}, store.ErrNotFound
	}
	return clone(t.runs[id].From(from)), nil
}

func (t *table) List(_ context.Context, q store.Query) (runs []store.Run, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range whole.Find(maps.Values(t.runs), q) {
		runs = append(runs, clone(r.Run))
	}
	return runs, nil
}

func (t *table) Delete(_ context.Context, ids []string) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := len(t.runs)
	for _, id := range ids {
		if r := t.runs[id]; r != nil && r.Run.Status.Finished() {
			delete(t.runs, id)
		}
	}
	return before - len(t.runs), nil
}

func TestAMapOfRunsIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return &table{runs: map[string]*whole.Run{}} })
}

func TestAWriteWithNeitherEpochNorStateIsFenced(t *testing.T) {
	t.Parallel()
	r := whole.New(store.Run{ID: "a", State: store.State{Status: store.Pending}})
	require.ErrorIs(t, r.Write(store.Write{Run: "a", Records: []store.Record{{N: 1}}}, time.Now()), store.ErrFenced)
	require.Empty(t, r.Records)
}

func ExampleRun() {
	now := time.Now()
	r := whole.New(store.Run{ID: "order-42", Flow: "checkout", State: store.State{Status: store.Pending, Due: now}})
	r.Claim(store.Claim{Owner: "me", Lease: time.Minute}, now)
	fmt.Println(r.Run.Status, r.Run.Owner, r.Run.Epoch)
	fmt.Println(r.Write(store.Write{Run: "order-42", Epoch: 1, Records: []store.Record{{N: 1}}}, now))
	fmt.Println(r.Write(store.Write{Run: "order-42", Epoch: 2, Records: []store.Record{{N: 2}}}, now))
	fmt.Println(len(r.Records))
	// Output:
	// running me 1
	// <nil>
	// the lease was lost
	// 1
}
