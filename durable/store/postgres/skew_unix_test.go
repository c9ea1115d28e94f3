//go:build unix

package postgres_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
)

// skew makes the standard library's clock go wrong by as many seconds as the linker is told.
const skew = `
var skewed string

func skew() (n int64) {
	digits := skewed
	if digits != "" && digits[0] == '-' {
		digits = digits[1:]
	}
	for _, c := range digits {
		n = 10*n + int64(c-'0')
	}
	if len(digits) < len(skewed) {
		n = -n
	}
	return n
}
`

// skewedBinary builds the test's binary with a clock that is off. No library can do that to a Go program from outside,
// so it has a standard library of its own.
func skewedBinary(t *testing.T, off time.Duration) string {
	t.Helper()
	if os.Getenv("BATON_REQUIRE_ALL") != "1" {
		t.Skip("to build a program whose clock is off takes a minute: BATON_REQUIRE_ALL=1 has it done")
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	require.NoError(t, err)
	const reading = "sec, nsec, mono := runtimeNow()\n\tif mono == 0 {\n\t\treturn Time{uint64(nsec)"
	require.Equal(t, 1, strings.Count(string(text), reading), "time.Now is written in another way now")
	wrong := strings.Replace(string(text), reading, strings.Replace(reading, "\n", "\n\tsec += skew()\n", 1), 1) + skew
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "time.go"), []byte(wrong), 0o600))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: filepath.Join(dir, "time.go")}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	binary := filepath.Join(dir, "skewed.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay="+filepath.Join(dir, "overlay.json"),
		fmt.Sprintf("-ldflags=-X time.skewed=%d", off/time.Second), "-o", binary, ".")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	return binary
}

// A process whose clock is ten minutes ahead, one that is as much behind, and a right one share runs: leases end by the
// clock of the server, and nobody waits for a time that is none of his.
func TestProcessesWhoseClocksAreOffShareRuns(t *testing.T) {
	t.Parallel()
	const off = 10 * time.Minute
	binaries := []string{skewedBinary(t, off), skewedBinary(t, -off), ""}
	c := newCluster(t)
	workers := make([]*exec.Cmd, len(binaries))
	start := func(i int) { workers[i] = c.deployAs(binaries[i], 1) }
	for i := range workers {
		start(i)
	}
	for i := range 24 { // besides one that each worker starts, when it thinks that it is time
		id := fmt.Sprint("run-", i)
		_, err := handed.Start(t.Context(), c.client, id, durable.WithID(id))
		require.NoError(t, err)
	}
	for round := range 6 {
		c.handOn(round)
		if round < len(workers) { // somebody else has its runs, and it others
			c.end(workers[round], true)
			start(round)
		}
	}
	for round := range 6 { // those that came late, too
		c.handOn(round)
	}
	for m, err := range c.client.List(t.Context(), durable.Filter{Flows: []string{"handed"}}) {
		require.NoError(t, err)
		result, err := durable.Attach[string](c.client, m.ID).Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "handed on", result)
	}
	for _, w := range workers {
		c.end(w, false)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Empty(t, c.wrong)
	clocks := map[time.Duration]bool{}
	for _, value := range c.told {
		_, at, _ := strings.Cut(value, "@")
		seconds, err := strconv.ParseInt(at, 10, 64)
		require.NoError(t, err)
		clocks[time.Until(time.Unix(seconds, 0)).Round(off)] = true
	}
	require.GreaterOrEqual(t, len(clocks), 2, "processes whose clocks differ have carried runs out")
}

// handOn sends an event to each run that is handed on.
func (c *cluster) handOn(round int) {
	c.t.Helper()
	for m, err := range c.client.List(c.t.Context(), durable.Filter{Flows: []string{"handed"}}) {
		require.NoError(c.t, err)
		if err := c.client.Send(c.t.Context(), m.ID, "next", round, durable.DedupKey(strconv.Itoa(round))); err != nil {
			require.ErrorIs(c.t, err, durable.ErrFinished)
		}
	}
}
