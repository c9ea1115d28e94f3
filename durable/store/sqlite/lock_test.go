package sqlite_test

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
	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestAStoreIsOpenedOnce(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, p)
	require.ErrorContains(t, err, fmt.Sprintf("this one (pid %d) has it open already", os.Getpid()))

	link := filepath.Join(t.TempDir(), "link.db")
	require.NoError(t, os.Symlink(p, link))
	_, err = sqlite.Open(t.Context(), link)
	require.ErrorIs(t, err, store.ErrInUse)

	require.NoError(t, s.Close())
	leased(t, openAt(t, link, sqlite.Config{}), "r")
}

// childHold opens a store, leases a run, records a step of it, says so, and waits for its end.
func childHold() {
	s, err := sqlite.Open(context.Background(), os.Args[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	run := pending("r")
	if _, err = s.Create(context.Background(), []store.Run{run}); err == nil {
		var c store.Claimed
		c, err = s.Claim(context.Background(), store.Claim{Owner: "child", Lease: hour, Max: 1, Flows: []string{"flow"}})
		if err == nil {
			err = tryCommit(context.Background(), s, step(c.Runs[0].Run, 1))
		}
	}
	fmt.Println("holds", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// holder starts a process that has the store open.
func holder(t *testing.T, p string) *exec.Cmd {
	t.Helper()
	c := children.Command(t, "hold", p)
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

func TestASecondProcessIsToldWhoHasTheStore(t *testing.T) {
	t.Parallel()
	p := path(t)
	c := holder(t, p)
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("open store %q: %s (pid %d)", p, store.ErrInUse, c.Process.Pid))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
}

func TestTheNextProcessTakesOverAtOnceWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	p := path(t)
	c := holder(t, p)
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	s := openAt(t, p, sqlite.Config{})
	h, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, store.Running, h.Run.Status)
	require.Equal(t, store.Lease{Epoch: 1, Revision: 1}, h.Run.Lease)
	require.False(t, h.Run.Due.IsZero())
	require.Len(t, h.Records, 1)
	claimed := claim(t, s, 5)
	require.Len(t, claimed.Runs, 1)
	require.Equal(t, int64(2), claimed.Runs[0].Run.Epoch)
	require.Len(t, claimed.Runs[0].Records, 1)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(h.Run, 2)), store.ErrFenced)
}

func TestALockFileThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	p := path(t)
	require.NoError(t, os.Mkdir(p+"-lock", 0o700))
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorContains(t, err, p+"-lock")
	require.NotErrorIs(t, err, store.ErrInUse)
}
