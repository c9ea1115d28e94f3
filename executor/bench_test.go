package executor_test

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
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

// BenchmarkFloor measures what many things cannot do without: an atomic addition that nobody contends for, a reading of
// the clock.
func BenchmarkFloor(b *testing.B) {
	b.Run("atomic add", func(b *testing.B) {
		var n atomic.Int64
		for b.Loop() {
			n.Add(1)
		}
	})
	b.Run("time.Now", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
}

// inRun runs b.Loop as an orchestration.
func inRun(b *testing.B, exec executor.Executor, step func(y actions.Yield, n int) error) {
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

// BenchmarkDo is one action. In a run it takes at most 2.5 times the floor, which is an interface call that boxes a
// struct of two integers.
func BenchmarkDo(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		ctx := context.Background()
		for n := 0; b.Loop(); n++ {
			_, _ = floorExecutor.Execute(ctx, a5{X: n, Y: n})
		}
	})
	b.Run("mux alone", func(b *testing.B) {
		b.ReportAllocs()
		ctx := b.Context()
		for n := 0; b.Loop(); n++ {
			_, _ = mux.Execute(ctx, a5{X: n, Y: n})
		}
	})
	b.Run("in a run", func(b *testing.B) {
		inRun(b, mux, func(y actions.Yield, n int) error {
			_, err := orchestrate.Do(y, a5{X: n, Y: n})
			return err
		})
	})
	b.Run("through System", func(b *testing.B) {
		inRun(b, executor.System(mux), func(y actions.Yield, n int) error {
			_, err := orchestrate.Do(y, a5{X: n, Y: n})
			return err
		})
	})
}

// BenchmarkGroup is ten trivial actions side by side: at most 1.75 times an errgroup (see the module bench),
// which costs about what is written by hand here.
func BenchmarkGroup(b *testing.B) {
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			ctx, cancel := context.WithCancelCause(b.Context())
			results := make([]any, 10)
			var all sync.WaitGroup
			for i := range results {
				all.Go(func() {
					v, err := floorExecutor.Execute(ctx, a5{X: n, Y: i})
					if err != nil {
						cancel(err)
					}
					results[i] = v
				})
			}
			all.Wait()
			cancel(nil)
		}
	})
	exec := combinators.Parallelize()(mux)
	b.Run("bare", func(b *testing.B) {
		inRun(b, exec, func(y actions.Yield, n int) error {
			g := actions.Group{Branches: make([]actions.Branch, 10)}
			for i := range g.Branches {
				g.Branches[i].Leaf = a5{X: n, Y: i}
			}
			_, err := y(g)
			return err
		})
	})
	b.Run("All of Each", func(b *testing.B) {
		inRun(b, exec, func(y actions.Yield, n int) error {
			as := make([]a5, 10)
			for i := range as {
				as[i] = a5{X: n, Y: i}
			}
			_, err := orchestrate.All(y, orchestrate.Each(as...)...)
			return err
		})
	})
	b.Run("All of flows", func(b *testing.B) {
		inRun(b, exec, func(y actions.Yield, n int) error {
			flows := make([]orchestrate.Orchestration[int], 10)
			for i := range flows {
				flows[i] = func(y actions.Yield) (int, error) { return orchestrate.Do(y, a5{X: n, Y: i}) }
			}
			_, err := orchestrate.All(y, flows...)
			return err
		})
	})
}

// BenchmarkSteps is one step from outside: pulled, at most twice a bare iter.Pull2.
func BenchmarkSteps(b *testing.B) {
	endless := func(y actions.Yield) (int, error) {
		for n := 0; ; n++ {
			if _, err := orchestrate.Do(y, a5{X: n, Y: n}); err != nil {
				return 0, err
			}
		}
	}
	b.Run("bare iter.Pull2", func(b *testing.B) {
		b.ReportAllocs()
		var r orchestrate.Reply
		next, stop := iter.Pull2(func(yield func(actions.Action, *orchestrate.Reply) bool) {
			for n := 0; yield(a5{X: n, Y: n}, &r); n++ {
			}
		})
		defer stop()
		for b.Loop() {
			_, reply, _ := next()
			reply.Value = 7
		}
	})
	b.Run("pulled", func(b *testing.B) {
		b.ReportAllocs()
		next, stop := iter.Pull2(orchestrate.Steps(endless).All())
		defer stop()
		for b.Loop() {
			_, reply, _ := next()
			reply.Value = 7
		}
	})
	b.Run("ranged over", func(b *testing.B) {
		b.ReportAllocs()
		for _, reply := range orchestrate.Steps(endless).All() {
			if !b.Loop() {
				break
			}
			reply.Value = 7
		}
	})
}
