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

func TestHistoriesOfAStoreInMemoryCanBeExplained(t *testing.T) {
	t.Parallel()
	s := memory.New()
	for seed := range uint64(40) {
		require.Empty(t, storetest.Unexplained(t.Context(), storetest.NewFaulty(s, storetest.Random(seed, 0.15)), seed))
	}
}

func TestBugsOfConcurrencyHaveNoExplanation(t *testing.T) {
	t.Parallel()
	for name, plantBug := range map[string]func(*planted){
		"the fence is ignored": func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				if w.State == nil {
					h, _ := p.Store.Load(context.Background(), w.Run, store.Mark{})
					w.Epoch = h.Run.Epoch
				}
			})
		},
		"a run is handed out twice": func(p *planted) {
			var mu sync.Mutex
			last := map[string]store.History{}
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				claimed, err := p.Store.Claim(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				if h, ok := last[c.Flows[0]]; ok && len(claimed.Runs) == 0 {
					claimed.Runs = []store.History{h}
				}
				if len(claimed.Runs) > 0 {
					last[c.Flows[0]] = claimed.Runs[0]
				}
				return claimed, err
			}
		},
		"a lease that lasts is taken away": func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Lease = 0
				return p.Store.Claim(ctx, c)
			}
		},
		"every tenth message is lost": func(p *planted) {
			var mu sync.Mutex
			n := 0
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				mu.Lock()
				n++
				lost := n%10 == 0
				mu.Unlock()
				if lost {
					return nil, nil
				}
				return p.Store.Send(ctx, messages)
			}
		},
		"a message is delivered twice": func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				_, _ = p.Store.Send(ctx, messages)
				return p.Store.Send(ctx, messages)
			}
		},
		"a key is forgotten": func(p *planted) { p.eachMessage(func(m *store.Message) { m.Key = "" }) },
		"a wake is lost": func(p *planted) {
			p.eachWrite(func(w *store.Write) { w.Seen = 1 << 50 })
		},
		"a record is lost": func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				w.Records = slices.DeleteFunc(slices.Clone(w.Records), func(r store.Record) bool { return r.N == 5 })
			})
		},
		"a record is replaced": func(p *planted) {
			p.loaded(func(h *store.History) {
				for i := range h.Records {
					h.Records[i].Epoch = h.Run.Epoch
				}
			})
		},
		"what was consumed comes again": func(p *planted) { p.eachWrite(func(w *store.Write) { w.Consumed = nil }) },
		"a lease that was stolen is renewed": func(p *planted) {
			var mu sync.Mutex
			had := map[string]map[string]store.Held{}
			p.renew = func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
				held, err := p.Store.Renew(ctx, owner, lease)
				mu.Lock()
				defer mu.Unlock()
				if had[owner] == nil {
					had[owner] = map[string]store.Held{}
				}
				for _, h := range held {
					had[owner][h.Run] = h
				}
				held = nil
				for _, h := range had[owner] {
					held = append(held, h)
				}
				return held, err
			}
		},
		"who reads sees what was": func(p *planted) {
			var before sync.Map
			p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
				h, err := p.Store.Load(ctx, id, from)
				if old, ok := before.Swap(id, h); ok {
					return old.(store.History), err
				}
				return h, err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := false
			for seed := uint64(0); seed < 100 && !found; seed++ {
				found = storetest.Unexplained(t.Context(), plant(plantBug), seed) != ""
			}
			require.True(t, found)
		})
	}
}
