package durable

import (
	"context"
	"time"

	"github.com/baton-go/baton/executor"
)

// shielded is the context of an action that is carried out although its run was cancelled, or is too late: it has the
// values of the action's own context, and ends when the run's life in this process does.
type shielded struct {
	context.Context // the action's own, without its end
	life            context.Context
}

// withShield has the shielded actions of a run carried out until life ends.
func withShield(ctx, life context.Context) context.Context {
	return executor.WithShield(ctx, func(ctx context.Context) context.Context {
		return &shielded{context.WithoutCancel(ctx), life}
	})
}

func (s *shielded) Deadline() (time.Time, bool) { return s.life.Deadline() }

func (s *shielded) Done() <-chan struct{} { return s.life.Done() }

func (s *shielded) Err() error { return s.life.Err() }

// Value has what the action's own context has, and from life how it ends.
func (s *shielded) Value(key any) any {
	if v := s.Context.Value(key); v != nil {
		return v
	}
	return s.life.Value(key)
}
