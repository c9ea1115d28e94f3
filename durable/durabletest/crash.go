package durabletest

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Crashes says how [Crash] is to go about it. Open is required.
type Crashes struct {
	// Open opens the store in a directory that is the same each time. It is called in a process of its own.
	Open func(ctx context.Context, dir string) (store.Store, error)
	// Kills is how often the process is killed: 30 by default, or as many as the environment variable
	// BATON_CRASH_KILLS says.
	Kills int
	// Batch is how many runs each life of the process starts: 20 by default.
	Batch int
}

// Tally is what a witness has seen.
type Tally struct {
	Kills int
	// Runs is how many runs were started and ended, Steps how many outcomes orchestrations were told, each counted once.
	Runs, Steps int
	// Effects is how often a handler did something, Repeated how many of those repeat an effect whose record a crash
	// prevented. No other is ever repeated: that fails the test.
	Effects, Repeated int
	// Undone is how many steps were compensated.
	Undone int
	// Paused is how often a run was paused, Cancelled how many runs were, and Retried how many were made of one that had
	// failed.
	Paused, Cancelled, Retried int
	// Times is how many times of a schedule had their run.
	Times int
}

const (
	dirVariable   = "BATON_CRASH_DIR"
	lifeVariable  = "BATON_CRASH_LIFE"
	killsVariable = "BATON_CRASH_KILLS"
)

// Crash kills a process that carries out runs on a store, as kill -9 does, at random moments and again and again, and
// lets a last one come to the end. The test itself is the witness: it is told through a pipe of every effect and of
// every outcome that an orchestration has seen, and believes nobody else. The test fails if an outcome that was seen is
// lost or changes, if an action is carried out again after that, if a run does not end as it must, if an event is lost
// or comes twice, or if something that was done in a run that failed is not undone. A client pauses, resumes, cancels
// and retries runs meanwhile: what it was told that it has done is done. And each second a schedule starts a run: each
// time has one.
//
// The process is this test's own binary, so call Crash first in a test function that does nothing else.
func Crash(t *testing.T, c Crashes) Tally {
	t.Helper()
	tally, wrong := crash(t, c)
	t.Logf("%+v", tally)
	require.Empty(t, wrong)
	require.Positive(t, tally.Undone, "no run failed and undid what it did")
	require.Positive(t, tally.Paused, "no run was paused")
	require.GreaterOrEqual(t, tally.Times, leastTimes, "the schedule has started too few")
	return tally
}

// crash returns what the witness has seen, and what was wrong with it.
func crash(t *testing.T, c Crashes) (tally Tally, wrong []string) {
	t.Helper()
	if c.Batch == 0 {
		c.Batch = 20
	}
	if dir := os.Getenv(dirVariable); dir != "" {
		life, err := strconv.Atoi(os.Getenv(lifeVariable))
		require.NoError(t, err)
		os.Exit(victim(c, dir, life))
	}
	if c.Kills == 0 {
		c.Kills = 30
	}
	if text := os.Getenv(killsVariable); text != "" {
		kills, err := strconv.Atoi(text)
		require.NoError(t, err, killsVariable)
		c.Kills = kills
	}
	dir := t.TempDir()
	w := newWitness()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for w.tally.Kills < c.Kills {
		if life(t, w, dir, w.tally.Kills, randomEnd(rng)) {
			w.tally.Kills++
		}
		if len(w.wrong) > 0 {
			return w.tally, w.wrong
		}
	}
	require.False(t, life(t, w, dir, -1, end{}), "the last life was not to be killed")
	w.end()
	return w.tally, w.wrong
}

// end says when a process is killed: after so many lines that the witness hears, so that a slow machine does not make
// for short lives, and a moment later; or, if there are none, after a pause from its start. It does not live for ever
// in any case, once it is ready.
type end struct {
	lines int
	pause time.Duration
}

func randomEnd(rng *rand.Rand) end {
	if rng.IntN(5) == 0 {
		return end{pause: time.Duration(rng.IntN(int(150 * time.Millisecond)))}
	}
	return end{lines: 1 + rng.IntN(600), pause: time.Duration(rng.IntN(int(2 * time.Millisecond)))}
}

const longLife = 2 * time.Second

// life lets the process live until its end, or until all is done if its number is -1. It tells whether the process was
// killed.
func life(t *testing.T, w *witness, dir string, number int, at end) (killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+regexp.QuoteMeta(t.Name())+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), dirVariable+"="+dir, lifeVariable+"="+strconv.Itoa(number))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	_, err = cmd.StdinPipe() // it exits when this process does
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	w.begins(number)
	kill := time.AfterFunc(time.Hour, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if number >= 0 && at.lines == 0 {
		kill.Reset(at.pause)
	}
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			if err != io.EOF {
				require.NoError(t, err)
			}
			break // an unfinished line tells nothing
		}
		line = strings.TrimSpace(line)
		w.hears(line)
		if number >= 0 && line == "ready" && at.lines > 0 {
			kill.Reset(longLife)
		}
		if at.lines--; at.lines == 0 {
			kill.Reset(at.pause)
		}
	}
	err = cmd.Wait()
	if number >= 0 && cmd.ProcessState.ExitCode() < 0 && ctx.Err() == nil {
		return true
	}
	require.NoError(t, err, "life %d ended by itself:\n%s", number, stderr.String())
	return false
}
