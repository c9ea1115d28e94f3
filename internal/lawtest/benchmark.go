package lawtest

import (
	"context"
	"testing"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Benchmark measures what each row adds to an action that succeeds at once, in a run that can be cancelled. It begins
// with what to compare that with: the handler alone, a reading of the clock, and a context with a deadline.
func Benchmark(b *testing.B, rows []Row) {
	b.Helper()
	b.Run("floor: the handler alone", func(b *testing.B) { benchmark(b, silent{}) })
	b.Run("floor: time.Now", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
	b.Run("floor: context.WithTimeout", func(b *testing.B) {
		b.ReportAllocs()
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		for b.Loop() {
			_, cancel := context.WithTimeout(ctx, time.Hour)
			cancel()
		}
	})
	for _, r := range rows {
		b.Run(r.String(), func(b *testing.B) { benchmark(b, r.New()(silent{})) })
	}
}

func benchmark(b *testing.B, e executor.Executor) {
	b.Helper()
	b.ReportAllocs()
	top := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		for b.Loop() {
			if _, err := e.Execute(ctx, a); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if _, err := orchestrate.Run(b.Context(), orchestrate.Lift(Ask{N: 1}), top); err != nil {
		b.Fatal(err)
	}
}
