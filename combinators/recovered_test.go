package combinators_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func TestAPanicBecomesAnErrorWithItsStack(t *testing.T) {
	t.Parallel()
	oops := errors.New("oops")
	exec := combinators.Recovered()(executor.Func(func(context.Context, actions.Action) (any, error) {
		panicHere(oops)
		return 7, nil
	}))
	result, err := exec.Execute(t.Context(), ask{})
	require.Nil(t, result)
	require.ErrorIs(t, err, oops)
	var p *executor.PanicError
	require.ErrorAs(t, err, &p)
	require.Contains(t, string(p.Stack), "panicHere")
}

func TestAPanicThatIsAnErrorAlreadyKeepsItsStack(t *testing.T) {
	t.Parallel()
	first := &executor.PanicError{Value: "oops", Stack: []byte("where it happened")}
	exec := combinators.Recovered()(executor.Func(func(context.Context, actions.Action) (any, error) { panic(first) }))
	_, err := exec.Execute(t.Context(), ask{})
	require.Same(t, first, err)
}

func TestANilPanicIsAPanicToo(t *testing.T) {
	t.Parallel()
	exec := combinators.Recovered()(executor.Func(func(context.Context, actions.Action) (any, error) {
		panicHere(nil)
		return 7, nil
	}))
	_, err := exec.Execute(t.Context(), ask{})
	require.ErrorContains(t, err, "panic called with nil argument")
}
