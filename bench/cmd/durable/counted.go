package main

import (
	"context"
	"sync"

	"github.com/baton-go/baton/durable/store"
)

// watched is what the stores here are, so that a runtime does not poll them.
type watched interface {
	store.Store
	store.Watcher
	store.Counter
	Close() error
}

// counted is a store of which the transactions are counted.
type counted struct {
	watched

	mu    sync.Mutex
	count counts
}

// counts are sums since the store was opened.
type counts struct {
	commits int64 // transactions made by Commit
	writes  int64 // in them
	records int64 // in those
	others  int64 // transactions that create, claim or send
	reads   int64 // loads and lists
}

func (c counts) minus(d counts) counts {
	return counts{
		commits: c.commits - d.commits, writes: c.writes - d.writes, records: c.records - d.records,
		others: c.others - d.others, reads: c.reads - d.reads,
	}
}

func (c counts) plus(d counts) counts {
	return c.minus(counts{}.minus(d))
}

func (c *counted) add(d counts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count = c.count.plus(d)
}

func (c *counted) counts() counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// Commit counts what is written.
func (c *counted) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	d := counts{commits: 1, writes: int64(len(writes))}
	for i := range writes {
		d.records += int64(len(writes[i].Records))
	}
	c.add(d)
	return c.watched.Commit(ctx, writes)
}

// Create counts.
func (c *counted) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	c.add(counts{others: 1})
	return c.watched.Create(ctx, runs)
}

// Claim counts.
func (c *counted) Claim(ctx context.Context, q store.Claim) (store.Claimed, error) {
	c.add(counts{others: 1})
	return c.watched.Claim(ctx, q)
}

// Load counts.
func (c *counted) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	c.add(counts{reads: 1})
	return c.watched.Load(ctx, id, from)
}

// List counts.
func (c *counted) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	c.add(counts{reads: 1})
	return c.watched.List(ctx, q)
}
