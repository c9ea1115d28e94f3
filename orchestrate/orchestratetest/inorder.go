package orchestratetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/turns"
)

// ErrNever is for hand-written functions: the error for an action that is never answered. See [ByHand].
var ErrNever = errors.New("the action is never answered")

// inOrder carries out a group one branch after the other. A branch whose action is never answered waits, while those
// behind it go on, until one of them decides the group.
func inOrder(ctx context.Context, g actions.Group, exec executor.Executor) (r actions.GroupResult, err error) {
	if turns.HostOf(ctx) != nil {
		return executor.RunGroup(ctx, g, exec)
	}
	host := turns.New(nextCancelled)
	host.Run(context.WithValue(ctx, hostKey{}, host), func(ctx context.Context) {
		r, err = executor.RunGroup(ctx, g, exec)
	})
	return r, err
}

type hostKey struct{}

// nextCancelled chooses the first strand whose wait has ended, or else the first one, which thereby learns that all
// wait in vain.
func nextCancelled(parked []*turns.Parked) *turns.Parked {
	i := slices.IndexFunc(parked, func(p *turns.Parked) bool { return p.Context.Err() != nil })
	return parked[max(i, 0)]
}

// never waits until ctx is done, and says why it is.
func never(ctx context.Context) error {
	host := turns.HostOf(ctx)
	switch {
	case host != nil && host == ctx.Value(hostKey{}):
		if err := host.Park(ctx, nil); err != nil {
			return err
		}
	case host != nil:
		host.Beside(ctx, func(ctx context.Context) { <-ctx.Done() })
	case ctx.Done() != nil && strings.Contains(executor.StepFrom(ctx).Path(), "."):
		<-ctx.Done()
	}
	if ctx.Err() == nil {
		return &vainError{}
	}
	return whyDone(ctx)
}

// whyDone says why a context is done: both its error and its cause.
func whyDone(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return context.Cause(ctx)
}

// vainError is the error of an action that is never answered, when nothing is left that could go on without it.
type vainError struct{}

func (*vainError) Error() string {
	return "the action is never answered, and nothing goes on that could make up for it"
}

// Unwrap returns ErrNever.
func (*vainError) Unwrap() error { return ErrNever }

// Permanent is true: the next time it is not answered either.
func (*vainError) Permanent() bool { return true }
