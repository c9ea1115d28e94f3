package durabletest

import (
	"context"
	"fmt"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// Cassette makes a cassette of the history of a run that has come to its end: what its actions were answered becomes a
// test of the flow that needs no executors, no store and no time (see package cassette). The flow of the configuration
// is replayed for it, and must fit. The kinds of errors are those of both configurations, and so they must be when the
// cassette is loaded. Actions that leave no record are carried out by reads, which may be nil if there are none.
func Cassette(file string, h store.History, c durable.Config, reads executor.Executor, cc cassette.Config) error {
	trace, err := traced(h, c, reads)
	if err != nil {
		return fmt.Errorf("a cassette of run %q: %w", h.Run.ID, err)
	}
	cc.Errors = append(cc.Errors[:len(cc.Errors):len(cc.Errors)], c.ErrorKinds...)
	return cassette.Write(file, trace, cc)
}

// traced is what a run was told, in the order of its records.
func traced(h store.History, c durable.Config, reads executor.Executor) (orchestratetest.Trace, error) {
	config, flow, err := durable.Unfold(c, h)
	if err != nil {
		return nil, err
	}
	t := &tracer{}
	config.Dry, config.Executor, config.Observe = true, reads, t.observe
	j, err := journal.New(config)
	if err != nil {
		return nil, err
	}
	_, _ = journal.Run(context.Background(), j, flow) // its own error is the flow's
	if err := j.Err(); err != nil {
		if stands := j.Stands(); len(stands) > 0 {
			return nil, fmt.Errorf("it has not ended: it stands at step %s, %s", stands[0].Path, yielded(stands[0].Action))
		}
		return nil, err
	}
	return ordered(t.trace, h.Records), nil
}

// tracer writes down what the orchestration is told.
type tracer struct {
	mu    sync.Mutex
	trace orchestratetest.Trace
}

func (t *tracer) observe(exec executor.Executor) executor.Executor { return &traceObserver{exec, t} }

type traceObserver struct {
	executor.Executor
	tracer *tracer
}

func (o *traceObserver) Execute(ctx context.Context, a actions.Action) (any, error) {
	if _, ok := a.(actions.Group); ok {
		ctx = executor.WithBranches(ctx, o.tracer.observe)
	}
	result, err := o.Executor.Execute(ctx, a)
	o.tracer.mu.Lock()
	defer o.tracer.mu.Unlock()
	o.tracer.trace = append(o.tracer.trace, orchestratetest.Call{
		Path: executor.StepFrom(ctx).Path(), Action: a, Result: result, Err: err,
	})
	return result, err
}
