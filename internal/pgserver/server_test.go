package pgserver_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/pgserver"
)

// childEnv has the test binary start a server and be killed.
const childEnv = "BATON_PGSERVER_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		s, err := pgserver.Start()
		if err != nil {
			panic(err)
		}
		fmt.Println(s.Socket())
		select {}
	}
	os.Exit(pgserver.Main(m))
}

func TestAServerListensUntilItIsClosed(t *testing.T) {
	t.Parallel()
	s := pgserver.New(t)
	c, err := net.Dial("unix", s.Socket())
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, s.Stop(true))
	_, err = net.Dial("unix", s.Socket())
	require.Error(t, err)
	require.NoError(t, s.Configure("work_mem = 5MB"))
	require.NoError(t, s.Restart())
	require.NoError(t, s.Reload())
	c, err = net.Dial("unix", s.Socket())
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.NoError(t, s.Stop(false))
	require.NoError(t, s.Restart())
	require.NoError(t, s.Close())
	require.NoDirExists(t, filepath.Dir(s.Socket()))
	require.NoError(t, s.Close())
}

func TestAServerLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	pgserver.DSN(t)                        // or there is none
	parent, err := os.MkdirTemp("", "pg-") //nolint:usetesting // a name as short as a socket's must be
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(parent)) })
	require.NoError(t, os.Chmod(parent, 0o755)) // the server may be somebody else's
	s, err := pgserver.StartIn(parent)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestNoServerOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	pgserver.DSN(t) // or there is none
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), childEnv+"=1")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	socket := lines.Text()
	conn, err := net.Dial("unix", socket)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	for { // until the end of the test, which has a limit
		entries, err := os.ReadDir(filepath.Dir(socket))
		if os.IsNotExist(err) || err == nil && len(entries) == 0 { // its parent may be nobody's but ours
			_ = os.Remove(filepath.Dir(socket))
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	_, err = net.Dial("unix", socket)
	require.Error(t, err)
}
