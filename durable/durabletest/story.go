package durabletest

import (
	"context"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
)

// story is what the orchestration was told, by step: the same in every life.
type story struct {
	s     *Schedule
	treat func(actions.Action) journal.Treatment

	mu  sync.Mutex
	all map[string]string
}

// observe puts an observer around the journal.
func (t *story) observe(exec executor.Executor) executor.Executor { return &observer{exec, t} }

type observer struct {
	executor.Executor
	told *story
}

func (o *observer) Execute(ctx context.Context, a actions.Action) (any, error) {
	if _, ok := a.(actions.Group); ok {
		return o.Executor.Execute(executor.WithBranches(ctx, o.told.observe), a)
	}
	result, err := o.Executor.Execute(ctx, a) // does not return if the run stops here
	o.told.hear(executor.StepFrom(ctx).Path(), a, result, err)
	return result, err
}

func (o *observer) Unwrap() executor.Executor { return o.Executor }

// hear compares what the orchestration is told with what it was told before. What need not be durable by then may be
// told otherwise in the next life.
func (t *story) hear(path string, a actions.Action, result any, err error) {
	if actions.IsAside(a) || t.treat != nil && t.treat(a).Durability != journal.Synchronous && !actions.IsWait(a) {
		return
	}
	text := outcome(result, err)
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.all[path]; ok && known != text {
		t.s.Errorf("step %s, %s, was told something else in an earlier life:\n  then: %s\n  now: %s",
			path, actions.Name(a), known, text)
	}
	t.all[path] = text
}
