package durable_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Weather is a look out of the window.
type Weather struct{ actions.Returns[string] }

// Not every action is worth a commit. What only looks may be looked at again in each life of the run, and what is cheap
// to repeat may share the commit of the next step.
func ExampleConfig_treat() {
	ctx := context.Background()
	stroll := durable.Define("stroll", func(y actions.Yield, _ struct{}) (string, error) {
		if _, err := orchestrate.Do(y, Weather{}); err != nil {
			return "", err
		}
		return orchestrate.Do(y, Charge{Cents: 150})
	})
	exec := executor.NewMux(
		executor.On(func(context.Context, Weather) (string, error) { return "fine", nil }),
		executor.On(func(context.Context, Charge) (string, error) { return "payment 1", nil }),
	)
	rt, err := durable.Open(ctx, memory.New(), exec, durable.Config{
		Flows: durable.Flows(stroll),
		Treat: func(a actions.Action) journal.Treatment {
			if _, ok := a.(Weather); ok {
				return journal.Treatment{Durability: journal.Unrecorded}
			}
			return journal.Treatment{}
		},
	})
	check(err)
	defer rt.Close(ctx)

	h, err := stroll.Start(ctx, rt, struct{}{}, durable.WithID("s"))
	check(err)
	_, err = h.Result(ctx)
	check(err)
	steps, err := h.Steps(ctx)
	check(err)
	for _, s := range steps {
		fmt.Println(s.Path, s.Name)
	}
	// Output: 1 durable_test.Charge
}

// A handler, or a plain function, tells how far it is while it works.
func ExampleReportProgress() {
	ctx := context.Background()
	resize := durable.Func("resize", func(ctx context.Context, pictures []string) (int, error) {
		for i := range pictures {
			// … resize it, and say so:
			if err := durable.ReportProgress(ctx, int64(i+1), int64(len(pictures)), pictures[i]); err != nil {
				return i, err
			}
		}
		return len(pictures), nil
	})
	rt := shopOn(durable.Config{Flows: durable.Flows(resize)})
	defer rt.Close(ctx)

	h, err := resize.Start(ctx, rt, []string{"cat.png", "dog.png"})
	check(err)
	_, err = h.Result(ctx)
	check(err)
	p, err := h.Progress(ctx)
	fmt.Println(p.Done, "of", p.Total, p.Message, err)
	// Output: 2 of 2 dog.png <nil>
}

// For a script: jobs in the background, of which nothing is left in the end.
func ExampleTemporary() {
	ctx := context.Background()
	square := durable.Func("square", func(_ context.Context, n int) (int, error) { return n * n, nil })
	rt, end, err := durable.Temporary(ctx, memory.New(), executor.NewMux(), durable.Config{Flows: durable.Flows(square)})
	check(err)

	jobs, err := square.StartMany(ctx, rt, []int{1, 2, 3}, nil)
	check(err)
	for _, job := range jobs {
		fmt.Println(job.Result(ctx))
	}
	fmt.Println(end()) // what still runs is cancelled, and waited for
	// Output:
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
	// <nil>
}
