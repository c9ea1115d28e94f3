package file_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

func TestAStoreIsOpenedOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := openAt(t, dir)
	_, err := file.Open(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, fmt.Sprintf("this one (pid %d) has it open already", os.Getpid()))

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	_, err = file.Open(t.Context(), link)
	require.ErrorIs(t, err, store.ErrInUse)

	require.NoError(t, s.Close())
	leased(t, openAt(t, link), "r")
}

// childHold opens a store, leases a run, records a step of it, says so, and waits for its end.
func childHold() {
	ctx := context.Background()
	s, err := file.Open(ctx, os.Args[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = s.Create(ctx, []store.Run{pending("r")}); err == nil {
		var c store.Claimed
		c, err = s.Claim(ctx, store.Claim{Owner: "child", Lease: 1 << 40, Max: 1, Flows: []string{runstest.Flow}})
		if err == nil {
			err = tryCommit(ctx, s, step(c.Runs[0].Run, 1))
		}
	}
	fmt.Println("holds", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// holder starts a process that has the store open.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	c := children.Command(t, "hold", dir)
	_, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "holds <nil>\n", line)
	return c
}

func TestTheNextProcessTakesOverAtOnceWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := holder(t, dir)
	_, err := file.Open(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("open store %q: %s (pid %d)", dir, store.ErrInUse, c.Process.Pid))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	s := openAt(t, dir)
	h, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, store.Running, h.Run.Status)
	require.Equal(t, store.Lease{Epoch: 1, Revision: 1}, h.Run.Lease)
	require.Len(t, h.Records, 1)
	claimed := claim(t, s, 5)
	require.Len(t, claimed.Runs, 1)
	require.Equal(t, int64(2), claimed.Runs[0].Run.Epoch)
	require.Len(t, claimed.Runs[0].Records, 1)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(h.Run, 2)), store.ErrFenced)
}
