//go:build unix

package postgres_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// audience hears what the workers of releases say. They all write to one pipe, so that what came first is heard first.
// A worker that stood still for longer than a lease may do once more what somebody else has done meanwhile: it comes
// to nothing, so what steps come to is what counts.
type audience struct {
	mu      sync.Mutex
	told    map[string]string // by run and stage: the value
	wrong   []string
	up      map[int]int // by release
	blocked int
}

func (a *audience) hear(line string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	word, rest, _ := strings.Cut(line, " ")
	switch key, value, _ := strings.Cut(rest, " "); word {
	case "told":
		if was, ok := a.told[key]; ok && was != value {
			a.wrong = append(a.wrong, fmt.Sprintf("%s came to %s, and to %s before", key, value, was))
		}
		a.told[key] = value
	case "up":
		version, _ := strconv.Atoi(key)
		a.up[version]++
	case "blocked":
		a.blocked++
	default:
		a.wrong = append(a.wrong, line)
	}
}

// count reads what was heard, under the lock.
func (a *audience) count(f func() int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return f()
}

// cluster is workers of several releases on one database.
type cluster struct {
	*audience
	t      *testing.T
	schema string
	client *durable.Client
	pipe   *os.File
	runs   []*durable.Handle[string]
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	c := &cluster{
		audience: &audience{told: map[string]string{}, up: map[int]int{}}, t: t, schema: schema(), pipe: w,
	}
	c.client = durable.NewClient(openAt(t, pgserver.DSN(t), postgres.Config{Schema: c.schema}))
	var heard sync.WaitGroup
	heard.Go(func() {
		for lines := bufio.NewScanner(r); lines.Scan(); {
			c.hear(lines.Text())
		}
	})
	t.Cleanup(func() {
		_ = w.Close()
		heard.Wait()
		_ = r.Close()
	})
	return c
}

// deploy starts a worker of a release, and waits until it is up.
func (c *cluster) deploy(version int) *exec.Cmd {
	c.t.Helper()
	return c.deployAs("", version)
}

// deployAs is deploy with another binary than this one, if it is given.
func (c *cluster) deployAs(binary string, version int) *exec.Cmd {
	c.t.Helper()
	were := c.count(func() int { return c.up[version] })
	cmd := children.Command(c.t, "release", pgserver.DSN(c.t), c.schema, strconv.Itoa(version))
	cmd.Stdout = c.pipe
	if binary != "" {
		cmd.Path = binary
	}
	_, err := cmd.StdinPipe() // it exits when this process does
	require.NoError(c.t, err)
	require.NoError(c.t, cmd.Start())
	until(c.t, func() bool { return c.count(func() int { return c.up[version] + len(c.wrong) }) > were })
	return cmd
}

// end has a worker close, or kills it.
func (c *cluster) end(cmd *exec.Cmd, kill bool) {
	c.t.Helper()
	if kill {
		require.NoError(c.t, cmd.Process.Kill())
		_ = cmd.Wait()
		return
	}
	require.NoError(c.t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(c.t, cmd.Wait())
}

// begin starts more runs.
func (c *cluster) begin(n int) {
	c.t.Helper()
	for range n {
		id := fmt.Sprint("run-", len(c.runs))
		h, err := released(0).Start(c.t.Context(), c.client, id, durable.WithID(id))
		require.NoError(c.t, err)
		c.runs = append(c.runs, h)
	}
}

// keepBusy starts more runs if few are under way. If there were ever more of them none would come far.
func (c *cluster) keepBusy() {
	c.t.Helper()
	const few = 30
	s, err := c.client.Stats(c.t.Context(), durable.Filter{})
	require.NoError(c.t, err)
	if s.Total-s.Completed < few {
		c.begin(5)
	}
}

// settle waits until all runs have ended, and returns how many followed which release.
func (c *cluster) settle() map[string]int {
	c.t.Helper()
	follow := map[string]int{}
	for _, h := range c.runs {
		var result string
		until(c.t, func() bool {
			if c.count(func() int { return len(c.wrong) }) > 0 {
				return true
			}
			var done bool
			var err error
			result, done, err = h.TryResult(c.t.Context()) // an error is that it is blocked for now
			return done && err == nil
		})
		follow[result]++
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Empty(c.t, c.wrong)
	return follow
}

// Workers of the old code are closed, and killed, one by one, while those of the new one are up already: nobody opens a
// runtime after the old ones have blocked what they do not understand.
func TestADeployLeavesNoRunBehind(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	var old, young []*exec.Cmd
	for range 3 {
		old = append(old, c.deploy(1))
	}
	c.begin(20)
	for range 3 {
		young = append(young, c.deploy(2))
	}
	until(t, func() bool { // both carry out whatever they come by
		c.keepBusy()
		return c.count(func() int { return c.blocked + len(c.wrong) }) > 0
	})
	for i, cmd := range old {
		c.begin(10)
		c.end(cmd, i%2 == 0)
	}
	c.end(young[0], true)
	c.begin(5)
	require.Positive(t, c.settle()["release 2"])
	for _, cmd := range young[1:] {
		c.end(cmd, false)
	}
}

// A canary whose code does not fit what the others have begun harms nobody: each carries on what fits it.
func TestACanaryThatFitsNothingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	sound := []*exec.Cmd{c.deploy(1), c.deploy(1)}
	canary := c.deploy(3)
	until(t, func() bool {
		c.keepBusy()
		return c.count(func() int { return c.blocked + len(c.wrong) }) > 0
	})
	c.begin(20)
	c.settle()
	c.end(canary, true)
	c.begin(5)
	c.settle()
	for _, cmd := range sound {
		c.end(cmd, false)
	}
	runs, err := c.client.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.Equal(t, int64(len(c.runs)), runs.Completed)
}
