package runstest

import (
	"bufio"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// DieAtAnyMoment starts a process again and again that prints the number of each thing it has done, and kills it while
// it goes on with the next ones: after the third, the eighth, and so on, until all are done. Those printed are; done
// checks and tells how many there are, the last of which may not have been printed.
func DieAtAnyMoment(t *testing.T, all int, process func() *exec.Cmd, done func() int) {
	t.Helper()
	acknowledged := 0
	for made, after := 0, 3; made < all; after += 5 {
		c := process()
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		for lines := bufio.NewScanner(out); lines.Scan(); {
			acknowledged, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
			if acknowledged == after {
				require.NoError(t, c.Process.Kill())
			}
		}
		_ = c.Wait()
		made = done()
		require.GreaterOrEqual(t, made, acknowledged)
	}
}
