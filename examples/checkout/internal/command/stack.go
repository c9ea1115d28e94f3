package command

import (
	"math"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/checkout/internal/outside"
	"github.com/baton-go/baton/executor/backoff"
)

// stack is every layer between the journal, which the runtime puts on top, and the handlers: outermost first. The
// shop's own steps need no policy.
func stack(out *lines) combinators.Combinator {
	return combinators.Chain(
		combinators.When(outside.Is, combinators.Chain(
			// The others honour keys, so that asking them again is harmless, until the answer gets through.
			combinators.Retried(combinators.Retry{
				MaxAttempts: math.MaxInt,
				Schedule:    backoff.Exponential(50*time.Millisecond, 2).Cap(5 * time.Second).FullJitter().UpTo(20),
			}),
			combinators.Timed(30*time.Second), // each attempt
		)),
		combinators.Tapped(combinators.Tap{After: out.happened}),
	)
}
