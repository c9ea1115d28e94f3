package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestKilledAtAnyMomentTheProgramGoesOnWhereItWas kills the program, as kill -9 does, after each line that it says, and
// lets the last one come to the end.
func TestKilledAtAnyMomentTheProgramGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "background.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	killed := 0
	for story := 0; killed == 0; story++ { // nearly always once: we may be too slow to kill it
		file := filepath.Join(dir, fmt.Sprint("jobs-", story, ".db"))
		said, ended := "", false
		for lines := 1; !ended; lines++ {
			if said, ended = live(t, program, file, lines); !ended {
				killed++
			}
		}
		require.Equal(t, tale, essence(said), said)
	}
	t.Logf("killed %d times", killed)
}

// live runs the program, kills it in a moment once it has said so many lines, and tells whether it has ended before.
func live(t *testing.T, program, file string, lines int) (said string, ended bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-file", file, "-primes", "100000")
	var complaints, text strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var kill *time.Timer
	for n, s := 0, bufio.NewScanner(out); s.Scan(); {
		fmt.Fprintln(&text, s.Text())
		if n++; n == lines {
			kill = time.AfterFunc(rand.N(20*time.Millisecond), func() { _ = cmd.Process.Kill() })
		}
	}
	err = cmd.Wait()
	if kill != nil && !kill.Stop() && err != nil {
		return text.String(), false
	}
	require.NoError(t, err, "it ended by itself, and said\n%s%s", &text, &complaints)
	return text.String(), true
}
