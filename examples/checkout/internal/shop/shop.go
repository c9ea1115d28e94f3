// Package shop is the shop's own business: its shelf, its desk and its receipts, which are tables in the file that
// its runs are in. So what a step does to them and the record that it was done are one transaction: exactly once.
package shop

import (
	"context"
	"database/sql"
	"errors"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
)

// Checkout is the workflow under the name that stores know it by.
var Checkout = durable.Define("checkout", order.Checkout)

// Errors names the errors of the workflow, for journals: with them errors.Is finds what went wrong in a run, whichever
// process has carried it out. The names never change.
func Errors() []codec.ErrorKind {
	return []codec.ErrorKind{
		codec.Sentinel("order.ErrSoldOut", order.ErrSoldOut),
		codec.Sentinel("order.ErrNoCarrier", order.ErrNoCarrier),
		codec.Sentinel("order.ErrRefused", order.ErrRefused),
		codec.Sentinel("order.ErrUnanswered", order.ErrUnanswered),
		codec.Sentinel("order.ErrDeclined", order.ErrDeclined),
		codec.Sentinel("order.ErrUndeliverable", order.ErrUndeliverable),
	}
}

const tables = `
	create table if not exists shelf    (item text primary key, price integer not null, count integer not null
	                                     check (count >= 0)) strict;
	create table if not exists orders   (id text primary key, item text not null, count integer not null) strict;
	create table if not exists reserved (order_id text primary key, item text not null, count integer not null) strict;
	create table if not exists desk     (order_id text primary key, amount integer not null) strict;
	create table if not exists receipts (order_id text primary key, total integer not null, payment text not null,
	                                     carrier text not null, parcel text not null) strict;
	insert into shelf values ('lamp', 2000, 1000), ('chair', 8000, 400), ('piano', 400000, 20), ('comet', 99900, 1)
	    on conflict do nothing;`

// Shop is the shop with its books.
type Shop struct {
	store *sqlite.Store
	db    *sql.DB
}

// Open opens the books in the file at the path, or new ones.
func Open(ctx context.Context, path string) (*Shop, error) {
	st, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Shop{st, st.DB()}
	if _, err := s.db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

// Store is the store of the shop's runs.
func (s *Shop) Store() *sqlite.Store { return s.store }

// Close closes the books.
func (s *Shop) Close() error { return s.store.Close() }

// Handlers carry out what the shop does itself.
func (s *Shop) Handlers() executor.Handler {
	return executor.NewMux(
		sqlite.Transact(s.store, reserve), sqlite.TransactVoid(s.store, release),
		sqlite.TransactVoid(s.store, ask), sqlite.TransactVoid(s.store, withdraw),
		sqlite.TransactVoid(s.store, issue), sqlite.TransactVoid(s.store, annul),
	)
}
