//go:build unix

package runstest

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// witness hears what workers say: which record each of them made, and in which epoch.
type witness struct {
	mu    sync.Mutex
	made  map[string]map[int64]int64 // by run and number: the epoch
	wrong []string
	lost  int
	lines int
}

func (w *witness) hear(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines++
	var word, run string
	var n, epoch int64
	_, _ = fmt.Sscan(line, &word, &run, &n, &epoch)
	switch word {
	case "made":
		if w.made[run] == nil {
			w.made[run] = map[int64]int64{}
		}
		if other, ok := w.made[run][n]; ok {
			w.wrong = append(w.wrong, fmt.Sprintf("%s was made in epoch %d as well", line, other))
		}
		w.made[run][n] = epoch
	case "lost":
		w.lost++
	case "failed":
		w.wrong = append(w.wrong, line)
	}
}

func (w *witness) heard() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lines
}

// Workers checks that a worker without the lease records nothing. Three at a time are processes that call [Work], which
// are paused for longer than their leases last, and killed, at random moments; worker prepares one of that name.
func Workers(t *testing.T, s store.Store, worker func(name string) *exec.Cmd) {
	t.Helper()
	w := &witness{made: map[string]map[int64]int64{}}
	runs := 0
	for len(w.wrong) == 0 && w.lost == 0 { // nearly always once
		for range 30 {
			_, err := s.Create(t.Context(), []store.Run{Pending(fmt.Sprint("r", runs))})
			require.NoError(t, err)
			runs++
		}
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() { employ(t, w, worker, fmt.Sprint("worker ", runs, i)) })
		}
		all.Wait()
	}
	require.Empty(t, w.wrong)
	for i := range runs {
		h, err := s.Load(t.Context(), fmt.Sprint("r", i), store.Mark{})
		require.NoError(t, err)
		require.Equal(t, store.Completed, h.Run.Status)
		require.Len(t, h.Records, workSteps)
		epoch := int64(1)
		for j, r := range h.Records {
			require.Equal(t, int64(j+1), r.N)
			require.GreaterOrEqual(t, r.Epoch, epoch, "record %d of run %d is of an epoch that was over", r.N, i)
			epoch = r.Epoch
			if made, ok := w.made[h.Run.ID][r.N]; ok { // else it was killed before it could say so
				require.Equal(t, made, r.Epoch)
			}
		}
		for n := range w.made[h.Run.ID] {
			require.LessOrEqual(t, n, int64(workSteps))
		}
	}
}

// employ has workers work one after the other until nothing is left to do: each is paused now and then, and killed.
func employ(t *testing.T, w *witness, worker func(name string) *exec.Cmd, name string) {
	t.Helper()
	for life := 0; ; life++ {
		c := worker(fmt.Sprint(name, " ", life))
		out, err := c.StdoutPipe()
		if err != nil || c.Start() != nil {
			t.Error("start a worker: ", err)
			return
		}
		ended := make(chan bool)
		var troubles sync.WaitGroup
		troubles.Go(func() { trouble(c, w, ended, life < 4) })
		lines, done := bufio.NewScanner(out), false
		for lines.Scan() {
			done = lines.Text() == "done"
			w.hear(lines.Text())
		}
		close(ended)
		troubles.Wait()
		_ = c.Wait()
		if done {
			return
		}
	}
}

// trouble pauses a worker whenever some lines were heard, and kills it in the end if it is to be killed.
func trouble(c *exec.Cmd, w *witness, ended <-chan bool, kill bool) {
	for range 3 {
		for until := w.heard() + 1 + rand.IntN(100); w.heard() < until; {
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
		_ = c.Process.Signal(syscall.SIGSTOP)
		select {
		case <-ended:
		case <-time.After(2 * workLease):
		}
		_ = c.Process.Signal(syscall.SIGCONT)
	}
	if kill {
		_ = c.Process.Kill()
	}
}
