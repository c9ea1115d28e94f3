package file_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
)

// listing is what is in a directory, and in those in it.
func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		if p != dir {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(p), filepath.ToSlash(dir)+"/"))
		}
		return err
	}))
	return names
}

func TestADirectoryThatHoldsSomethingElseIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600))
	_, err := file.Open(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, `the directory holds something else: "letter.txt"`)
	require.Equal(t, []string{"letter.txt"}, listing(t, dir))
}

func TestANewerStoreIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"a store of durable runs, version 2\n": store.ErrNewer,
		"a store of durable runs, version 0\n": store.ErrCorrupt,
		"a store of durable runs, version x\n": store.ErrCorrupt,
		"":                                     store.ErrCorrupt,
		"a store of something\n":               store.ErrCorrupt,
	} {
		dir := folder(t)
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "FORMAT"), []byte(text), 0o600))
		_, err := file.Open(t.Context(), dir)
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, dir)
		require.Equal(t, []string{"FORMAT", "LOCK"}, listing(t, dir))
	}
}

func TestAPathThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, p := range []string{"", filepath.Join(dir, "file"), filepath.Join(dir, "no", "store"), "a\x00b"} {
		_, err := file.Open(t.Context(), p)
		require.ErrorContains(t, err, "open store")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := file.Open(ctx, filepath.Join(dir, "store"))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"file"}, listing(t, dir))
}

// A run's file may be a link to somewhere else: it is not followed.
func TestALinkOutOfTheDirectoryIsNotFollowed(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := openAt(t, dir)
	leased(t, s, "a", "b")
	require.NoError(t, s.Close())
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.Rename(filepath.Join(dir, "runs", "a.jsonl"), secret))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "runs", "a.jsonl")))
	_, err := file.Open(t.Context(), dir)
	require.ErrorContains(t, err, "runs/a.jsonl")
}

func TestAClosedStoreDoesNothingAndHasNoJournal(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := openAt(t, dir)
	r := leased(t, s, "a", "B", "b")[0]
	commit(t, s, step(r, 1))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	names := listing(t, dir)
	slices.Sort(names)
	require.Equal(t, []string{
		"FORMAT", "LOCK", "damaged", "journal", "runs", "runs/%42.jsonl", "runs/a.jsonl", "runs/b.jsonl",
	}, names)
	for name, err := range calls(t.Context(), s) {
		require.ErrorIs(t, err, store.ErrClosed, name)
	}
	require.Equal(t, []int64{1}, numbers(t, openAt(t, dir), "a"))
}

func TestNothingIsDoneUnderAContextThatIsDone(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range calls(ctx, s) {
		require.ErrorIs(t, err, context.Canceled, name)
	}
	runs, err := s.List(t.Context(), store.Query{})
	require.NoError(t, err)
	require.Empty(t, runs)
}

func calls(ctx context.Context, s *file.Store) map[string]error {
	errs := map[string]error{}
	_, errs["create"] = s.Create(ctx, []store.Run{{ID: "new"}})
	_, errs["claim"] = s.Claim(ctx, store.Claim{Owner: "o", Max: 1})
	_, errs["renew"] = s.Renew(ctx, "o", time.Second)
	_, errs["commit"] = s.Commit(ctx, nil)
	_, errs["send"] = s.Send(ctx, nil)
	_, errs["load"] = s.Load(ctx, "a", store.Mark{})
	_, errs["list"] = s.List(ctx, store.Query{})
	_, errs["delete"] = s.Delete(ctx, nil)
	_, errs["count"] = s.Count(ctx, store.Query{})
	return errs
}

// Callers that come at the same time share lines of the journal, and each gets its own answer.
func TestCallersShareTheDisk(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 1<<20)
	require.NoError(t, err)
	var ids []string
	for i := range 64 {
		ids = append(ids, string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	runs := leased(t, s, ids...)
	release := make(chan struct{})
	var first sync.Once
	blocked := make(chan struct{})
	m.at = func(_ int, operation string) error {
		if operation == "sync" {
			first.Do(func() { close(blocked); <-release })
		}
		return nil
	}
	before := m.ops
	errs := make([]error, len(runs))
	var all sync.WaitGroup
	start := func(i int) {
		all.Go(func() {
			w := step(runs[i], 1)
			if i%2 == 1 {
				w.Epoch++
			}
			errs[i] = tryCommit(t.Context(), s, w)
		})
	}
	start(0)
	<-blocked
	for i := 1; i < len(runs); i++ {
		start(i)
	}
	for s.Waiting() < len(runs)-1 {
		<-time.After(time.Millisecond)
	}
	close(release)
	all.Wait()
	for i, err := range errs {
		if i%2 == 1 {
			require.ErrorIs(t, err, store.ErrFenced)
		} else {
			require.NoError(t, err)
		}
	}
	require.Equal(t, 4, m.ops-before, "a write and a sync of the first one, and of all others")
}

func TestOneWhoWaitsMayGoAway(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 1<<20)
	require.NoError(t, err)
	r := leased(t, s, "r")[0]
	release, blocked := make(chan struct{}), make(chan struct{})
	var first sync.Once
	m.at = func(_ int, operation string) error {
		if operation == "sync" {
			first.Do(func() { close(blocked); <-release })
		}
		return nil
	}
	var all sync.WaitGroup
	all.Go(func() { err = tryCommit(t.Context(), s, step(r, 1)) })
	<-blocked
	ctx, cancel := context.WithCancel(t.Context())
	var gone error
	all.Go(func() { gone = tryCommit(ctx, s, step(r, 2)) })
	for s.Waiting() < 1 {
		<-time.After(time.Millisecond)
	}
	cancel()
	for s.Waiting() > 0 {
		<-time.After(time.Millisecond)
	}
	close(release)
	all.Wait()
	require.NoError(t, err)
	require.ErrorIs(t, gone, context.Canceled)
	require.Equal(t, []int64{1}, numbers(t, s, "r"))
}

// What a run leaves behind when it begins again and again does not stay.
func TestTheFileOfARunThatBeginsAgainDoesNotGrow(t *testing.T) {
	t.Parallel()
	m := newMachine()
	s, err := file.OpenOn(m, 2000)
	require.NoError(t, err)
	r := leased(t, s, "r")[0]
	largest := 0
	for n := range int64(300) {
		w := step(r, n)
		w.Published = make([]byte, 500)
		if n%20 == 19 {
			w.State, w.Revision, w.Restart = &r.State, r.Revision, &r.Input
			r.Revision++
		}
		commit(t, s, w)
		if names := m.find("runs"); len(names) > 0 {
			largest = max(largest, len(m.text(names[0])))
		}
	}
	require.Less(t, largest, 90<<10)
	require.Less(t, len(m.find("journal")), 4)
}
