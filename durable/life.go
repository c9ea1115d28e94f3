package durable

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// links has runs that are to be started know by whom they were, as far as the audience wants them to.
func (c *Client) links(ctx context.Context, runs []store.Run) {
	carried := c.audience.carry(ctx)
	if carried == nil {
		return
	}
	data, _ := published{Starter: carried}.encode() // it is made of nothing that cannot be
	for i := range runs {
		runs[i].Published = data
	}
}

// begin tells that this life has begun, and has the next one know of it.
func (l *loaded) begin(h *store.History) {
	l.under, l.status = l.ctx, Running
	told := &l.rt.audience
	l.rt.tellChange(l.ctx, 0, h.Run)
	if !told.listens(l.ctx, combinators.LevelDebug) {
		return
	}
	l.begun = &fact.LifeBegan{Run: aboutRun(&h.Run), At: time.Now(), Records: len(h.Records), Links: l.linked(&h.Run)}
	l.under = told.begin(l.ctx, l.begun)
	if carried := told.carry(l.under); carried != nil {
		l.publish(func(p *published) { p.Life = carried })
	}
}

// linked is what was carried to this life.
func (l *loaded) linked(r *store.Run) (links []map[string]string) {
	if len(l.rt.audience.sinks) == 0 {
		return nil
	}
	p, err := decodePublished(r.ID, r.Published)
	if err != nil { // whoever publishes next says so
		return nil
	}
	for _, carried := range []map[string]string{p.Starter, p.Life} {
		if carried != nil {
			links = append(links, carried)
		}
	}
	return links
}

// ended tells that this life has ended.
func (l *loaded) ended() {
	if l.begun == nil {
		return
	}
	if l.why == nil && l.status == Running {
		l.why = context.Cause(l.life)
	}
	l.rt.audience.tell(l.under, &fact.LifeEnded{
		LifeBegan: l.begun, Status: l.status, Err: l.why, Took: time.Since(l.begun.At),
	})
}

// lose tells that the lease was lost, once.
func (l *loaded) lose(why error) {
	if l.lost.Swap(true) || errors.Is(why, ErrTerminated) { // which was told by whoever did it
		return
	}
	row := l.current()
	l.rt.audience.tellApart(l.life, &fact.LeaseLost{Run: aboutRun(&row), Err: why})
}

// notDone tells what was left undone about the run.
func (l *loaded) notDone(level combinators.Level, what string, err error) {
	row := l.current()
	l.rt.audience.tell(l.life, &fact.NotDone{Run: aboutRun(&row), Operation: what, Err: err, Level: level})
}

// made tells whether a last write that the store has refused was made by an attempt of which nobody has heard.
func (l *loaded) made(want store.Run, refused error) bool {
	if !errors.Is(refused, store.ErrFenced) && !errors.Is(refused, store.ErrFinished) {
		return false
	}
	have, err := l.rt.row(l.rt.root, l.id)
	return err == nil && have.Epoch == l.epoch && have.Owner == "" && have.Revision > want.Revision &&
		have.Status == want.Status
}
