package combinators

import (
	"time"

	"github.com/baton-go/baton/actions"
)

// Attempt is an attempt that failed and is to be followed by another.
type Attempt struct {
	// Number counts the attempts from 1.
	Number int
	Err    error
	// Delay is the wait before the next attempt.
	Delay  time.Duration
	Action actions.Action
}
