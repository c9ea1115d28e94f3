package executortest

import (
	"context"
	"fmt"
	"runtime"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// The actions of the suite. What a handler shares with the check it finds by the key of its action.
type (
	// echo comes back as it is.
	echo struct {
		actions.Returns[echoed]
		Key  string
		N    int
		Tags []string
		Meta map[string]int
	}
	echoed struct {
		Key  string
		N    int
		Tags []string
		Meta map[string]int
	}
	// count returns the next number.
	count struct {
		actions.Returns[int]
		Key   string
		N     int
		After string // the key of an action that must have started
	}
	// nothing has no result, none has one that is nil.
	nothing struct{ actions.Returns[actions.Void] }
	none    struct{ actions.Returns[[]string] }
	// fail fails with a [LeafError].
	fail struct {
		actions.Returns[string]
		Key   string
		Code  int
		After string
	}
	// wait returns its key once it is opened, or what ended its context. If it lingers, it waits for both.
	wait struct {
		actions.Returns[string]
		Key     string
		Lingers bool
	}
	// boom panics, and exit exits its goroutine.
	boom struct {
		actions.Returns[string]
		Text  string
		After string
	}
	exit struct{ actions.Returns[string] }
	// where tells what its handler sees of the run.
	where struct{ actions.Returns[place] }
	place struct {
		Run, Path, Key, Value string
		Attempt               int
		Deadline              bool
	}
	// stranger has no handler.
	stranger struct {
		actions.Returns[string]
		N int
	}
)

// valueKey is the key of a value in the suite's contexts.
type valueKey struct{}

// leaf is the mux that carries out the actions of the suite.
func (p *probe) leaf() *executor.Mux {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a echo) (echoed, error) {
			defer p.enter(ctx, a.Key, a)()
			return echoed{a.Key, a.N, a.Tags, a.Meta}, nil
		}),
		executor.On(func(ctx context.Context, a count) (int, error) {
			defer p.enter(ctx, a.Key, a)()
			p.started(ctx, a.After)
			return a.N + 1, nil
		}),
		executor.OnVoid(func(context.Context, nothing) error { return nil }),
		executor.On(func(context.Context, none) ([]string, error) { return nil, nil }),
		executor.On(func(ctx context.Context, a fail) (string, error) {
			defer p.enter(ctx, a.Key, a)()
			p.started(ctx, a.After)
			return "", fmt.Errorf("handler: %w", &LeafError{a.Code})
		}),
		executor.On(p.waits),
		executor.On(func(ctx context.Context, a boom) (string, error) {
			p.started(ctx, a.After)
			return explode(a.Text)
		}),
		executor.On(func(context.Context, exit) (string, error) {
			runtime.Goexit()
			return "", nil
		}),
		executor.On(seen),
	)
}

// enter notes that a handler begins, and returns what notes that it ends.
func (p *probe) enter(ctx context.Context, key string, a actions.Action) (leave func()) {
	p.mu.Lock()
	p.calls[key] = append(p.calls[key], executor.StepFrom(ctx).Attempt())
	p.received[key] = a
	p.running++
	p.mu.Unlock()
	p.event("started", key).happens()
	return func() {
		p.mu.Lock()
		p.running--
		p.mu.Unlock()
		p.event("ended", key).happens()
	}
}

// started waits in a handler until the one of another action has started.
func (p *probe) started(ctx context.Context, key string) {
	if key == "" {
		return
	}
	select {
	case <-p.event("started", key).ch:
	case <-ctx.Done():
	case <-p.over.ch:
	}
}

func (p *probe) waits(ctx context.Context, a wait) (string, error) {
	defer p.enter(ctx, a.Key, a)()
	opened := p.event("opened", a.Key).ch
	select {
	case <-ctx.Done():
		p.mu.Lock()
		p.causes[a.Key] = context.Cause(ctx)
		p.mu.Unlock()
		p.event("cancelled", a.Key).happens()
		if a.Lingers {
			select {
			case <-opened:
			case <-p.over.ch:
			}
		}
		return "", fmt.Errorf("handler: %w", ctx.Err())
	case <-opened:
		return a.Key, nil
	case <-p.over.ch:
		return "", fmt.Errorf("the check is over: %w", &LeafError{})
	}
}

// explode is the name to look for in a stack.
func explode(text string) (string, error) { panic(text) }

func seen(ctx context.Context, _ where) (place, error) {
	step := executor.StepFrom(ctx)
	key, err := step.Key()
	if err != nil {
		key = err.Error()
	}
	value, _ := ctx.Value(valueKey{}).(string)
	_, deadline := ctx.Deadline()
	return place{step.Run(), step.Path(), key, value, step.Attempt(), deadline}, nil
}
