package lessons_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/mutants"
)

// survivors are the mutants of a lesson that its test does not kill, by the reason.
type survivors struct{ equivalent, missed map[string][]string }

func (l lesson[T]) mutate(t *testing.T, s survivors) mutants.Score {
	return mutants.Subject[T]{
		Bounds: l.wider(), Flow: l.fixed, Test: l.test, Equivalent: s.equivalent, Missed: s.missed,
	}.Run(t)
}

func TestMutantsOfTheFixedWorkflowsAreKilled(t *testing.T) {
	t.Parallel()
	var sum mutants.Score
	all := lessons()
	all["in the order of a map"] = inTheOrderOfAMap("ann bob", 1)
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			sum = sum.Add(l.mutate(t, survived[name]))
		})
	}
	t.Logf("in all: %s", sum)
	require.GreaterOrEqual(t, sum.Rate(), 0.95)
	require.Equal(t, 9, sum.Mutants-sum.Equivalent-sum.Killed, "missed")
}
