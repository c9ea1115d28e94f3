package executortest_test

import (
	"context"
	"errors"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

// group is what a broken executor does with groups; it passes other actions on.
type group func(ctx context.Context, g actions.Group, self, next executor.Executor, stop halt) (any, error)

// wrong is a mutant that carries out groups in its own way.
func wrong(breaks string, do group) mutant {
	return mutant{breaks: breaks, claims: executortest.Subject{Groups: true}, do: func() execute {
		var self execute
		self = func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
			if g, ok := a.(actions.Group); ok {
				this := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
					return self(ctx, a, next, stop)
				})
				return do(ctx, g, this, next, stop)
			}
			return next.Execute(ctx, a)
		}
		return self
	}}
}

// asMode is a mutant that takes one mode for another.
func asMode(breaks string, from, to actions.Mode) mutant {
	return wrong(breaks, func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
		if g.Mode == from {
			g.Mode = to
		}
		return executor.RunGroup(ctx, g, self)
	})
}

func groupMutants() map[string]mutant {
	return map[string]mutant{
		"does groups without saying so": {breaks: "a group that cannot be carried out is an error", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if g, ok := a.(actions.Group); ok {
					return executor.RunGroup(ctx, g, next)
				}
				return next.Execute(ctx, a)
			})},
		"turns results around": wrong("results are in the order of the branches",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				r, err := executor.RunGroup(ctx, g, self)
				slices.Reverse(r.Outcomes)
				return r, err
			}),
		"is in a hurry": wrong("results are in the order of the branches",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, stop halt) (any, error) {
				if g.Mode == actions.All {
					return hurry(ctx, g, self, stop)
				}
				return executor.RunGroup(ctx, g, self)
			}),
		"forgets about wide groups": wrong("a group may be wide",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				g.Branches = g.Branches[:min(100, len(g.Branches))]
				return executor.RunGroup(ctx, g, self)
			}),
		"makes something of nothing": wrong("a group may be empty",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				if len(g.Branches) == 0 {
					return actions.GroupResult{Decided: -1}, nil
				}
				return executor.RunGroup(ctx, g, self)
			}),
		"does outer groups only": wrong("groups nest",
			func(ctx context.Context, g actions.Group, _, next executor.Executor, _ halt) (any, error) {
				return executor.RunGroup(ctx, g, next)
			}),
		"forgets where it is": wrong("branches have steps of their own",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				return executor.RunGroup(executor.WithRun(ctx, "another"), g, self)
			}),
		"starts actions when it is over": wrong("a group starts no action under a done context",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				if ctx.Err() != nil {
					r, err := executor.RunGroup(context.WithoutCancel(ctx), g, self)
					return r, errors.Join(err, executor.Refuse(ctx))
				}
				return executor.RunGroup(ctx, g, self)
			}),
		"takes all for settle": asMode("all: the first failure decides and cancels the rest", actions.All, actions.Settle),
		"takes settle for all": asMode("settle: every outcome is there, and nothing is cancelled",
			actions.Settle, actions.All),
		"takes any for settle": asMode("any: the first success decides and cancels the rest", actions.Any, actions.Settle),
		"takes any for race":   asMode("any: a failure does not decide", actions.Any, actions.Race),
		"takes race for settle": asMode("race: the first to finish decides and cancels the rest",
			actions.Race, actions.Settle),
		"takes race for any": asMode("race: a failure decides too", actions.Race, actions.Any),
		"names the wrong winner": wrong("race: a failure decides too",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				r, err := executor.RunGroup(ctx, g, self)
				r.Decided = 0
				return r, err
			}),
		"returns when it is decided": wrong("a group that is decided joins its branches",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				return impatient(ctx, g, self, false)
			}),
		"returns when it is cancelled": wrong("a group that is cancelled joins its branches",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				return impatient(ctx, g, self, true)
			}),
		"leaves others behind when one panics": wrong("a panic in a branch is its error, and joins the rest",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, _ halt) (any, error) {
				return impatient(ctx, g, self, false)
			}),
		"leaves others behind when one exits": wrong("a branch that exits its goroutine hangs no group",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, stop halt) (any, error) {
				return hurry(ctx, g, self, stop)
			}),
		"leaves a goroutine behind for each group": wrong("no group leaves a goroutine behind",
			func(ctx context.Context, g actions.Group, self, _ executor.Executor, stop halt) (any, error) {
				go func() { <-stop }()
				return executor.RunGroup(ctx, g, self)
			}),
		"mixes groups": {
			breaks: "concurrent groups do not mix", claims: executortest.Subject{Groups: true},
			do: mixing,
		},
	}
}

// impatient returns when a branch has failed, or also when the context ends, and leaves the rest to itself.
func impatient(ctx context.Context, g actions.Group, self executor.Executor, cancelled bool) (any, error) {
	if g.Mode != actions.All {
		return executor.RunGroup(ctx, g, self)
	}
	type result struct {
		actions.GroupResult
		err error
	}
	ctx, cancel := context.WithCancelCause(ctx)
	done, failed := make(chan result, 1), make(chan result, len(g.Branches))
	go func() {
		defer cancel(nil)
		settled := g
		settled.Mode = actions.Settle
		settled.Branches = slices.Clone(g.Branches)
		for i, b := range settled.Branches {
			flow := b.Flow
			if flow == nil {
				flow = func(y actions.Yield) (any, error) { return y(b.Leaf) }
			}
			settled.Branches[i] = actions.Branch{Flow: func(y actions.Yield) (v any, err error) {
				defer func() {
					if p := recover(); p != nil {
						err = executor.NewPanicError(p)
					}
					if err != nil {
						outcomes := make([]actions.Outcome[any], len(g.Branches))
						outcomes[i].Err = err
						failed <- result{actions.GroupResult{Decided: i, Outcomes: outcomes}, err}
						cancel(&executor.DecidedError{Branch: i})
					}
				}()
				return flow(y)
			}}
		}
		r, err := executor.RunGroup(ctx, settled, self)
		done <- result{r, err}
	}()
	var ends <-chan struct{}
	if cancelled {
		ends = ctx.Done()
	}
	select {
	case r := <-failed:
		return r.GroupResult, r.err
	case <-ends:
		return actions.GroupResult{}, executor.Refuse(ctx)
	case r := <-done:
		select {
		case f := <-failed:
			return f.GroupResult, f.err
		default:
			return r.GroupResult, r.err
		}
	}
}

// hurry returns what the branches have come to when the last one begins.
func hurry(ctx context.Context, g actions.Group, self executor.Executor, stop halt) (any, error) {
	outcomes := make([]actions.Outcome[any], len(g.Branches))
	ended := make(chan struct{}, len(g.Branches))
	for i := range g.Branches {
		go func() {
			one := actions.Group{Mode: actions.Settle, Branches: g.Branches[i : i+1]}
			_, _ = executor.RunGroup(ctx, one, self)
			ended <- struct{}{}
		}()
	}
	for range len(g.Branches) - 1 {
		select {
		case <-ended:
		case <-stop:
		}
	}
	return actions.GroupResult{Decided: -1, Outcomes: outcomes}, nil
}

// mixing hands a group the result of the one that ended last.
func mixing() execute {
	keep := resultMutants()["keeps results of calls in one place"].do()
	var self execute
	self = func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
		g, ok := a.(actions.Group)
		if !ok {
			return next.Execute(ctx, a)
		}
		return keep(ctx, g, executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			return executor.RunGroup(ctx, g, executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				return self(ctx, a, next, stop)
			}))
		}), stop)
	}
	return self
}
