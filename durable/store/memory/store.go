package memory

import (
	"context"
	"sync"

	"github.com/baton-go/baton/durable/store"
)

// Store keeps runs in memory. It is a [store.Watcher], a [store.Counter] and a [store.Taker]. Every method first
// looks whether its context is done.
type Store struct {
	store.Hub

	mu     sync.Mutex
	closed bool
	runs   map[string]*row
	flows  map[string]map[string]*lane // by flow and queue
	owners map[string]*owner
	order  order
	// children are the runs that have a parent, by its ID.
	children map[string]*order
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Watcher = (*Store)(nil)
	_ store.Counter = (*Store)(nil)
	_ store.Taker   = (*Store)(nil)
	_ store.Gauge   = (*Store)(nil)
)

// New makes an empty store.
func New() *Store {
	return &Store{
		runs:     map[string]*row{},
		flows:    map[string]map[string]*lane{},
		owners:   map[string]*owner{},
		children: map[string]*order{},
	}
}

// Close forgets everything. Afterwards every method's error is [store.ErrClosed]; closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.runs, s.flows, s.owners, s.children, s.order = nil, nil, nil, nil, order{}
	return nil
}

// lock locks the store, unless there is an error.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	return nil
}

// Create adds runs: see [store.Store].
func (s *Store) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	created := make([]store.Created, len(runs))
	notices := make([]store.Notice, 0, len(runs))
	for i := range runs {
		r, found := s.runs[runs[i].ID]
		if !found {
			r = s.add(&runs[i])
			notices = append(notices, r.notice())
		}
		created[i] = store.Created{Run: r.run(), New: !found}
	}
	s.mu.Unlock()
	s.Tell(notices...)
	return created, nil
}

func (s *Store) add(run *store.Run) *row {
	l := s.lane(run.Flow, run.Queue)
	l.runs++
	r := newRow(run, l)
	s.runs[r.id] = r
	s.order.add(r)
	if run.Parent != "" {
		children := s.children[run.Parent]
		if children == nil {
			children = &order{}
			s.children[run.Parent] = children
		}
		children.add(r)
	}
	r.enqueue()
	return r
}

// Load returns a run with its history: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	if err := s.lock(ctx); err != nil {
		return store.History{}, err
	}
	defer s.mu.Unlock()
	r := s.runs[id]
	if r == nil {
		return store.History{}, store.ErrNotFound
	}
	return r.history(from), nil
}

// Delete removes runs that have finished: see [store.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	deleted := 0
	for _, id := range ids {
		if r := s.runs[id]; r != nil && r.status.Finished() {
			s.remove(r)
			deleted++
		}
	}
	return deleted, nil
}

// remove forgets a run that has finished. What is left of it is a mark in the order.
func (s *Store) remove(r *row) {
	delete(s.runs, r.id)
	s.leave(r.lane)
	parent := r.rare().parent
	*r = row{id: r.id, created: r.created, removed: true}
	if parent != "" && s.children[parent].remove() == 0 {
		delete(s.children, parent)
	}
	s.order.remove()
}
