package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// raceBugs are those that show only when many use the store at once.
func raceBugs() []bug {
	return []bug{
		{"who claims hands out what somebody else has just claimed", func(p *planted) {
			var mu sync.Mutex
			last := map[string]store.History{}
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				claimed, err := p.Store.Claim(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				for _, flow := range c.Flows {
					if h, ok := last[flow]; ok && h.Run.Owner != c.Owner && c.Max > 1 {
						claimed.Runs = append(claimed.Runs, h)
						delete(last, flow)
					}
				}
				if len(claimed.Runs) > 0 {
					last[claimed.Runs[0].Run.Flow] = claimed.Runs[0]
				}
				return claimed, err
			}
		}},
		{"a run is looked for and then made", func(p *planted) {
			var once sync.Map
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				for i, c := range created {
					if _, seen := once.LoadOrStore(c.Run.ID, true); seen && runs[i].Version != "" {
						created[i].New = true
					}
				}
				return created, err
			}
		}},
		{"every twentieth write is lost", func(p *planted) {
			var mu sync.Mutex
			n := map[string]int{}
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				mu.Lock()
				for _, w := range writes {
					n[w.Run]++
				}
				lost := len(writes) == 2 && n[writes[0].Run] > 20
				mu.Unlock()
				if lost {
					return nil, nil
				}
				return p.Store.Commit(ctx, writes)
			}
		}},
		{"messages of two senders change places", func(p *planted) {
			p.loaded(func(h *store.History) {
				if len(h.Messages) > 20 {
					slices.SortFunc(h.Messages, func(a, b store.Message) int { return strings.Compare(b.Name, a.Name) })
				}
			})
		}},
		{"a commit is seen while it is made", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, _ store.Run) error {
				err := p.one(ctx, w)
				<-time.After(time.Millisecond)
				return err
			})
		}},
		{"messages are seen while others are sent", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				errs := make([]error, len(messages))
				for i := range messages {
					each, err := p.Store.Send(ctx, messages[i:i+1])
					errs[i] = errors.Join(append(each, err)...)
					<-time.After(time.Millisecond)
				}
				return errs, nil
			}
		}},
		{"runs are seen while others are created", func(p *planted) {
			var looked sync.Map // for which runs
			p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
				h, err := p.Store.Load(ctx, id, from)
				looked.Store(id, true)
				return h, err
			}
			p.create = func(ctx context.Context, runs []store.Run) (created []store.Created, err error) {
				for i := range runs {
					each, err := p.Store.Create(ctx, runs[i:i+1])
					if err != nil {
						return nil, err
					}
					created = append(created, each...)
					for n := 0; n < 200 && i+1 < len(runs) && strings.Contains(runs[i].ID, "first "); n++ {
						if _, ok := looked.Load(runs[i+1].ID); ok { // however slow the machine is
							break
						}
						<-time.After(time.Millisecond)
					}
				}
				return created, nil
			}
		}},
		{"revisions are not looked at", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				writes = slices.Clone(writes)
				for i := range writes {
					if h, err := p.Store.Load(ctx, writes[i].Run, store.Mark{}); err == nil {
						writes[i].Revision = h.Run.Revision
					}
				}
				return p.Store.Commit(ctx, writes)
			}
		}},
		{"epochs are not looked at", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				writes = slices.Clone(writes)
				for i := range writes {
					if h, err := p.Store.Load(ctx, writes[i].Run, store.Mark{}); err == nil && writes[i].Epoch != 0 {
						writes[i].Epoch = h.Run.Epoch
					}
				}
				return p.Store.Commit(ctx, writes)
			}
		}},
	}
}
