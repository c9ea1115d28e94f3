package file_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/disktest"
)

// chmod changes permissions.
func chmod(t *testing.T, p string, mode fs.FileMode) (back func()) {
	t.Helper()
	info, err := os.Stat(p)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(p, mode))
	return func() { require.NoError(t, os.Chmod(p, info.Mode())) }
}

// snapshot is what is in a directory, by name; what is not a file is nothing.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.Walk(dir, func(p string, info fs.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		text, err := os.ReadFile(p)
		all[p] = string(text)
		return err
	}))
	return all
}

func TestADirectoryWithoutPermissionIsAnErrorAndNoDamage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forbid string
		mode   fs.FileMode
	}{
		"the directory":         {".", 0},
		"the names in it":       {".", 0o300},
		"a lock":                {"LOCK", 0o400},
		"the form":              {"FORMAT", 0},
		"the runs":              {"runs", 0},
		"the names of the runs": {"runs", 0o300},
		"a run":                 {"runs/b.jsonl", 0},
		"the journal":           {"journal", 0},
		"a part of the journal": {journal, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t)
			s, err := file.Open(t.Context(), dir)
			require.NoError(t, err)
			for i, r := range leased(t, s, "a", "b") {
				commit(t, s, step(r, int64(i)))
			}
			require.NoError(t, s.Close())
			if c.forbid == journal {
				require.NoError(t, os.WriteFile(filepath.Join(dir, journal), nil, 0o600))
			}
			before := snapshot(t, dir)
			back := chmod(t, filepath.Join(dir, c.forbid), c.mode)
			disktest.AsNobody(t, dir, func() {
				_, err := file.Open(t.Context(), dir)
				require.ErrorIs(t, err, fs.ErrPermission)
				require.ErrorContains(t, err, dir)
				require.NotErrorIs(t, err, store.ErrCorrupt)
				require.NotErrorIs(t, err, store.ErrInUse)
			})
			back()
			require.Equal(t, before, snapshot(t, dir))
			require.Len(t, claim(t, openAt(t, dir), 9).Runs, 2)
		})
	}
}

func TestADirectoryThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "above")
	require.NoError(t, os.Mkdir(dir, 0o500))
	disktest.AsNobody(t, dir, func() {
		_, err := file.Open(t.Context(), filepath.Join(dir, "store"))
		require.ErrorIs(t, err, fs.ErrPermission)
		require.ErrorContains(t, err, filepath.Join(dir, "store"))
	})
	require.Empty(t, snapshot(t, dir))
}

// What may be read and not written can be opened; it can be looked at, and writes say what is wrong.
func TestAStoreThatMayNotBeWrittenSaysSoAndGoesOnLater(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s, err := file.Open(t.Context(), dir)
	require.NoError(t, err)
	runs := leased(t, s, "a", "b")
	commit(t, s, step(runs[0], 1))
	require.NoError(t, s.Close())
	back := []func(){chmod(t, filepath.Join(dir, "journal"), 0o500), chmod(t, filepath.Join(dir, "runs"), 0o500)}
	disktest.AsNobody(t, dir, func() {
		s, err := file.Open(t.Context(), dir)
		require.NoError(t, err)
		require.Equal(t, []int64{1}, numbers(t, s, "a"))
		_, err = s.Create(t.Context(), []store.Run{pending("c")})
		require.ErrorIs(t, err, fs.ErrPermission)
		require.ErrorContains(t, err, dir)
		_, err = s.Load(t.Context(), "c", store.Mark{})
		require.ErrorIs(t, err, store.ErrNotFound)
		for _, f := range back {
			f()
		}
		_, err = s.Create(t.Context(), []store.Run{pending("c")})
		require.NoError(t, err)
		require.NoError(t, s.Close())
	})
	require.Len(t, claim(t, openAt(t, dir), 9).Runs, 3)
}

// fill appends large records until that fails, and returns how many were acknowledged.
func fill(t *testing.T, s store.Store, run store.Run) (n int64, err error) {
	t.Helper()
	for n = 1; err == nil && n < 10_000; n++ {
		w := step(run, n)
		w.Records[0].Result.Data = append(append([]byte{'"'}, bytes.Repeat([]byte{'x'}, 20_000)...), '"')
		err = tryCommit(t.Context(), s, w)
	}
	return n - 2, err
}

func TestADiskThatIsFullLosesNothing(t *testing.T) {
	t.Parallel()
	disk := disktest.Small(t, 2<<20)
	dir := filepath.Join(disk, "store")
	s, err := file.Open(t.Context(), dir)
	require.NoError(t, err)
	runs := leased(t, s, "a", "b")
	ballast := filepath.Join(disk, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 1<<20), 0o600))
	last, err := fill(t, s, runs[0])
	require.ErrorContains(t, err, "no space left")
	require.Positive(t, last)
	for range 200 { // who tries again and again leaves nothing behind
		require.ErrorContains(t, tryCommit(t.Context(), s, step(runs[0], last+1)), "no space left")
	}
	require.Len(t, numbers(t, s, "a"), int(last))
	segments, err := os.ReadDir(filepath.Join(dir, "journal"))
	require.NoError(t, err)
	require.Less(t, len(segments), 10)
	require.ErrorContains(t, s.Close(), "no space left") // for the files of the runs
	s = openAt(t, dir)
	require.Len(t, numbers(t, s, "a"), int(last))

	require.NoError(t, os.Remove(ballast))
	require.Len(t, claim(t, s, 9).Runs, 2)
	require.NoError(t, steps("b", 1)(t, s))
	require.NoError(t, s.Close())
	s = openAt(t, dir)
	require.Len(t, numbers(t, s, "a"), int(last))
	require.Equal(t, []int64{1}, numbers(t, s, "b"))
}
