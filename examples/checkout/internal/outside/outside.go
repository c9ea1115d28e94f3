// Package outside plays the other companies that the shop deals with, a bank and some carriers. They have books of
// their own, in another file, and no transaction includes both. They take their time, and sometimes the line breaks:
// before they have done what they were asked for, or after. What makes them usable is what makes such services usable
// everywhere: who asks again says so, with the same key, and is told what he was told before.
package outside

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the bank's books are in a file of this kind, but that is the bank's business

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// ErrLine is the error of a call that broke off: nobody knows what it has done.
var ErrLine = errors.New("the line went dead")

const tables = `
	create table if not exists payments (key text primary key, order_id text not null, amount integer not null,
	                                     refunded integer not null default 0) strict;
	create table if not exists parcels  (key text primary key, order_id text not null, carrier text not null,
	                                     recalled integer not null default 0) strict;`

// World is all the others.
type World struct {
	db *sql.DB
	// pace is about how long anything takes, trouble the share of calls that break off.
	pace    time.Duration
	trouble float64
}

// Open opens their books in the file at the path, or new ones.
func Open(ctx context.Context, path string, pace time.Duration, trouble float64) (*World, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+
		"?_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(fmt.Errorf("open %q: %w", path, err), db.Close())
	}
	return &World{db, pace, trouble}, nil
}

// Close closes their books.
func (w *World) Close() error { return w.db.Close() }

// Handlers carry out what the others do.
func (w *World) Handlers() executor.Handler {
	return executor.NewMux(
		executor.On(w.quote),
		executor.On(w.charge), executor.OnVoid(w.refund),
		executor.On(w.ship), executor.OnVoid(w.recall),
	)
}

// Is tells whether an order's action is for one of them.
func Is(a actions.Action) bool {
	switch a.(type) {
	case order.Quote, order.Charge, order.Refund, order.Ship, order.Recall:
		return true
	}
	return false
}

// call has somebody do something at the other end of a line.
func (w *World) call(ctx context.Context, do func() error) error {
	way := time.NewTimer(time.Duration((0.5 + rand.Float64()) * float64(w.pace)))
	defer way.Stop()
	select {
	case <-way.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	dead := rand.Float64() < w.trouble
	if dead && rand.IntN(2) == 0 {
		return ErrLine
	}
	err := do()
	if dead {
		return ErrLine
	}
	return err
}

// refuse is the answer of somebody who has thought about it, has done nothing, and will say the same again.
func refuse(why error) error {
	return backoff.Permanent(fmt.Errorf("%w: %w", why, executor.ErrNotDone))
}

// number is what a key is called on paper.
func number(prefix string, id int64) string { return fmt.Sprintf("%s-%04d", prefix, id) }
