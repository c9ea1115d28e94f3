package storetest_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

func claimBugs() []bug {
	return []bug{
		{"a claim does not raise the epoch", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				for i := range c.Runs {
					c.Runs[i].Run.Epoch--
				}
			})
		}},
		{"a claim forgets when the run was started first", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				for i := range c.Runs {
					c.Runs[i].Run.Started = time.Now()
				}
			})
		}},
		{"a claim does not look at the maximum", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Max = 1000
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a claim brings no log", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				for i := range c.Runs {
					c.Runs[i].Records = nil
				}
			})
		}},
		{"a claim brings no inbox", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				for i := range c.Runs {
					c.Runs[i].Messages = nil
				}
			})
		}},
		{"what is claimed comes in the order of IDs", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				slices.SortFunc(c.Runs, func(a, b store.History) int { return strings.Compare(a.Run.ID, b.Run.ID) })
			})
		}},
		{"the priority does not count", func(p *planted) { p.eachRun(func(r *store.Run) { r.Priority = 0 }) }},
		{"runs are due that have no due time", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if r.Due.IsZero() {
					r.Due = time.Unix(0, 0)
				}
			})
		}},
		{"runs are due before their time", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if r.Due.After(time.Now()) {
					r.Due = time.Now().Add(-time.Minute)
				}
			})
		}},
		{"blocked and paused runs are not due", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if r.Status == store.Blocked || r.Status == store.Paused {
					r.Due = time.Time{}
				}
			})
		}},
		{"a claim of no flow is one of the first flow that comes to mind", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				if len(c.Flows) == 0 {
					runs, err := p.Store.List(ctx, store.Query{Statuses: []store.Status{store.Pending}, Newest: true})
					if err != nil {
						return store.Claimed{}, err
					}
					for _, r := range runs {
						c.Flows = append(c.Flows, r.Flow)
					}
				}
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a claim looks at the first flow only", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Flows = c.Flows[:min(1, len(c.Flows))]
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a claim does not tell what is next", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) { c.Next = time.Time{} })
		}},
		{"a claim always has something next", func(p *planted) {
			p.claimed(func(_ store.Claim, c *store.Claimed) {
				if c.Next.IsZero() {
					c.Next = time.Now().Add(time.Hour)
				}
			})
		}},
		{"leases have no end", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Lease += time.Hour
				return p.Store.Claim(ctx, c)
			}
		}},
		{"leases end at once", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				c.Lease = 0
				return p.Store.Claim(ctx, c)
			}
		}},
		{"a lease that has run out is lost", func(p *planted) {
			p.commit = func(ctx context.Context, writes []store.Write) ([]error, error) {
				errs := make([]error, len(writes))
				for i, w := range writes {
					h, _ := p.Store.Load(ctx, w.Run, store.Mark{})
					if h.Run.Owner != "" && h.Run.Due.Before(time.Now()) {
						errs[i] = store.ErrFenced
						continue
					}
					if each, _ := p.Store.Commit(ctx, writes[i:i+1]); each != nil {
						errs[i] = each[0]
					}
				}
				return errs, nil
			}
		}},
		{"leases that have run out come last in, first out", func(p *planted) {
			p.claimed(func(c store.Claim, claimed *store.Claimed) {
				if len(claimed.Runs) == 2 && claimed.Runs[0].Run.Epoch == 2 {
					slices.Reverse(claimed.Runs)
				}
			})
		}},
		{"who claims takes what is leased", func(p *planted) {
			p.claim = func(ctx context.Context, c store.Claim) (store.Claimed, error) {
				runs, _ := p.Store.List(ctx, store.Query{Flows: c.Flows, Statuses: []store.Status{store.Running}})
				for _, r := range runs {
					_, _ = p.Store.Renew(ctx, r.Owner, 0)
				}
				return p.Store.Claim(ctx, c)
			}
		}},
	}
}

func renewBugs() []bug {
	return []bug{
		{"leases are not renewed", func(p *planted) {
			p.renew = func(ctx context.Context, owner string, _ time.Duration) ([]store.Held, error) {
				runs, err := p.Store.List(ctx, store.Query{Statuses: []store.Status{store.Running}, Limit: 1000})
				var held []store.Held
				for _, r := range runs {
					if r.Owner == owner {
						held = append(held, store.Held{Run: r.ID, Epoch: r.Epoch, Revision: r.Revision})
					}
				}
				return held, err
			}
		}},
		{"leases are never made shorter", func(p *planted) {
			p.renew = func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
				return p.Store.Renew(ctx, owner, max(lease, time.Hour))
			}
		}},
		{"leases of nobody are told", func(p *planted) {
			p.renew = func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
				held, err := p.Store.Renew(ctx, owner, lease)
				if len(held) == 0 {
					held = append(held, store.Held{})
				}
				return held, err
			}
		}},
		{"one lease is told", func(p *planted) {
			p.renew = func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
				held, err := p.Store.Renew(ctx, owner, lease)
				return held[:min(1, len(held))], err
			}
		}},
		{"a lease that has run out is not renewed", func(p *planted) {
			p.renew = func(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
				runs, _ := p.Store.List(ctx, store.Query{Statuses: []store.Status{store.Running}, Limit: 1000})
				for _, r := range runs {
					if r.Owner == owner && r.Due.Before(time.Now()) {
						return nil, nil
					}
				}
				return p.Store.Renew(ctx, owner, lease)
			}
		}},
	}
}
