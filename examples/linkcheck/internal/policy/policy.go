// Package policy says how the actions are carried out: how many at once, how fast, how often, for how long, and which
// answers serve more than once. None of it is known to what decides about links, or to what reads files and sends
// requests.
package policy

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor"
)

// Policy is what can be chosen.
type Policy struct {
	// Concurrency is how many requests are under way at once.
	Concurrency int
	// Rate is how many requests a host gets in a second.
	Rate int
	// Retries is how often a request is tried again.
	Retries int
	// Timeout is how long a request may take, with its content.
	Timeout time.Duration
	// Logger is told of every action. Nil logs nothing.
	Logger *zap.Logger
	// Observer is told how far the run has come. Nil is nobody.
	Observer Observer
}

// Observer is told of each part of the work that is announced, and of every action and scope.
type Observer interface {
	combinators.Sink
	Announce(ctx context.Context, p actions.Progress) error
}

// Default is what the command line has if it does not say otherwise.
func Default() Policy {
	return Policy{Concurrency: 16, Rate: 10, Retries: 2, Timeout: 15 * time.Second}
}

// Stack is every layer between the orchestration and the handlers, outermost first.
func Stack(p Policy) combinators.Combinator {
	return combinators.Chain(
		observed(p.Observer),      // sees all: the scopes, and each action in them
		combinators.Parallelize(), // carries out groups; below it there are single actions
		announced(p.Observer),     // hears what the orchestration says about its work
		executor.System,           // takes off what is no work
		combinators.When(isRemembered, remembered()),
		logged(p.Logger), // sees what is left to do, and hears what the policies do about it
		combinators.When(isParsing, parsing()),
		combinators.For[check.Remote](requests(p)),
	)
}

func observed(o Observer) combinators.Combinator {
	if o == nil {
		return combinators.Chain()
	}
	return combinators.Observed(o)
}

// announced lays one handler over the rest.
func announced(o Observer) combinators.Combinator {
	if o == nil {
		return combinators.Chain()
	}
	return func(next executor.Executor) executor.Executor {
		return executor.NewMux(executor.OnVoid(o.Announce)).Else(next)
	}
}

// logged logs with the fields: neither names of files nor URLs are secrets here.
func logged(logger *zap.Logger) combinators.Combinator {
	if logger == nil {
		return combinators.Chain()
	}
	return combinators.Logged(combinators.Log{Logger: logger, Failure: combinators.LevelWarn, Fields: true})
}
