package bench_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// add is an action of two integers.
type add struct {
	actions.Returns[int]

	X, Y int
}

// sum does what add asks for. It is a variable so that no caller can see through it.
var sum = func(_ context.Context, a add) (int, error) { return (a.X + a.Y) & 0x7f, nil }

var mux = executor.NewMux(executor.On(func(ctx context.Context, a add) (int, error) { return sum(ctx, a) }))

// run runs b.Loop as an orchestration.
func run(b *testing.B, exec executor.Executor, step func(y actions.Yield, n int) error) {
	b.Helper()
	b.ReportAllocs()
	_, err := orchestrate.Run(b.Context(), func(y actions.Yield) (actions.Void, error) {
		for n := 0; b.Loop(); n++ {
			if err := step(y, n); err != nil {
				return actions.Void{}, err
			}
		}
		return actions.Void{}, nil
	}, exec)
	if err != nil {
		b.Fatal(err)
	}
}

// loop runs b.Loop by hand.
func loop(b *testing.B, step func(ctx context.Context, n int) error) {
	b.Helper()
	b.ReportAllocs()
	ctx := b.Context()
	for n := 0; b.Loop(); n++ {
		if err := step(ctx, n); err != nil {
			b.Fatal(err)
		}
	}
}
