package combinators_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// tally is a combinator that counts what passes, by name.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) combinator() combinators.Combinator {
	return func(next executor.Executor) executor.Executor { return &tallied{next, c} }
}

type tallied struct {
	next  executor.Executor
	tally *tally
}

func (c *tallied) Execute(ctx context.Context, a actions.Action) (any, error) {
	c.tally.mu.Lock()
	if c.tally.counts == nil {
		c.tally.counts = map[string]int{}
	}
	c.tally.counts[actions.Name(a)]++
	c.tally.mu.Unlock()
	return c.next.Execute(ctx, a)
}

func (c *tallied) Unwrap() executor.Executor { return c.next }

func (c *tallied) String() string { return "Tallied" }

type other struct{ actions.Returns[int] }

func askAndOther(y actions.Yield) (int, error) {
	if _, err := orchestrate.Do(y, ask{N: 1}); err != nil {
		return 0, err
	}
	if _, err := orchestrate.All(y, orchestrate.Lift(ask{N: 2}), orchestrate.Lift(other{})); err != nil {
		return 0, err
	}
	return orchestrate.Do(y, other{})
}

func bothAnswers() executor.Executor {
	return executor.NewMux(answers(), executor.On(func(context.Context, other) (int, error) { return 0, nil }))
}

func TestForActsOnOneTypeOnly(t *testing.T) {
	t.Parallel()
	var above, below tally
	exec := combinators.Chain(
		combinators.For[ask](above.combinator()),
		combinators.Parallelize(),
		combinators.For[ask](below.combinator()),
	)(bothAnswers())
	_, err := orchestrate.Run(t.Context(), askAndOther, exec)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"combinators_test.ask": 1}, above.counts)
	require.Equal(t, map[string]int{"combinators_test.ask": 2}, below.counts)
}

func TestWhenActsOnWhatMatches(t *testing.T) {
	t.Parallel()
	var above, below tally
	others := func(a actions.Action) bool { return a != actions.Action(ask{N: 1}) }
	isGroup := func(a actions.Action) bool {
		_, ok := a.(actions.Group)
		return ok
	}
	exec := combinators.Chain(
		combinators.When(isGroup, above.combinator()),
		combinators.Parallelize(),
		combinators.When(others, below.combinator()),
	)(bothAnswers())
	_, err := orchestrate.Run(t.Context(), askAndOther, exec)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"all": 1}, above.counts)
	require.Equal(t, map[string]int{"combinators_test.ask": 1, "combinators_test.other": 2}, below.counts)
}

func TestTwoCallsOfOneActionHaveDifferentPoliciesInDifferentScopes(t *testing.T) {
	t.Parallel()
	var payment, mail, both tally
	exec := combinators.Chain(
		combinators.Parallelize(),
		combinators.Named("payment", payment.combinator()),
		combinators.Named("mail", mail.combinator()),
		both.combinator(),
	)(bothAnswers())
	askOnce := func(y actions.Yield) (int, error) { return orchestrate.Do(y, ask{N: 1}) }
	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
		if _, err := orchestrate.Scope(y, "payment", func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Scope(y, "mail", askOnce); err != nil {
				return 0, err
			}
			return askOnce(y)
		}); err != nil {
			return 0, err
		}
		if _, err := orchestrate.Scope(y, "mail", askOnce); err != nil {
			return 0, err
		}
		return askOnce(y)
	}, exec)
	require.NoError(t, err)
	name := "combinators_test.ask"
	require.Equal(t, map[string]int{name: 2}, payment.counts, "nested scopes too")
	require.Equal(t, map[string]int{name: 2}, mail.counts)
	require.Equal(t, map[string]int{name: 4}, both.counts)
}

func TestAboveParallelizeNamedSeesTheScopeAsAWhole(t *testing.T) {
	t.Parallel()
	var above tally
	exec := combinators.Chain(
		combinators.Named("payment", above.combinator()),
		combinators.Parallelize(),
	)(bothAnswers())
	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
		return orchestrate.Scope(y, "payment", askAndOther)
	}, exec)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"scope payment": 1}, above.counts)
}

func TestAChoiceAroundItselfIsTheChoiceOfAChain(t *testing.T) {
	t.Parallel()
	for name, only := range map[string]func(combinators.Combinator) combinators.Combinator{
		"For":   func(c combinators.Combinator) combinators.Combinator { return combinators.For[ask](c) },
		"When":  func(c combinators.Combinator) combinators.Combinator { return combinators.When(isAsk, c) },
		"Named": func(c combinators.Combinator) combinators.Combinator { return combinators.Named("payment", c) },
	} {
		var nested, chained tally
		exec := combinators.Chain(
			combinators.Parallelize(),
			only(nested.combinator()), only(nested.combinator()),
			only(combinators.Chain(chained.combinator(), chained.combinator())),
		)(bothAnswers())
		_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
			return orchestrate.Scope(y, "payment", askAndOther)
		}, exec)
		require.NoError(t, err)
		require.NotEmpty(t, nested.counts, name)
		require.Equal(t, chained.counts, nested.counts, name)
	}
}

func isAsk(a actions.Action) bool {
	_, ok := a.(ask)
	return ok
}

func TestAChoiceShowsWhatItChooses(t *testing.T) {
	t.Parallel()
	c := combinators.Chain(combinators.Recovered(), combinators.Named("payment", combinators.Recovered()))
	exec := combinators.Chain(combinators.For[ask](c), combinators.When(actions.IsWait, c))(answers())
	require.Equal(t, "For[combinators_test.ask](Recovered > Named(payment)(Recovered)) > "+
		"When(Recovered > Named(payment)(Recovered)) > Mux(1)", executor.Layers(exec).String())
}

func TestChoicesRefuseWhatTheyCannotDo(t *testing.T) {
	t.Parallel()
	c := combinators.Recovered()
	for want, build := range map[string]func(){
		"combinators.For[combinators_test.ask]: the combinator is nil": func() { combinators.For[ask](nil) },
		"combinators.When: the combinator is nil":                      func() { combinators.When(actions.IsWait, nil) },
		"combinators.When: the match is nil":                           func() { combinators.When(nil, c) },
		"combinators.Named(payment): the combinator is nil":            func() { combinators.Named("payment", nil) },
		"combinators.Named: the name of the scope is empty":            func() { combinators.Named("", c) },
		"combinators.When: the combinator made a nil executor": func() {
			combinators.When(actions.IsWait, func(executor.Executor) executor.Executor { return nil })(executor.NewMux())
		},
	} {
		require.PanicsWithValue(t, want, build)
	}
}
