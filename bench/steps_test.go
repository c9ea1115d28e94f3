package bench_test

import (
	"context"
	"iter"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// BenchmarkStep is one step of a workflow: decide on two integers, have them added, get the result.
func BenchmarkStep(b *testing.B) {
	b.Run("hand-written", func(b *testing.B) {
		loop(b, func(ctx context.Context, n int) error {
			_, err := sum(ctx, add{X: n, Y: n})
			return err
		})
	})
	b.Run("baton", func(b *testing.B) {
		run(b, mux, func(y actions.Yield, n int) error {
			_, err := orchestrate.Do(y, add{X: n, Y: n})
			return err
		})
	})
	b.Run("goroutine and channels", func(b *testing.B) {
		asked, answered := make(chan add), make(chan int)
		ctx := b.Context()
		go func() {
			defer close(answered)
			for a := range asked {
				v, _ := sum(ctx, a)
				answered <- v
			}
		}()
		loop(b, func(_ context.Context, n int) error {
			asked <- add{X: n, Y: n}
			<-answered
			return nil
		})
		close(asked)
		<-answered
	})
}

// BenchmarkPull steps through an orchestration from outside, one action at a time.
func BenchmarkPull(b *testing.B) {
	b.Run("iter.Pull2", func(b *testing.B) {
		var r orchestrate.Reply
		next, stop := iter.Pull2(func(yield func(add, *orchestrate.Reply) bool) {
			for n := 0; yield(add{X: n, Y: n}, &r); n++ {
			}
		})
		defer stop()
		loop(b, func(context.Context, int) error {
			_, reply, _ := next()
			reply.Value = 1
			return nil
		})
	})
	b.Run("baton", func(b *testing.B) {
		s := orchestrate.Steps(func(y actions.Yield) (int, error) {
			for n := 0; ; n++ {
				if v, err := orchestrate.Do(y, add{X: n, Y: n}); err != nil {
					return v, err
				}
			}
		})
		next, stop := iter.Pull2(s.All())
		defer stop()
		loop(b, func(context.Context, int) error {
			_, reply, _ := next()
			reply.Value = 1
			return nil
		})
	})
}
