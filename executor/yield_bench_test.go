package executor_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

type (
	a0 struct {
		actions.Returns[int]
		X, Y int
	}
	a1 struct {
		actions.Returns[int]
		X, Y int
	}
	a2 struct {
		actions.Returns[int]
		X, Y int
	}
	a3 struct {
		actions.Returns[int]
		X, Y int
	}
	a4 struct {
		actions.Returns[int]
		X, Y int
	}
	a5 struct {
		actions.Returns[int]
		X, Y int
	}
	a6 struct {
		actions.Returns[int]
		X, Y int
	}
	a7 struct {
		actions.Returns[int]
		X, Y int
	}
	a8 struct {
		actions.Returns[int]
		X, Y int
	}
	a9 struct {
		actions.Returns[int]
		X, Y int
	}
)

func on[A actions.Of[int]]() executor.Handler {
	return executor.On(func(context.Context, A) (int, error) { return 7, nil })
}

var mux = executor.NewMux(
	on[a0](), on[a1](), on[a2](), on[a3](), on[a4](), on[a5](), on[a6](), on[a7](), on[a8](), on[a9](),
)

type floor struct{}

var floorExecutor executor.Executor = floor{}

//go:noinline
func (floor) Execute(context.Context, actions.Action) (any, error) { return nil, nil }

func BenchmarkDo(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		ctx := context.Background()
		n := 0
		for b.Loop() {
			n++
			_, _ = floorExecutor.Execute(ctx, a5{X: n, Y: n})
		}
	})
	b.Run("mux", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n++
			_, _ = mux.Execute(context.Background(), a5{X: n, Y: n})
		}
	})
	b.Run("baton", func(b *testing.B) {
		b.ReportAllocs()
		_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
			n := 0
			for b.Loop() {
				n++
				if _, err := orchestrate.Do(y, a5{X: n, Y: n}); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}, mux)
		if err != nil {
			b.Fatal(err)
		}
	})
}
