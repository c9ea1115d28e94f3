package lawtest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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
			if d.row.Func == "" {
				d.row.Func = "Mended"
			}
			require.Contains(t, lawtest.Broken(t, d.row), d.law)
		})
	}
}

func TestEveryLawHasADefectThatBreaksIt(t *testing.T) {
	t.Parallel()
	laws := lawtest.Names()
	for _, d := range defects() {
		laws = slices.DeleteFunc(laws, func(name string) bool { return name == d.law })
	}
	require.Empty(t, laws)
}

func TestAFunctionWithoutARowIsMissing(t *testing.T) {
	t.Parallel()
	makers, err := lawtest.Makers("testdata")
	require.NoError(t, err)
	require.Equal(t, []string{"Generic", "Plain", "Set.Of", "Spelled", "System"}, makers)
	rows := []lawtest.Row{{Func: "Plain"}, {Func: "System"}, {Func: "Plain", Variant: "again"}}
	require.Equal(t, []string{"Generic", "Set.Of", "Spelled"}, lawtest.Missing(makers, rows))
}
