package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

const want = `# The honey is sold out at first. Below, it alone is fetched again; above, everything is.
Parallelize > Retried(2) > Mux(1)
  walks: 1 for bread, 1 for milk, 2 for honey, at most 3 at once
Retried(2) > Parallelize > Mux(1)
  walks: 2 for bread, 2 for milk, 2 for honey, at most 3 at once
# There are two bags. Below, each thing needs one; above, the whole trip needs one.
Parallelize > Limited > Mux(1)
  walks: 1 for bread, 1 for milk, 1 for honey, at most 2 at once
Limited > Parallelize > Mux(1)
  walks: 1 for bread, 1 for milk, 1 for honey, at most 3 at once
# There is one bag, and little time. Below, each thing has that time; above, the whole trip has it.
Parallelize > Limited > Timed(100ms) > Mux(1)
  walks: 1 for bread, 1 for milk, 1 for honey, at most 1 at once
Timed(100ms) > Parallelize > Limited > Mux(1)
  too late: not done within 100ms
# On one side of Parallelize the order matters as well. Here the wait for the bag takes time, too.
Parallelize > Timed(100ms) > Limited > Mux(1)
  too late: not done within 100ms
# The way to the honey is blocked at first. Each attempt has its time, or both have it together.
Parallelize > Retried(2) > Timed(100ms) > Mux(1)
  walks: 1 for bread, 1 for milk, 2 for honey, at most 3 at once
Parallelize > Timed(100ms) > Retried(2) > Mux(1)
  too late: not done within 100ms
`

// In a bubble time passes only when everybody waits, so that the walks take no time and no chance.
func TestTheOrderOfLayersMatters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		run(&out)
		require.Equal(t, want, out.String())
	})
}
