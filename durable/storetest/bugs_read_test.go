package storetest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/durable/store"
)

func sendBugs() []bug {
	return []bug{
		{"messages come last in, first out", func(p *planted) {
			p.loaded(func(h *store.History) { slices.Reverse(h.Messages) })
		}},
		{"messages have the numbers that they were sent with", func(p *planted) {
			p.loaded(func(h *store.History) {
				for i := range h.Messages {
					if h.Messages[i].Key != "" {
						h.Messages[i].Seq = 77
					}
				}
			})
		}},
		{"keys are those of all runs", func(p *planted) {
			var keys sync.Map
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				messages = slices.DeleteFunc(slices.Clone(messages), func(m store.Message) bool {
					_, seen := keys.LoadOrStore(m.Key, true)
					return m.Key != "" && seen
				})
				return p.Store.Send(ctx, messages)
			}
		}},
		{"messages without a key are taken for one", func(p *planted) {
			p.eachMessage(func(m *store.Message) {
				if m.Key == "" {
					m.Key = m.Name
				}
			})
		}},
		{"the first error ends the sending", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				errs := make([]error, len(messages))
				for i := range messages {
					each, err := p.Store.Send(ctx, messages[i:i+1])
					if err != nil || each != nil {
						errs[i] = errors.Join(append(each, err)...)
						break
					}
				}
				return errs, nil
			}
		}},
		{"sending nothing is an error", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				if len(messages) == 0 {
					return nil, errors.New("nothing to do")
				}
				return p.Store.Send(ctx, messages)
			}
		}},
		{"runs that are blocked get no messages", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				messages = slices.DeleteFunc(slices.Clone(messages), func(m store.Message) bool {
					h, _ := p.Store.Load(ctx, m.Run, store.Mark{})
					return h.Run.Status == store.Blocked
				})
				return p.Store.Send(ctx, messages)
			}
		}},
		{"messages wake nobody", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				before := map[string]store.Run{}
				for _, m := range messages {
					h, _ := p.Store.Load(ctx, m.Run, store.Mark{})
					before[m.Run] = h.Run
				}
				errs, err := p.Store.Send(ctx, messages)
				for id, r := range before {
					p.setDue(ctx, id, r.Due)
				}
				return errs, err
			}
		}},
		{"messages wake everybody", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				errs, err := p.Store.Send(ctx, messages)
				for _, m := range messages {
					p.setDue(ctx, m.Run, time.Now().Add(-time.Minute))
				}
				return errs, err
			}
		}},
		{"messages take leases away", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				errs, err := p.Store.Send(ctx, messages)
				for _, m := range messages {
					if h, _ := p.Store.Load(ctx, m.Run, store.Mark{}); h.Run.Owner != "" && h.Run.Status == store.Waiting {
						_, _ = p.Store.Renew(ctx, h.Run.Owner, 0)
					}
				}
				return errs, err
			}
		}},
		{"a message puts off a run that is due", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				due := map[string]bool{}
				for _, m := range messages {
					h, _ := p.Store.Load(ctx, m.Run, store.Mark{})
					due[m.Run] = !h.Run.Due.IsZero() && h.Run.Due.Before(time.Now())
				}
				errs, err := p.Store.Send(ctx, messages)
				for id := range due {
					if due[id] {
						p.setDue(ctx, id, time.Now().Add(time.Hour))
					}
				}
				return errs, err
			}
		}},
		{"a message within a write wakes nobody", func(p *planted) {
			p.oneByOne(func(ctx context.Context, w store.Write, r store.Run) error {
				err := p.one(ctx, w)
				for _, m := range w.Send {
					p.setDue(ctx, m.Run, time.Time{})
				}
				return err
			})
		}},
		{"keys are forgotten when messages are consumed", func(p *planted) {
			p.send = func(ctx context.Context, messages []store.Message) ([]error, error) {
				messages = slices.Clone(messages)
				for i, m := range messages {
					found := slices.ContainsFunc(p.inbox(ctx, m.Run), func(sent store.Message) bool { return sent.Key == m.Key })
					if m.Key != "" && !found {
						messages[i].Key += " again"
					}
				}
				return p.Store.Send(ctx, messages)
			}
		}},
		{"numbers begin again when the inbox is empty", func(p *planted) {
			p.loaded(func(h *store.History) {
				for i := range h.Messages {
					h.Messages[i].Seq = int64(i + 1)
				}
			})
		}},
	}
}

