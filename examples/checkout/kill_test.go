package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wave is how many orders come between two kills.
const wave = 4

// TestKilledAtAnyMomentTheShopGoesOnWhereItWas kills the program again and again, as kill -9 does, 30 times or as often
// as BATON_CRASH_KILLS says, lets the last one come to the end, and looks into everybody's books.
func TestKilledAtAnyMomentTheShopGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	kills := 30
	if text := os.Getenv("BATON_CRASH_KILLS"); text != "" {
		var err error
		kills, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	s := &shopper{t: t, program: build(t), dir: t.TempDir()}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for n := 0; n < kills; {
		// Mostly amid the work; sometimes while it only opens.
		until := moment{lines: 4 + rng.IntN(30), pause: time.Duration(rng.IntN(int(5 * time.Millisecond)))}
		if rng.IntN(5) == 0 {
			until = moment{pause: time.Duration(rng.IntN(int(60 * time.Millisecond)))}
		}
		s.orders += wave
		if s.live(&until) {
			n++
		}
	}
	// On the last day nobody is too late: on a slow machine it may be the only one on which carriers make offers in time.
	s.orders += 2 * wave
	s.patient = []string{"-carriers", "swift,mule", "-offers-within", "1h"}
	require.False(t, s.live(nil))
	require.Contains(t, s.said, "It adds up.")
	t.Logf("%d orders; %d times one of them went on after a kill", s.orders, s.resumed)
	require.NotZero(t, s.resumed)
	books := audit(t, s.dir, s.orders)

	require.False(t, s.live(nil))
	require.Contains(t, s.said, "\nnew orders: 0\n")
	require.Equal(t, books, audit(t, s.dir, s.orders), "what has ended is not done again")
}

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "checkout.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// shopper runs the program.
type shopper struct {
	t            *testing.T
	program, dir string
	orders       int
	patient      []string // flags that give carriers more time
	lives        int
	said         string // in the last life
	resumed      int
}

// moment is when to kill: after so many lines, and then a pause.
type moment struct {
	lines int
	pause time.Duration
}

// live runs the program until the moment, or to its end, and tells whether it was killed.
func (s *shopper) live(until *moment) (killed bool) {
	t := s.t
	t.Helper()
	s.lives++
	manager := []string{"yes", "yes", "no", "sleep"}[s.lives%4]
	args := []string{
		"-dir", s.dir, "-orders", strconv.Itoa(s.orders), "-at-once", "8", "-manager", manager,
		"-patience", "200ms", "-offers-within", "100ms", "-pace", "5ms", "-trouble", "0.3",
	}
	cmd := exec.CommandContext(t.Context(), s.program, append(args, s.patient...)...)
	var complaints, said strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for n := 0; ; n++ {
		if until != nil && n == until.lines {
			timer = time.AfterFunc(until.pause, func() { _ = cmd.Process.Kill() })
		}
		if !lines.Scan() {
			break
		}
		fmt.Fprintln(&said, lines.Text())
	}
	require.NoError(t, lines.Err())
	err = cmd.Wait()
	s.said = said.String()
	s.resumed += strings.Count(s.said, " goes on; ")
	if timer != nil && !timer.Stop() && err != nil {
		return true
	}
	require.NoError(t, err, "it ended by itself, and said\n%s%s", s.said, complaints.String())
	return false
}
