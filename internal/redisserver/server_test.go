package redisserver_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/redisserver"
)

// childEnv has the test binary start a server and be killed.
const childEnv = "BATON_REDISSERVER_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		s, err := redisserver.Start()
		if err != nil {
			panic(err)
		}
		fmt.Println(s.Dir())
		select {}
	}
	os.Exit(redisserver.Main(m))
}

func answers(t *testing.T, s *redisserver.Server) {
	t.Helper()
	c, err := net.Dial("unix", s.Socket())
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

func TestAServerListensUntilItIsClosed(t *testing.T) {
	t.Parallel()
	s := redisserver.New(t)
	require.Equal(t, "unix://"+s.Socket(), s.URL())
	answers(t, s)
	s.Kill()
	_, err := net.Dial("unix", s.Socket())
	require.Error(t, err)
	s.Kill()
	require.NoError(t, s.Restart("maxmemory 50mb"))
	answers(t, s)
	require.NoError(t, s.Close())
	require.NoDirExists(t, s.Dir())
	require.NoError(t, s.Close())
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	t.Parallel()
	redisserver.URL(t) // or there is none
	_, err := redisserver.Start("no-such-setting yes")
	require.ErrorContains(t, err, "the server has ended")
}

func TestNoServerOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	redisserver.URL(t) // or there is none
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
	dir := lines.Text()
	conn, err := net.Dial("unix", dir+"/redis.sock")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	for { // until the end of the test, which has a limit
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	_, err = net.Dial("unix", dir+"/redis.sock")
	require.Error(t, err)
}
