package lawtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/lawtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestASoundCombinatorBreaksNoLaw(t *testing.T) {
	t.Parallel()
	for _, kind := range []lawtest.Kind{lawtest.Policy, lawtest.Observer, lawtest.Structure} {
		require.Empty(t, lawtest.Broken(t, lawtest.Row{Func: "Mended", Kind: kind, New: stateless(passThrough)}))
	}
	semaphore := limited(permits(whole))
	semaphore.Func = "Mended"
	require.Empty(t, lawtest.Broken(t, semaphore))
}

func TestEveryDefectBreaksItsLaw(t *testing.T) {
	t.Parallel()
	for _, d := range defects() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			d.row.Func = "Mended"
			require.Contains(t, lawtest.Broken(t, d.row), d.law)
		})
	}
}

func TestACombinatorThatDoesNotIntroduceItselfBreaksALaw(t *testing.T) {
	t.Parallel()
	anonymous := func(next executor.Executor) executor.Executor { return executor.Func(next.Execute) }
	broken := lawtest.Broken(t, lawtest.Row{
		Func: "Anonymous", New: func() combinators.Combinator { return anonymous },
	})
	require.ElementsMatch(t, []string{
		"Chain of nothing is the identity", // two functions cannot be compared
		"it refuses a nil executor by name",
		"Layers names it and finds what it wraps",
	}, broken)
}

func TestAFunctionWithoutARowIsMissing(t *testing.T) {
	t.Parallel()
	makers, err := lawtest.Makers("testdata")
	require.NoError(t, err)
	require.Equal(t, []string{"Generic", "Plain", "Set.Of", "Spelled", "System"}, makers)
	rows := []lawtest.Row{{Func: "Plain"}, {Func: "System"}, {Func: "Plain", Variant: "again"}}
	require.Equal(t, []string{"Generic", "Set.Of", "Spelled"}, lawtest.Missing(makers, rows))
}
