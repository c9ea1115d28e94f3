package combinators_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// checkInBubbles is rapid.Check with each case in a bubble of its own. It is not the other way round, because rapid
// itself goes by the clock.
func checkInBubbles(t *testing.T, property func(rt *rapid.T)) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		var failure any
		synctest.Test(t, func(*testing.T) {
			defer func() { failure = recover() }()
			property(rt)
		})
		switch {
		case failure == nil:
		case fmt.Sprintf("%T", failure) == "rapid.invalidData": // of a case that rapid is to drop
			rt.SkipNow()
		default:
			panic(failure)
		}
	})
}
