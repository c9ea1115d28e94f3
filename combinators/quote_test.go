package combinators_test

import (
	"context"
	"errors"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// getQuote is the action of the tests of policies that repeat, limit or replace calls.
type getQuote struct {
	actions.Returns[string]
	Symbol string
}

var (
	errDown = errors.New("the quote service is down")
	errVeto = errors.New("not today")
)

// script answers its nth call as its nth element says, and every further one as the last does.
type script []func(ctx context.Context) (any, error)

func says(answer any) func(context.Context) (any, error) {
	return func(context.Context) (any, error) { return answer, nil }
}

func fails(err error) func(context.Context) (any, error) {
	return func(context.Context) (any, error) { return nil, err }
}

// service is an executor that follows a script and remembers its calls.
type service struct {
	script script
	mu     sync.Mutex
	asked  []actions.Action
	tries  []int
}

func serviceOf(s ...func(context.Context) (any, error)) *service { return &service{script: s} }

func (s *service) Execute(ctx context.Context, a actions.Action) (any, error) {
	s.mu.Lock()
	answer := s.script[min(len(s.asked), len(s.script)-1)]
	s.asked = append(s.asked, a)
	s.tries = append(s.tries, executor.StepFrom(ctx).Attempt())
	s.mu.Unlock()
	return answer(ctx)
}

func (s *service) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// askQuote runs the action as a run of one step.
func askQuote(ctx context.Context, e executor.Executor, a getQuote) (string, error) {
	return orchestrate.Run(ctx, orchestrate.Lift(a), e)
}

// witness is a sink that remembers the events but for Started and Ended.
type witness struct {
	mu   sync.Mutex
	seen []combinators.Event
}

func (w *witness) Enabled(context.Context) bool { return true }

func (w *witness) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

func (w *witness) Observe(_ context.Context, e combinators.Event) {
	if _, ok := e.(*combinators.Ended); ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, e)
}

func (w *witness) events() []combinators.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}
