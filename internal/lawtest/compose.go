package lawtest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func chainsWithNothing(ctx context.Context, t T, r Row) {
	c := r.New()
	e, _ := under(c, nil)
	require.Same(t, e, combinators.Chain()(e))
	for _, same := range []combinators.Combinator{
		combinators.Chain(c), combinators.Chain(combinators.Chain(), c), combinators.Chain(c, combinators.Chain()),
	} {
		got, _ := under(same, nil)
		require.Equal(t, executor.Layers(e).String(), executor.Layers(got).String())
	}
}

func chainsInAnyGrouping(ctx context.Context, t T, r Row) {
	type grouping func(a, b, c combinators.Combinator) combinators.Combinator
	groupings := []grouping{
		func(a, b, c combinators.Combinator) combinators.Combinator { return combinators.Chain(a, b, c) },
		func(a, b, c combinators.Combinator) combinators.Combinator {
			return combinators.Chain(combinators.Chain(a, b), c)
		},
		func(a, b, c combinators.Combinator) combinators.Combinator {
			return combinators.Chain(a, combinators.Chain(b, c))
		},
		func(a, b, c combinators.Combinator) combinators.Combinator {
			return func(e executor.Executor) executor.Executor { return a(b(c(e))) }
		},
	}
	var stacks, stories []string
	for _, grouped := range groupings {
		var story trace
		h := &handler{}
		e := grouped(story.mark("above"), r.New(), story.mark("below"))(h)
		stacks = append(stacks, executor.Layers(e).String())
		for _, b := range append([]behaviour{echo}, badEndings...) {
			h.from(b)
			story.add("ended %v", attempt(ctx, e, Ask{N: len(h.called())}).kind())
			pause()
		}
		stories = append(stories, story.String())
	}
	for i := range groupings {
		require.Equal(t, stacks[0], stacks[i])
		require.Equal(t, stories[0], stories[i])
	}
}

// kind tells how a call ended, without what may differ between two that ended alike.
func (e ending) kind() string {
	switch {
	case e.exited:
		return "exited"
	case e.panicked != nil:
		return "panicked"
	case e.err != nil:
		return "failed"
	}
	return "succeeded"
}

// trace is the story of what passed which mark.
type trace struct {
	mu    sync.Mutex
	lines []string
}

func (s *trace) add(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s *trace) String() string { return fmt.Sprint(s.lines) }

func (s *trace) mark(name string) combinators.Combinator {
	return func(next executor.Executor) executor.Executor { return &mark{next, name, s} }
}

type mark struct {
	next  executor.Executor
	name  string
	trace *trace
}

func (m *mark) Execute(ctx context.Context, a actions.Action) (any, error) {
	m.trace.add("%s: %v", m.name, a)
	end := ending{exited: true}
	defer func() {
		if end.exited {
			if p := recover(); p != nil {
				defer panic(p)
				end = ending{panicked: p}
			}
		}
		m.trace.add("%s: %s", m.name, end.kind())
	}()
	result, err := m.next.Execute(ctx, a)
	end = ending{result: result, err: err}
	return result, err
}

func (m *mark) Unwrap() executor.Executor { return m.next }

func (m *mark) String() string { return m.name }

func refusesNil(ctx context.Context, t T, r Row) {
	var message string
	func() {
		defer func() { message = fmt.Sprint(recover()) }()
		r.New()(nil)
	}()
	require.Contains(t, message, r.layer())
	require.Contains(t, message, "nil")
}

func tellsWhatItIs(ctx context.Context, t T, r Row) {
	h := &handler{}
	e := r.New()(h)
	layers := executor.Layers(e)
	require.Greater(t, len(layers), 1, "there is no Unwrap")
	require.Same(t, h, layers[len(layers)-1], "Unwrap leads elsewhere")
	require.True(t, strings.HasPrefix(layers.String(), r.layer()), "Layers says %s", layers)
	for _, l := range layers {
		require.Implements(t, (*fmt.Stringer)(nil), l)
	}
}
