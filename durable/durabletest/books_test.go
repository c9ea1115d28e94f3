package durabletest_test

import (
	"context"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// books keep what a shop has done.
type books struct {
	reserved map[string]bool
	charged  map[string]int
	calls    []string
}

func newBooks() *books { return &books{reserved: map[string]bool{}, charged: map[string]int{}} }

func (b *books) mux() *executor.Mux {
	call := func(a actions.Action) {
		b.calls = append(b.calls, strings.TrimPrefix(actions.Name(a), "durabletest_test."))
	}
	return executor.NewMux(
		executor.On(func(_ context.Context, a Reserve) (string, error) {
			call(a)
			b.reserved[a.Order] = true
			return "shelf", nil
		}),
		executor.OnVoid(func(_ context.Context, a Release) error {
			call(a)
			delete(b.reserved, a.Order)
			return nil
		}),
		executor.On(func(_ context.Context, a Charge) (string, error) {
			call(a)
			b.charged[a.Order] += a.Cents
			return "payment", nil
		}),
		executor.OnVoid(func(_ context.Context, a Refund) error {
			call(a)
			delete(b.charged, a.Order)
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Ship) error {
			call(a)
			return nil
		}),
		executor.On(func(_ context.Context, a Rate) (int, error) {
			call(a)
			return 2, nil
		}),
	)
}
