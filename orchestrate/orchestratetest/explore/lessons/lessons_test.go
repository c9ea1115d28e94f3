package lessons_test

import (
	"testing"

	"github.com/baton-go/baton/internal/mutants"
)

// TestEveryPlantedBugIsFound has a subtest for each lesson.
func TestEveryPlantedBugIsFound(t *testing.T) {
	t.Parallel()
	for name, l := range lessons() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l.learn(t)
		})
	}
}

// lessons are all lessons, by what happens to those who have not learnt them.
func lessons() map[string]interface {
	learn(t *testing.T)
	mutate(t *testing.T, s survivors) mutants.Score
} {
	return map[string]interface {
		learn(t *testing.T)
		mutate(t *testing.T, s survivors) mutants.Score
	}{
		"charged twice for a lost answer": chargedTwiceForALostAnswer(),
		"charged twice for a crash":       chargedTwiceForACrash(),
		"charged twice for a timeout":     chargedTwiceForATimeout(),
		"key reused":                      keyReused(),
		"compensation forgotten":          compensationForgotten(),
		"compensated in the wrong order":  compensatedInTheWrongOrder(),
		"failed compensation kept secret": failedCompensationKeptSecret(),
		"inverse registered too late":     registeredTooLate(),
		"cancellation swallowed":          cancellationSwallowed(),
		"retried without end":             retriedWithoutEnd(),
		"left locked":                     leftLocked(),
		"noted before it is done":         notedBeforeItIsDone(),
		"update lost":                     updateLost(),
		"stale after a race":              staleAfterARace(),
		"loser succeeds too":              loserSucceedsToo(),
		"early event lost":                earlyEventLost(),
		"event counted twice":             eventCountedTwice(),
		"checked too early":               checkedTooEarly(),
		"in the order of a map":           inTheOrderOfAMap("ann bob cid dan eve fay gus hal", 8),
		"by the clock":                    byTheClock(),
		"by a counter":                    byACounter(),
	}
}
