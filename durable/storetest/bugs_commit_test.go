package storetest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// oneByOne makes every write in a transaction of its own, and may look at the run before.
func (p *planted) oneByOne(write func(ctx context.Context, w store.Write, r store.Run) error) {
	p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
		errs := make([]error, len(writes))
		for i, w := range writes {
			h, _ := p.Store.Load(ctx, w.Run, store.Mark{})
			errs[i] = write(ctx, w, h.Run)
		}
		return errs, nil
	}
}

func (p *planted) one(ctx context.Context, w store.Write) error {
	errs, err := p.Store.Commit(ctx, []store.Write{w})
	return errors.Join(append(errs, err)...)
}

func commitBugs() []bug {
	return []bug{
		{"records come in the order in which they were written", func(p *planted) {
			p.loaded(func(h *store.History) {
				if len(h.Records) == 5 && h.Records[4].N > 1<<30 {
					slices.Reverse(h.Records)
				}
			})
		}},
		{"a record that is there is replaced", func(p *planted) {
			var seen sync.Map
			p.eachWrite(func(w *store.Write) {
				for _, r := range w.Records {
					seen.Store(w.Run, r)
				}
			})
			p.loaded(func(h *store.History) {
				for i := range h.Records {
					if r, ok := seen.Load(h.Run.ID); ok && r.(store.Record).N == h.Records[i].N {
						h.Records[i] = r.(store.Record)
					}
				}
			})
		}},
		{"runs share a log", func(p *planted) {
			var all []store.Record
			var mu sync.Mutex
			p.eachWrite(func(w *store.Write) {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, w.Records...)
				w.Records = slices.Clone(all)
			})
		}},
		{"the log goes with the lease", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				if w.Release && !w.State.Status.Finished() {
					w.Records = nil
				}
			})
		}},
		{"writes that are made again send again", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				w.Send = slices.Clone(w.Send)
				for i := range w.Send {
					w.Send[i].Key = ""
				}
			})
		}},
		{"every write raises the revision", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State == nil {
					w.State, w.Revision = &r.State, r.Revision
				}
				return p.one(ctx, w)
			})
		}},
		{"what is published empty is not published", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				if len(w.Published) == 0 {
					w.Published = nil
				}
			})
		}},
		{"what is not published is forgotten", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				if w.Published == nil {
					w.Published = []byte{}
				}
			})
		}},
		{"committing nothing is an error", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				if len(writes) == 0 {
					return nil, errors.New("nothing to do")
				}
				return p.Store.Commit(ctx, writes)
			}
		}},
		{"a run that is not there is no error", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, _ store.Run) error {
				if err := p.one(ctx, w); !errors.Is(err, store.ErrNotFound) {
					return err
				}
				return nil
			})
		}},
		{"a run that has finished goes on", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if err := p.one(ctx, w); !errors.Is(err, store.ErrFinished) {
					return err
				}
				return nil
			})
		}},
		{"a write that is fenced sends all the same", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				err := p.one(ctx, w)
				if err != nil {
					_, _ = p.Store.Send(ctx, w.Send)
				}
				return err
			})
		}},
		{"the revision comes before the fence", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State != nil && r.ID != "" && !r.Status.Finished() && w.Revision != r.Revision {
					return store.ErrChanged
				}
				return p.one(ctx, w)
			})
		}},
		{"the first error ends the transaction", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				errs := make([]error, len(writes))
				for i, w := range writes {
					if errs[i] = p.one(ctx, w); errs[i] != nil {
						break
					}
				}
				return errs, nil
			}
		}},
		{"errors have no place", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				errs, err := p.Store.Commit(ctx, writes)
				return slices.DeleteFunc(errs, func(err error) bool { return err == nil }), err
			}
		}},
		{"errors of items are of another kind", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				errs, err := p.Store.Commit(ctx, writes)
				for i := range errs {
					if errs[i] != nil {
						errs[i] = errors.New("constraint failed")
					}
				}
				return errs, err
			}
		}},
		{"writes are made in any order", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				writes = slices.Clone(writes)
				slices.Reverse(writes)
				errs, err := p.Store.Commit(ctx, writes)
				slices.Reverse(errs)
				return errs, err
			}
		}},
		{"the due time of a state is taken during a lease", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				err := p.one(ctx, w)
				if err == nil && w.State != nil && r.Owner != "" && !w.Release && !w.State.Due.Equal(r.Due) {
					_, err = p.Store.Renew(ctx, r.Owner, time.Until(w.State.Due))
				}
				return err
			})
		}},
		{"the due time of a state is not taken", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State != nil {
					s := *w.State
					s.Due, w.State = r.Due, &s
				}
				return p.one(ctx, w)
			})
		}},
		{"a write without an epoch ends the lease", func(p *planted) {
			p.eachWrite(func(w *store.Write) { w.Release = w.Release || w.Epoch == 0 })
		}},
		{"a write without an epoch needs a lease", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.Epoch == 0 && r.ID != "" && r.Owner == "" && !r.Status.Finished() {
					return store.ErrFenced
				}
				return p.one(ctx, w)
			})
		}},
		{"a release without an epoch does not raise it", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.Epoch == 0 && r.Owner != "" {
					w.Epoch = r.Epoch
				}
				return p.one(ctx, w)
			})
		}},
		{"a release does not end the lease", func(p *planted) {
			p.eachWrite(func(w *store.Write) { w.Release = w.Release && w.State.Status.Finished() })
		}},
		{"a run is released whatever came", func(p *planted) {
			p.eachWrite(func(w *store.Write) { w.Seen = 1 << 50 })
		}},
		{"a run is released as if it had seen nothing", func(p *planted) {
			p.eachWrite(func(w *store.Write) { w.Seen = 0 })
		}},
		{"messages that are consumed count as not seen", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, _ store.Run) error {
				if w.Release && w.State.Status == store.Waiting && len(w.Consumed) > 0 && w.Seen == 0 {
					s := *w.State
					s.Due, w.State = time.Now(), &s
				}
				return p.one(ctx, w)
			})
		}},
		{"whatever is released is due for messages", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State != nil && w.Release && len(p.inbox(ctx, w.Run)) > 0 {
					s := *w.State
					s.Due, w.State = time.Now(), &s
				}
				return p.one(ctx, w)
			})
		}},
		{"whatever is set to wait is due for messages", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State != nil && w.State.Status == store.Waiting && len(p.inbox(ctx, w.Run)) > 0 && !w.Release {
					s := *w.State
					s.Due, w.State = time.Now(), &s
				}
				return p.one(ctx, w)
			})
		}},
		{"a restart keeps the log", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, _ store.Run) error {
				if w.Restart != nil {
					h, _ := p.Store.Load(ctx, w.Run, store.Mark{})
					w.Records = append(h.Records, w.Records...)
				}
				return p.one(ctx, w)
			})
		}},
		{"a restart keeps the input", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.Restart != nil {
					w.Restart = &r.Input
				}
				return p.one(ctx, w)
			})
		}},
		{"every state restarts the run", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				if w.State != nil && w.Restart == nil {
					w.Restart = &r.Input
				}
				return p.one(ctx, w)
			})
		}},
		{"consuming takes the whole inbox", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, _ store.Run) error {
				if len(w.Consumed) > 0 {
					w.Consumed = nil
					for _, m := range p.inbox(ctx, w.Run) {
						w.Consumed = append(w.Consumed, m.Seq)
					}
				}
				return p.one(ctx, w)
			})
		}},
		{"nothing is consumed", func(p *planted) { p.eachWrite(func(w *store.Write) { w.Consumed = nil }) }},
		{"a write sends nothing", func(p *planted) { p.eachWrite(func(w *store.Write) { w.Send = nil }) }},
		{"a write sends in any order", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				w.Send = slices.Clone(w.Send)
				slices.Reverse(w.Send)
			})
		}},
	}
}

func (p *planted) inbox(ctx context.Context, id string) []store.Message {
	h, _ := p.Store.Load(ctx, id, store.Mark{})
	return h.Messages
}
