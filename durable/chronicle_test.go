package durable_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// chronicle is a store in memory that writes down to which status runs come, and in which life, whether or not anybody
// hears of it.
type chronicle struct {
	*memory.Store

	mu     sync.Mutex
	lines  map[string][]string // by run
	writes int
}

func newChronicle(st *memory.Store) *chronicle {
	return &chronicle{Store: st, lines: map[string][]string{}}
}

func line(s store.Status, life int64) string { return fmt.Sprint(s, " in life ", life) }

// note writes down where a run stands, if that is something else.
func (d *chronicle) note(run string, s store.Status, life int64) {
	lines := d.lines[run]
	if l := line(s, life); len(lines) == 0 || lines[len(lines)-1] != l {
		d.lines[run] = append(lines, l)
	}
}

func (d *chronicle) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	created, err := d.Store.Create(ctx, runs)
	for _, c := range created {
		if c.New {
			d.note(c.Run.ID, c.Run.Status, 0)
		}
	}
	return created, err
}

func (d *chronicle) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	claimed, err := d.Store.Claim(ctx, c)
	for _, h := range claimed.Runs {
		d.note(h.Run.ID, h.Run.Status, h.Run.Epoch)
	}
	return claimed, err
}

func (d *chronicle) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	errs, err := d.Store.Commit(ctx, writes)
	for i, w := range writes {
		if err == nil && (len(errs) == 0 || errs[i] == nil) {
			d.writes++
			if w.State != nil {
				d.note(w.Run, w.State.Status, w.Epoch)
			}
		}
	}
	return errs, err
}

// of is what was written down about a run.
func (d *chronicle) of(run string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines[run])
}

// listener is a sink that keeps what it is told.
type listener struct {
	// hears, if not nil, is called with each fact.
	hears func(combinators.Event)

	mu    sync.Mutex
	heard []combinators.Event
}

func (*listener) Enabled(context.Context) bool { return true }

func (l *listener) Start(ctx context.Context, e *combinators.Started) context.Context {
	l.Observe(ctx, e)
	return ctx
}

func (l *listener) Observe(_ context.Context, e combinators.Event) {
	l.mu.Lock()
	l.heard = append(l.heard, e)
	l.mu.Unlock()
	if l.hears != nil {
		l.hears(e)
	}
}

// heardOf is what a listener was told of one kind.
func heardOf[E combinators.Event](l *listener) (of []E) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.heard {
		if e, ok := e.(E); ok {
			of = append(of, e)
		}
	}
	return of
}

// changes is what it was told about the statuses of a run, but for its start, which somebody else may tell of later.
func (l *listener) changes(run string) (lines []string) {
	for _, e := range heardOf[*fact.Changed](l) {
		if e.Run.ID == run && e.Status != store.Pending {
			lines = append(lines, line(e.Status, e.Run.Life))
		}
	}
	return lines
}
