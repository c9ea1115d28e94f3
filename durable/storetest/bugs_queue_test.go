package storetest_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// eachShare changes every share of a claim, on its way to the store.
func (p *planted) eachShare(change func(q *store.Share)) {
	p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
		c.Queues = slices.Clone(c.Queues)
		for i := range c.Queues {
			change(&c.Queues[i])
		}
		return p.Store.Claim(ctx, c)
	}
}

// running are the runs of a queue that are leased, or were when their lease ran out.
func (p *planted) running(ctx context.Context, queue string) []store.Run {
	runs, _ := p.Store.List(ctx, store.Query{
		Queues: []string{queue}, Statuses: []store.Status{store.Running}, Limit: 1000,
	})
	return runs
}

func queueBugs() []bug {
	return []bug{
		{"queues are not looked at", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = nil
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a claim without queues is one of the queue without a name", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				if len(c.Queues) == 0 {
					c.Queues = []store.Share{{}}
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a queue without a name is all queues", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				if slices.ContainsFunc(c.Queues, func(q store.Share) bool { return q.Queue == "" }) {
					c.Queues = nil
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a claim looks at the first queue only", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = c.Queues[:min(1, len(c.Queues))]
				return p.Store.Claim(ctx, c)
			}
		}},
		{"the maximum of a queue does not count", func(p *planted) { p.eachShare(func(q *store.Share) { q.Max = 0 }) }},
		{"what the maximum of a queue leaves is not next", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				if slices.ContainsFunc(c.Queues, func(q store.Share) bool { return q.Max > 0 }) {
					claimed.Next = time.Time{}
				}
			})
		}},
		{"totals do not count", func(p *planted) { p.eachShare(func(q *store.Share) { q.Total = 0 }) }},
		{"limits for keys do not count", func(p *planted) { p.eachShare(func(q *store.Share) { q.PerKey = 0 }) }},
		{"a limit for each key is one for all", func(p *planted) {
			p.eachShare(func(q *store.Share) {
				if q.PerKey > 0 && q.PerKey < 40 {
					q.Total, q.PerKey = q.PerKey, 0
				}
			})
		}},
		{"each owner has a total of its own", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = slices.Clone(c.Queues)
				for i := range c.Queues {
					for _, r := range p.running(ctx, c.Queues[i].Queue) {
						if c.Queues[i].Total > 0 && r.Owner != c.Owner {
							c.Queues[i].Total++
						}
					}
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"each flow has a total of its own", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = slices.Clone(c.Queues)
				for i := range c.Queues {
					for _, r := range p.running(ctx, c.Queues[i].Queue) {
						if c.Queues[i].Total > 0 && !slices.Contains(c.Flows, r.Flow) {
							c.Queues[i].Total++
						}
					}
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a lease that has run out takes room", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = slices.Clone(c.Queues)
				for i := range c.Queues {
					q := &c.Queues[i]
					over := 0
					for _, r := range p.running(ctx, q.Queue) {
						if r.Due.Before(time.Now()) {
							over++
						}
					}
					if over > 0 && (q.Total > 0 && q.Total <= over || q.PerKey > 0 && q.PerKey <= over) {
						c.Queues = slices.Delete(c.Queues, i, i+1)
						break
					}
				}
				if len(c.Queues) == 0 {
					c.Max = 0
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"what a limit holds back is next at once", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				for _, q := range c.Queues {
					if (q.Total > 0 || q.PerKey > 0) && claimed.Next.IsZero() {
						claimed.Next = time.Now()
					}
				}
			})
		}},
		{"a queue that has no room has no next", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				if len(c.Queues) == 1 && c.Queues[0].Total == 1 && len(claimed.Runs) == 1 {
					claimed.Next = time.Time{}
				}
			})
		}},
		{"keys do not take turns", func(p *planted) {
			p.eachShare(func(q *store.Share) {
				if q.PerKey >= 1000 {
					q.PerKey = 0
				}
			})
		}},
		{"the turn never goes on", func(p *planted) { p.eachShare(func(q *store.Share) { q.After = "" }) }},
		{"whose turn it is comes before priority", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				if len(c.Queues) == 1 && c.Queues[0].PerKey >= 1000 {
					slices.SortStableFunc(claimed.Runs, func(a, b store.History) int { return a.Run.Priority - b.Run.Priority })
				}
			})
		}},
		{"a key has its turn once in a claim", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				if len(c.Queues) == 1 && c.Queues[0].PerKey == 49 && len(claimed.Runs) > 1 {
					claimed.Runs = claimed.Runs[:1]
				}
			})
		}},
		{"two look for room and then both take it", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Queues = slices.Clone(c.Queues)
				for i := range c.Queues {
					if q := &c.Queues[i]; q.Total == 5 {
						if q.Max = q.Total - len(p.running(ctx, q.Queue)); q.Max <= 0 {
							return store.Claimed{Next: time.Now()}, nil
						}
						<-time.After(time.Millisecond)
						q.Total, q.PerKey = 0, 0
					}
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"small letters and capitals are the same", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.Key = strings.ToLower(r.Key) })
		}},
		{"queues are not asked for", func(p *planted) { p.query(func(q *store.Query) { q.Queues = nil }) }},
		{"a queue without a name is not asked for", func(p *planted) {
			p.query(func(q *store.Query) {
				q.Queues = slices.DeleteFunc(slices.Clone(q.Queues), func(name string) bool { return name == "" })
			})
		}},
		{"backlogs have no bound", func(p *planted) {
			p.backlogs = func(ctx context.Context, queues []string, _ int) ([]store.Backlog, error) {
				return p.Store.Backlogs(ctx, queues, 0)
			}
		}},
		{"all queues are measured, whoever is asked for", func(p *planted) {
			p.backlogs = func(ctx context.Context, _ []string, most int) ([]store.Backlog, error) {
				return p.Store.Backlogs(ctx, nil, most)
			}
		}},
		{"the queue without a name is not measured", func(p *planted) {
			p.backlogs = func(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
				all, err := p.Store.Backlogs(ctx, queues, most)
				return slices.DeleteFunc(all, func(b store.Backlog) bool { return b.Queue == "" }), err
			}
		}},
		{"the oldest of a backlog is any", func(p *planted) {
			p.backlogs = func(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
				all, err := p.Store.Backlogs(ctx, queues, most)
				for i := range all {
					all[i].Oldest = all[i].Oldest.Add(time.Second)
				}
				return all, err
			}
		}},
		{"that a lease ends is not told", notify(func(n store.Notice) (store.Notice, bool) {
			n.Freed = false
			return n, true
		})},
		{"whose lease ends is not told", notify(func(n store.Notice) (store.Notice, bool) {
			n.Queue = ""
			return n, true
		})},
		{"every change ends a lease", notify(func(n store.Notice) (store.Notice, bool) {
			n.Freed = true
			return n, true
		})},
	}
}
