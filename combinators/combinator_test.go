package combinators_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func TestTheFirstOfAChainIsTheOutermostLayer(t *testing.T) {
	t.Parallel()
	exec := combinators.Chain(combinators.Parallelize(), executor.System, combinators.Recovered())(answers())
	require.Equal(t, "Parallelize > System > Recovered > Mux(1)", executor.Layers(exec).String())
}

func TestAChainRefusesANilCombinator(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "combinators.Chain: combinator 1 is nil", func() {
		combinators.Chain(combinators.Recovered(), nil)
	})
}

func TestAChainDoesNotChangeAfterItIsMade(t *testing.T) {
	t.Parallel()
	cs := []combinators.Combinator{combinators.Recovered(), combinators.Parallelize()}
	chain := combinators.Chain(cs...)
	cs[0] = nil
	require.Equal(t, "Recovered > Parallelize > Mux(1)", executor.Layers(chain(answers())).String())
}

func TestOneChainServesSeveralExecutors(t *testing.T) {
	t.Parallel()
	chain := combinators.Chain(combinators.Recovered(), combinators.Parallelize())
	for range 2 {
		got, err := chain(answers()).Execute(context.Background(), ask{N: 3})
		require.NoError(t, err)
		require.Equal(t, 3, got)
	}
}
