package file_test

import (
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

// What keeps a store from writing for a while is no failure of its runs: they go on, and nothing is done twice.
func TestRunsOutliveWhatKeepsTheStoreFromWriting(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]struct {
		operation string
		err       error
	}{
		"a full disk":           {"write", syscall.ENOSPC},
		"a disk without inodes": {"create", syscall.ENOSPC},
		"a disk that fails":     {"sync", syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine()
			var fails atomic.Bool
			m.at = func(_ int, operation string) error {
				if fails.Load() && operation == trouble.operation {
					return trouble.err
				}
				return nil
			}
			s, err := file.OpenOn(m, 5000) // of which a segment is soon full
			require.NoError(t, err)
			runstest.Outlive(t, s, 1000, func() func() {
				fails.Store(true)
				return func() { fails.Store(false) }
			})
			want := told(t, s)
			again, err := file.OpenOn(m.restart(nil), 5000)
			require.NoError(t, err)
			require.Equal(t, want, told(t, again))
		})
	}
}

// A batch is written as a whole or not at all, and the store works again as soon as the disk does.
func TestADiskThatIsFullForAWhileLosesNothing(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 1<<20)
	require.NoError(t, err)
	runs := leased(t, s, "a", "b")
	commit(t, s, step(runs[0], 1))
	m.at = func(_ int, operation string) error {
		if operation == "write" || operation == "create" {
			return syscall.ENOSPC
		}
		return nil
	}
	for range 5 {
		err := tryCommit(t.Context(), s, step(runs[0], 2), step(runs[1], 1))
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorContains(t, err, "journal/")
	}
	require.Len(t, m.find("journal"), 1, "what failed leaves nothing behind")
	require.Equal(t, []int64{1}, numbers(t, s, "a"))
	require.Empty(t, numbers(t, s, "b"))
	after, err := file.OpenOn(m.restart(nil), 1<<20)
	require.NoError(t, err)
	require.Equal(t, []int64{1}, numbers(t, after, "a"))
	m.at = nil
	commit(t, s, step(runs[0], 2), step(runs[1], 1))
	require.NoError(t, s.Close())
	after, err = file.OpenOn(m.restart(nil), 1<<20)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, numbers(t, after, "a"))
	require.Equal(t, []int64{1}, numbers(t, after, "b"))
}

// A file of a run that cannot be written fails nobody, and Close says so: the journal has what it has not.
func TestAFileThatCannotBeWrittenIsLeftToTheJournal(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 1)
	require.NoError(t, err)
	m.at = func(_ int, operation string) error {
		if operation == "rename" || operation == "append" {
			return syscall.EACCES
		}
		return nil
	}
	run := leased(t, s, "r")[0]
	for n := range int64(5) {
		commit(t, s, step(run, n))
	}
	err = s.Close()
	require.ErrorIs(t, err, syscall.EACCES)
	require.ErrorContains(t, err, "runs/r.jsonl")
	require.NotErrorIs(t, err, store.ErrCorrupt)
	m.at = nil
	require.Len(t, numbers(t, on(t, m.restart(nil)), "r"), 5)
}

func TestTheQueueWithoutANameHasATotal(t *testing.T) {
	t.Parallel()
	s := open(t)
	runstest.Bound(t, s, s)
}
