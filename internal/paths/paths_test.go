package paths_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/paths"
)

func TestPathsAreInTheOrderOfTheirSteps(t *testing.T) {
	t.Parallel()
	ordered := []string{"", "0", "2", "3", "3.0.0", "3.0.2", "3.0.10", "3.1.0", "3.1.0.0.0", "3.10.0", "10", "10.0.0"}
	shuffled := []string{"10.0.0", "3.0.10", "", "3.1.0", "2", "10", "3.10.0", "3.0.2", "3", "0", "3.1.0.0.0", "3.0.0"}
	slices.SortFunc(shuffled, paths.Compare)
	require.Equal(t, ordered, shuffled)
	for i, a := range ordered {
		for j, b := range ordered {
			require.Equal(t, i < j, paths.Compare(a, b) < 0, "%q %q", a, b)
			require.Equal(t, i == j, paths.Compare(a, b) == 0, "%q %q", a, b)
		}
	}
}
