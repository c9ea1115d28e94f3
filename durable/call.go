package durable

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
)

// floor is what stands below the journal of a run: what the runtime carries out itself, and the user's executor for the
// rest.
type floor struct{ l *loaded }

func (f floor) Execute(ctx context.Context, a actions.Action) (any, error) {
	l := f.l
	l.rt.stir(l)
	switch a := a.(type) {
	case callable:
		return l.rt.calls[l.def.name].Execute(ctx, a)
	case childStart:
		if err := executor.Refuse(ctx); err != nil {
			return nil, err
		}
		l.parental.Store(true)
		return l.rt.insisting.startChild(ctx, l.current(), a)
	case startScheduled:
		if err := executor.Refuse(ctx); err != nil {
			return nil, err
		}
		return l.rt.insisting.startScheduled(ctx, l.id, a)
	case AskOccurrence:
		o, _ := OccurrenceFrom(ctx)
		return o, nil
	}
	return l.rt.exec.Execute(ctx, a)
}

func (f floor) Unwrap() executor.Executor { return f.l.rt.exec }

func (f floor) String() string { return "Runtime" }

// caller calls the functions of plain flows.
type caller struct{}

func (caller) Execute(ctx context.Context, a actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	c, ok := a.(callable)
	if !ok {
		return nil, &executor.UnhandledError{Action: a}
	}
	return c.invoke(ctx)
}

func (caller) String() string { return "Func" }

// treat says how the actions of the flow's runs are recorded. What a plain function came to is the end of its run, too,
// and is recorded with it, in one commit.
func (d *definition) treat(user func(actions.Action) journal.Treatment) func(actions.Action) journal.Treatment {
	if !d.plain {
		return user
	}
	return func(a actions.Action) (t journal.Treatment) {
		if user != nil {
			t = user(a)
		}
		if t.Durability == journal.Synchronous {
			t.Durability = journal.Batched
		}
		return t
	}
}

// calls are the executors of plain flows, by name: what a flow's policies know, they know in all of its runs.
func calls(flows map[string]*definition, sinks []combinators.Sink) (map[string]executor.Executor, error) {
	all := make(map[string]executor.Executor, len(flows))
	for name, d := range flows {
		if d.under == nil {
			all[name] = observed(sinks, caller{})
			continue
		}
		exec := d.under(caller{})
		if err := checkExecutor(exec); err != nil {
			return nil, fmt.Errorf("flow %q: Under: %w", name, err)
		}
		all[name] = observed(sinks, exec)
	}
	return all, nil
}

// observed has the sinks told of what the executor carries out.
func observed(sinks []combinators.Sink, exec executor.Executor) executor.Executor {
	if len(sinks) == 0 {
		return exec
	}
	return combinators.Observed(sinks...)(exec)
}
