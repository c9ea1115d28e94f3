package policy

import (
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor/backoff"
)

// maxPatience is how long a server may tell us to wait.
const maxPatience = time.Minute

// requests is what makes us a good guest, and what keeps a bad host from holding up the others.
func requests(p Policy) combinators.Combinator {
	return combinators.Chain(
		combinators.Retried(combinators.Retry{
			MaxAttempts: 1 + p.Retries,
			MaxDelay:    maxPatience,
			Schedule:    backoff.Exponential(500*time.Millisecond, 2).Jitter(0.5),
		}),
		combinators.Timed(p.Timeout),
	)
}