// setDue gives a run another due time, by a write that leaves everything else as it is.
func (p *planted) setDue(ctx context.Context, id string, due time.Time) {
	h, err := p.Store.Load(ctx, id, store.Mark{})
	if err != nil || h.Run.Due.Equal(due) || h.Run.Owner != "" {
		return
	}
	h.Run.Due = due
	_, _ = p.Store.Commit(ctx, []store.Write{{Run: id, State: &h.Run.State, Revision: h.Run.Revision}})
}

// query has every query changed.
func (p *planted) query(change func(q *store.Query)) {
	p.list = func(ctx context.Context, q store.Query) ([]store.Run, error) {
		change(&q)
		return p.Store.List(ctx, q)
	}
	p.count = func(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
		change(&q)
		return p.Store.Count(ctx, q)
	}
}

func readBugs() []bug {
	return []bug{
		{"a history is always loaded whole", func(p *planted) {
			p.load = func(ctx context.Context, id string, _ store.Mark) (store.History, error) {
				return p.Store.Load(ctx, id, store.Mark{})
			}
		}},
		{"a mark excludes its record", func(p *planted) {
			p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
				if from.Records > 0 {
					from.Records++
				}
				return p.Store.Load(ctx, id, from)
			}
		}},
		{"a mark includes its message", func(p *planted) {
			p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
				from.Messages--
				return p.Store.Load(ctx, id, from)
			}
		}},
		{"a run that is not there is an empty one", func(p *planted) {
			p.load = func(ctx context.Context, id string, from store.Mark) (store.History, error) {
				h, _ := p.Store.Load(ctx, id, from)
				return h, nil
			}
		}},
		{"the caller's bytes are kept", func(p *planted) {
			var inputs sync.Map
			p.eachRun(func(r *store.Run) { inputs.LoadOrStore(r.ID, r.Input) })
			p.loaded(func(h *store.History) {
				if input, ok := inputs.Load(h.Run.ID); ok && h.Run.Revision < 2 {
					h.Run.Input = input.(store.Payload)
				}
			})
		}},
		{"statuses are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Statuses = nil }) }},
		{"flows are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Flows = nil }) }},
		{"parents are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Parent = "" }) }},
		{"labels are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Labels = nil }) }},
		{"IDs are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.IDs = nil }) }},
		{"expiry is not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Expired = time.Time{} }) }},
		{"the limit does not count", func(p *planted) { p.query(func(q *store.Query) { q.Limit = 1000 }) }},
		{"a limit is never more than a hundred", func(p *planted) {
			p.query(func(q *store.Query) { q.Limit = min(q.Limit, store.DefaultLimit) })
		}},
		{"the oldest always come first", func(p *planted) { p.query(func(q *store.Query) { q.Newest = false }) }},
		{"a page begins with the last of the one before", func(p *planted) {
			p.query(func(q *store.Query) {
				if !q.Newest && q.After.ID != "" {
					q.After.ID = q.After.ID[:len(q.After.ID)-1]
				}
			})
		}},
		{"a page goes on behind the moment of the cursor", func(p *planted) {
			p.query(func(q *store.Query) {
				if q.After.ID != "" && !q.Newest {
					q.After.ID = "\xff"
				}
			})
		}},
		{"no IDs are no runs", func(p *planted) {
			p.query(func(q *store.Query) {
				if q.IDs != nil && len(q.IDs) == 0 {
					q.IDs = []string{""}
				}
			})
		}},
		{"whatever is deleted is counted", func(p *planted) {
			p.delete = func(ctx context.Context, ids []string) (int, error) {
				_, err := p.Store.Delete(ctx, ids)
				return len(ids), err
			}
		}},
		{"what has not finished is deleted as well", func(p *planted) {
			p.delete = func(ctx context.Context, ids []string) (int, error) {
				for _, id := range ids {
					h, _ := p.Store.Load(ctx, id, store.Mark{})
					w := store.Write{Run: id, State: &store.State{Status: store.Failed}, Revision: h.Run.Revision}
					_, _ = p.Store.Commit(ctx, []store.Write{w})
				}
				return p.Store.Delete(ctx, ids)
			}
		}},
		{"the log of a run that was deleted is left", func(p *planted) {
			var logs sync.Map
			p.delete = func(ctx context.Context, ids []string) (int, error) {
				for _, id := range ids {
					if h, err := p.Store.Load(ctx, id, store.Mark{}); err == nil {
						logs.Store(id, h.Records)
					}
				}
				return p.Store.Delete(ctx, ids)
			}
			p.loaded(func(h *store.History) {
				if log, ok := logs.Load(h.Run.ID); ok {
					h.Records = append(log.([]store.Record), h.Records...)
				}
			})
		}},
		{"all of a flow is deleted", func(p *planted) {
			var deleted sync.Map // by all but the last letter of the ID
			stem := func(id string) string { return id[:max(0, len(id)-1)] }
			p.delete = func(ctx context.Context, ids []string) (int, error) {
				n, err := p.Store.Delete(ctx, ids)
				if len(ids) == 1 {
					deleted.Store(stem(ids[0]), ids[0])
				}
				return n, err
			}
			p.loaded(func(h *store.History) {
				if id, ok := deleted.Load(stem(h.Run.ID)); ok && id != h.Run.ID {
					h.Records = nil
				}
			})
		}},
		{"runs that were created are not told", notify(func(n store.Notice) (store.Notice, bool) {
			return n, n.Status != store.Pending && n.Status != store.Waiting
		})},
		{"runs that were claimed are not told", notify(func(n store.Notice) (store.Notice, bool) {
			return n, n.Status != store.Running || n.Sent
		})},
		{"states are not told", notify(func(n store.Notice) (store.Notice, bool) {
			return n, n.Status != store.Paused && n.Status != store.Blocked
		})},
		{"messages are not told", notify(func(n store.Notice) (store.Notice, bool) { return n, !n.Sent })},
		{"due times are not told", notify(func(n store.Notice) (store.Notice, bool) {
			n.Due = time.Time{}
			return n, true
		})},
		{"revisions are told from before", notify(func(n store.Notice) (store.Notice, bool) {
			n.Revision--
			return n, true
		})},
		{"only the first is told", func(p *planted) {
			var told atomic.Int64
			p.watch = func(f func(store.Notice)) (stop func()) {
				if told.Add(1)%2 == 0 {
					return func() {}
				}
				return p.Store.Watch(f)
			}
		}},
		{"who has stopped is told", func(p *planted) {
			p.watch = func(f func(store.Notice)) (stop func()) {
				p.Store.Watch(f)
				return func() {}
			}
		}},
		{"what is told has not been done", func(p *planted) {
			p.loaded(func(h *store.History) {
				if h.Run.Status == store.Blocked && h.Run.Revision == 2 {
					h.Run.Status = store.Running
				}
			})
		}},
		{"runs that have not finished are counted as taking no time, and so are all others", func(p *planted) {
			p.count = func(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
				counts, err := p.Store.Count(ctx, q)
				for s, c := range counts {
					c.Took = 0
					counts[s] = c
				}
				return counts, err
			}
		}},
		{"a count has a limit", func(p *planted) {
			p.count = func(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
				runs, err := p.Store.List(ctx, q)
				counts := map[store.Status]store.Count{}
				for _, r := range runs {
					counts[r.Status] = store.Count{Runs: counts[r.Status].Runs + 1}
				}
				return counts, err
			}
		}},
	}
}

// notify changes every notice, or keeps it from those who watch.
func notify(change func(n store.Notice) (store.Notice, bool)) func(p *planted) {
	return func(p *planted) {
		p.watch = func(f func(store.Notice)) (stop func()) {
			return p.Store.Watch(func(n store.Notice) {
				if n, ok := change(n); ok {
					f(n)
				}
			})
		}
	}
}
