package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

func createBugs() []bug {
	return []bug{
		{"a new run keeps its lease", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				for _, r := range runs {
					if r.Owner != "" {
						_, err = p.Store.Claim(ctx, store.Claim{Owner: r.Owner, Lease: time.Hour, Max: 1, Flows: []string{r.Flow}})
					}
				}
				return created, err
			}
		}},
		{"a run that is there is overwritten", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				for i, c := range created {
					if !c.New {
						w := store.Write{Run: runs[i].ID, State: &runs[i].State, Revision: c.Run.Revision}
						_, err = p.Store.Commit(ctx, []store.Write{w})
					}
				}
				return created, err
			}
		}},
		{"a run that has finished is made again", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				for _, r := range runs {
					_, _ = p.Store.Delete(ctx, []string{r.ID})
				}
				return p.Store.Create(ctx, runs)
			}
		}},
		{"runs are said to be new that are not", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				for i := range created {
					created[i].New = true
				}
				return created, err
			}
		}},
		{"the run is told that was wanted, and not the one that is there", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				for i := range created {
					created[i].Run = runs[i]
				}
				return created, err
			}
		}},
		{"of two with one ID the last is made", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				slices.Reverse(runs)
				created, err := p.Store.Create(ctx, runs)
				slices.Reverse(created)
				return created, err
			}
		}},
		{"what was created is told in the order of IDs", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				created, err := p.Store.Create(ctx, runs)
				slices.SortFunc(created, func(a, b store.Created) int { return strings.Compare(a.Run.ID, b.Run.ID) })
				return created, err
			}
		}},
		{"nothing is made if one is there", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				for _, r := range runs {
					if _, err := p.Store.Load(ctx, r.ID, store.Mark{}); err == nil {
						return make([]store.Created, len(runs)), nil
					}
				}
				return p.Store.Create(ctx, runs)
			}
		}},
		{"creating nothing is an error", func(p *planted) {
			p.create = func(ctx context.Context, runs []store.Run) ([]store.Created, error) {
				if len(runs) == 0 {
					return nil, errors.New("nothing to do")
				}
				return p.Store.Create(ctx, runs)
			}
		}},
		{"a run without a queue gets one", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if r.Queue == "" {
					r.Queue = "default"
				}
			})
		}},
		{"strings end at NUL", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.ID, _, _ = strings.Cut(r.ID, "\x00") })
		}},
		{"strings are made UTF-8", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.Reason = strings.ToValidUTF8(r.Reason, "?") })
		}},
		{"IDs are compared without regard to case", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.ID = strings.ToLower(r.ID) })
		}},
		{"flows are compared without their spaces", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.Flow = strings.TrimSpace(r.Flow) })
		}},
		{"times are kept to the millisecond", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.Deadline = r.Deadline.Truncate(time.Millisecond) })
		}},
		{"the epoch of Unix is taken for the zero time", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if r.Deadline.Unix() == 0 {
					r.Deadline = time.Time{}
				}
			})
		}},
		{"times are nanoseconds in 64 bits", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if !r.Deadline.IsZero() {
					r.Deadline = time.Unix(0, r.Deadline.UnixNano())
				}
			})
		}},
		{"numbers are floating", func(p *planted) {
			p.eachRun(func(r *store.Run) { r.Generation = int64(float64(r.Generation)) })
		}},
		{"a payload without data is none", func(p *planted) {
			p.eachRun(func(r *store.Run) {
				if len(r.Input.Data) == 0 {
					r.Input = store.Payload{}
				}
			})
		}},
		{"big payloads are cut", func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				for i := range w.Records {
					d := &w.Records[i].Result.Data
					*d = (*d)[:min(len(*d), 1<<14)]
				}
			})
		}},
	}
}
