package orchestrate_test

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

func TestRunStartsNoGoroutineAndIsInTheStackOfItsHandlers(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		var within int
		var stack string
		w := newWorld().on("x", func(context.Context, func()) (int, error) {
			within, stack = goroutinesHere(), stackHere(false)
			return 0, nil
		})
		before := goroutinesHere()
		require.NotZero(t, before, "the runtime no longer prints bubbles as it did")
		_, err := run(t.Context(), h, w, decides)
		require.NoError(t, err)
		require.Equal(t, before, within)
		require.Equal(t, before, goroutinesHere())
		require.Contains(t, stack, "orchestrate_test.decides")
		require.Contains(t, stack, "orchestrate_test.TestRunStartsNoGoroutine")
	})
}

// decides yields everything that is not made of several branches.
func decides(y actions.Yield) (int, error) {
	return orchestrate.Scope(y, "part", func(y actions.Yield) (int, error) {
		return orchestrate.Shield(y, func(y actions.Yield) (int, error) {
			return orchestrate.Retry(y, nil, func(y actions.Yield) (int, error) {
				return orchestrate.Do(y, Get{Name: "x"})
			})
		})
	})
}

var bubble = regexp.MustCompile(`synctest bubble \d+\]`)

// goroutinesHere counts the goroutines in the bubble that it is called in.
func goroutinesHere() int {
	here := bubble.FindString(stackHere(false))
	if here == "" {
		return 0
	}
	return strings.Count(stackHere(true), here)
}

// stackHere is whole, however many goroutines the tests beside this one have.
func stackHere(all bool) string {
	for size := 1 << 20; ; size *= 2 {
		stack := make([]byte, size)
		if n := runtime.Stack(stack, all); n < size {
			return string(stack[:n])
		}
	}
}
