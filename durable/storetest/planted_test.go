package storetest_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

// planted is a store in memory, of which a bug has replaced some of the methods.
type planted struct {
	*memory.Store
	create   func(ctx context.Context, runs []store.Run) ([]store.Created, error)
	claim    func(ctx context.Context, c store.Claim) (store.Claimed, error)
	renew    func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error)
	commit   func(ctx context.Context, writes []store.Write) ([]error, error)
	send     func(ctx context.Context, messages []store.Message) ([]error, error)
	load     func(ctx context.Context, id string, from store.Mark) (store.History, error)
	list     func(ctx context.Context, q store.Query) ([]store.Run, error)
	delete   func(ctx context.Context, ids []string) (int, error)
	watch    func(f func(store.Notice)) (stop func())
	count    func(ctx context.Context, q store.Query) (map[store.Status]store.Count, error)
	backlogs func(ctx context.Context, queues []string, most int) ([]store.Backlog, error)
}

func plant(bug func(*planted)) *planted {
	s := memory.New()
	p := &planted{
		Store: s, create: s.Create, claim: s.Claim, renew: s.Renew, commit: s.Commit, send: s.Send, load: s.Load,
		list: s.List, delete: s.Delete, watch: s.Watch, count: s.Count, backlogs: s.Backlogs,
	}
	bug(p)
	return p
}

func (p *planted) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	return p.create(ctx, runs)
}

func (p *planted) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	return p.claim(ctx, c)
}

func (p *planted) Renew(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
	return p.renew(ctx, owner, lease)
}

func (p *planted) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	return p.commit(ctx, writes)
}

func (p *planted) Send(ctx context.Context, messages []store.Message) ([]error, error) {
	return p.send(ctx, messages)
}

func (p *planted) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	return p.load(ctx, id, from)
}

func (p *planted) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	return p.list(ctx, q)
}

func (p *planted) Delete(ctx context.Context, ids []string) (int, error) { return p.delete(ctx, ids) }

func (p *planted) Watch(f func(store.Notice)) (stop func()) { return p.watch(f) }

func (p *planted) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	return p.count(ctx, q)
}

func (p *planted) Backlogs(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
	return p.backlogs(ctx, queues, most)
}

// eachWrite changes every write, on its way to the store.
func (p *planted) eachWrite(change func(w *store.Write)) {
	p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
		writes = slices.Clone(writes)
		for i := range writes {
			if s := writes[i].State; s != nil {
				s := *s
				writes[i].State = &s
			}
			change(&writes[i])
		}
		return p.Store.Commit(ctx, writes)
	}
}

// eachRun changes every run that is created, on its way to the store.
func (p *planted) eachRun(change func(r *store.Run)) {
	p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
		runs = slices.Clone(runs)
		for i := range runs {
			change(&runs[i])
		}
		return p.Store.Create(ctx, runs)
	}
}

// eachMessage changes every message that is sent, on its way to the store.
func (p *planted) eachMessage(change func(m *store.Message)) {
	p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
		messages = slices.Clone(messages)
		for i := range messages {
			change(&messages[i])
		}
		return p.Store.Send(ctx, messages)
	}
}

// loaded changes every history that is loaded.
func (p *planted) loaded(change func(h *store.History)) {
	p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
		h, err := p.Store.Load(ctx, id, from)
		change(&h)
		return h, err
	}
}

// claimed changes everything that is claimed.
func (p *planted) claimed(change func(c store.Claim, claimed *store.Claimed)) {
	p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
		claimed, err := p.Store.Claim(ctx, c)
		change(c, &claimed)
		return claimed, err
	}
}

func TestEveryPlantedBugIsFoundAndEveryCheckFindsOne(t *testing.T) {
	t.Parallel()
	require.Empty(t, storetest.Failing(t.Context(), plant(func(*planted) {}), time.Minute))
	var mu sync.Mutex
	planted, unused := 0, storetest.Checks()
	t.Run("bugs", func(t *testing.T) {
		t.Parallel()
		for _, b := range bugs() {
			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				found := storetest.Failing(t.Context(), plant(b.plant), 20*time.Millisecond)
				require.NotEmpty(t, found, "nobody finds that %s", b.name)
				mu.Lock()
				defer mu.Unlock()
				planted++
				unused = slices.DeleteFunc(unused, func(check string) bool { return slices.Contains(found, check) })
			})
		}
	})
	t.Cleanup(func() {
		if planted == len(bugs()) { // and not only some, by -run
			require.Empty(t, unused, "these checks find no bug")
		}
	})
}
