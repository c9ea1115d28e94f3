package combinators_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// timeline is a sink of one's own: it prints what happens, indented by how deep it happens.
type timeline struct{}

func (timeline) Enabled(context.Context) bool { return true }

func (t timeline) Start(ctx context.Context, e *combinators.Started) context.Context {
	t.print(e.Step, e.Action, e)
	return ctx
}

func (t timeline) Observe(_ context.Context, e combinators.Event) {
	switch e := e.(type) {
	case *combinators.Ended:
		t.print(e.Step, e.Action, e)
	case *combinators.RetryScheduled:
		t.print(e.Step, e.Action, e)
	}
}

func (timeline) print(step executor.Step, a actions.Action, e combinators.Event) {
	depth := strings.Count(step.Path(), ".")
	name := strings.TrimPrefix(actions.Name(a), "combinators_test.")
	fmt.Printf("%s%s %s\n", strings.Repeat(" ", depth), name, e.Name())
}

// As the outermost layer Observed tells of groups, of each action inside them, and of what the combinators below do.
func ExampleObserved() {
	calls := 0
	mux := executor.NewMux(executor.On(func(context.Context, GetRate) (float64, error) {
		if calls++; calls == 1 {
			return 0, context.DeadlineExceeded
		}
		return 1.25, nil
	}))
	exec := combinators.Chain(
		combinators.Observed(timeline{}),
		combinators.Parallelize(),
		combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Millisecond)}),
	)(mux)

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]float64, error) {
		return orchestrate.Scope(y, "rates", func(y actions.Yield) ([]float64, error) {
			return orchestrate.All(y, orchestrate.Lift(GetRate{Currency: "CHF"}))
		})
	}, exec)
	fmt.Println(err)
	// Output:
	// scope rates started
	//   all started
	//     GetRate started
	//     GetRate retry scheduled
	//     GetRate succeeded
	//   all succeeded
	// scope rates succeeded
	// <nil>
}
