package runstest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Hold is for a process that a test starts by [Holder]: it leases the run "r" of a store that it has opened, records a
// step of it, says so, and waits for its end.
func Hold(s store.Store, err error) {
	ctx := context.Background()
	if err == nil {
		_, err = s.Create(ctx, []store.Run{Pending("r")})
	}
	var c store.Claimed
	if err == nil {
		c, err = s.Claim(ctx, store.Claim{Owner: "child", Lease: time.Hour, Max: 1, Flows: []string{Flow}})
	}
	if err == nil {
		err = TryCommit(ctx, s, Step(c.Runs[0].Run, 1))
	}
	fmt.Println("holds", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// Holder starts a process that calls Hold, and waits until it has.
func Holder(tb testing.TB, c *exec.Cmd) *exec.Cmd {
	tb.Helper()
	_, err := c.StdinPipe()
	require.NoError(tb, err)
	out, err := c.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)
	require.Equal(tb, "holds <nil>\n", line)
	return c
}
