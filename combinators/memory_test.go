package combinators_test

import (
	"context"
	"sync"

	"github.com/baton-go/baton/combinators"
)

// memory is a sink that remembers what it is told.
type memory struct {
	mu     sync.Mutex
	events []combinators.Event
}

func (*memory) Enabled(context.Context) bool { return true }

func (m *memory) Start(ctx context.Context, e *combinators.Started) context.Context {
	m.Observe(ctx, e)
	return ctx
}

func (m *memory) Observe(_ context.Context, e combinators.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
}

func (*memory) String() string { return "memory" }
