package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestPathsThatAreNoFilesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct{ path, says string }{
		"empty":            {"", "the path is empty"},
		"memory":           {":memory:", "durable/store/memory"},
		"uri":              {"file:x.db", "not a URI"},
		"directory":        {dir, "a directory"},
		"zero byte":        {"a\x00b", "zero byte"},
		"no directory":     {filepath.Join(dir, "none", "x.db"), "no such file or directory"},
		"file as a folder": {filepath.Join(os.Args[0], "x.db"), "not a directory"},
		"device":           {os.DevNull, "no regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sqlite.Open(t.Context(), c.path)
			require.ErrorContains(t, err, "open store ")
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestChoicesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]sqlite.Config{
		"unknown mode Synchronous(7)": {Synchronous: 7},
		"-1s is negative":             {BusyTimeout: -time.Second},
	} {
		p := path(t)
		_, err := sqlite.OpenConfig(t.Context(), p, c)
		require.ErrorContains(t, err, says)
		require.NoFileExists(t, p)
	}
	require.Equal(t, "FULL NORMAL OFF", strings.Join([]string{
		sqlite.Full.String(), sqlite.Normal.String(), sqlite.Off.String(),
	}, " "))
}

func TestEveryConnectionHasTheSettings(t *testing.T) {
	t.Parallel()
	for mode, number := range map[sqlite.Synchronous]string{sqlite.Full: "2", sqlite.Normal: "1", sqlite.Off: "0"} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			s := open(t, sqlite.Config{Synchronous: mode, BusyTimeout: 1234 * time.Millisecond})
			for name, want := range map[string]string{
				"journal_mode": "wal", "synchronous": number, "foreign_keys": "1", "busy_timeout": "1234",
				"fullfsync": "1", "checkpoint_fullfsync": "1", "journal_size_limit": "4194304", "auto_vacuum": "0",
				"application_id": "1113683054", "query_only": "0",
			} {
				var is string
				require.NoError(t, s.DB().QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&is))
				require.Equal(t, want, is, name)
			}
			writes, err := s.OnWriter("synchronous")
			require.NoError(t, err)
			require.Equal(t, number, writes)
		})
	}
}

func TestASettingThatIsNotTakenIsAnError(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	require.NoError(t, s.Set("synchronous", "OFF", "0"))
	require.EqualError(t, s.Set("synchronous", "OFF", "2"), "synchronous was set to OFF, but is 0")
	require.EqualError(t, s.Set("no_such_setting", "1", "1"), "no_such_setting was set to 1, but is nothing")
}

func TestNamesThatLookLikeParametersAreNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a?mode=memory", "b#c", "d%20e", "f g", "h&i=j", "ü", "'k"} {
		p := filepath.Join(dir, name)
		s := openAt(t, p, sqlite.Config{})
		leased(t, s, "r")
		require.FileExists(t, p)
		require.FileExists(t, p+"-wal")
	}
}

// untouched checks that Open refuses a file and leaves it, and what is beside it, alone.
func untouched(t *testing.T, p string, is error, says string) {
	t.Helper()
	before, err := os.ReadFile(p)
	require.NoError(t, err)
	_, err = sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, is)
	require.ErrorContains(t, err, says)
	after, err := os.ReadFile(p)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after), "the file was changed")
	files, err := filepath.Glob(p + "*")
	require.NoError(t, err)
	require.Equal(t, []string{p, p + "-lock"}, files)
}

func TestAFileThatIsNoDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 15, 511, 512, 4096, 10000} {
		p := path(t)
		require.NoError(t, os.WriteFile(p, bytes.Repeat([]byte("text "), size)[:size], 0o600))
		untouched(t, p, store.ErrCorrupt, "no")
	}
}

func TestAnEmptyFileBecomesAStore(t *testing.T) {
	t.Parallel()
	p := path(t)
	require.NoError(t, os.WriteFile(p, nil, 0o600))
	leased(t, openAt(t, p, sqlite.Config{}), "r")
}

// application makes a database of another application.
func application(t *testing.T, p string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", p)
	require.NoError(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
}

func TestADatabaseOfAnotherApplicationIsLeftAlone(t *testing.T) {
	t.Parallel()
	p := path(t)
	application(t, p, "PRAGMA application_id = 0x1234", "CREATE TABLE theirs (x)", "INSERT INTO theirs VALUES (1)")
	untouched(t, p, store.ErrCorrupt, "a database of another application (its application_id is 0x1234)")
	p = path(t)
	application(t, p, "PRAGMA application_id = 77", "VACUUM")
	untouched(t, p, store.ErrCorrupt, "another application")
}

func TestADatabaseOfAnotherApplicationCanBeAdopted(t *testing.T) {
	t.Parallel()
	p := path(t)
	application(t, p, "PRAGMA application_id = 0x1234", "CREATE TABLE theirs (x)", "INSERT INTO theirs VALUES (1)")
	s := openAt(t, p, sqlite.Config{Adopt: true})
	leased(t, s, "r")
	var x, id int
	row := s.DB().QueryRowContext(t.Context(), "SELECT x, application_id FROM theirs, pragma_application_id")
	require.NoError(t, row.Scan(&x, &id))
	require.Equal(t, 1, x)
	require.Equal(t, 0x1234, id)
	require.NoError(t, s.Close())
	leased(t, openAt(t, p, sqlite.Config{}), "s") // now it is ours
}

func TestADatabaseWithAPageThatIsDamagedIsCorrupt(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	leased(t, s, "r")
	require.NoError(t, s.Close())
	data, err := os.ReadFile(p)
	require.NoError(t, err)
	for i := 4096; i < len(data); i++ {
		data[i] = 0xa5
	}
	require.NoError(t, os.WriteFile(p, data, 0o600))
	_, err = sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, p)
}

func TestOpenEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(os.ErrDeadlineExceeded)
	p := path(t)
	_, err := sqlite.Open(ctx, p)
	require.Error(t, err)
	openAt(t, p, sqlite.Config{})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	ctx := t.Context()
	calls := map[string]func() error{
		"create": func() error { _, err := s.Create(ctx, []store.Run{pending("r")}); return err },
		"claim":  func() error { _, err := s.Claim(ctx, store.Claim{Owner: "o", Max: 1}); return err },
		"renew":  func() error { _, err := s.Renew(ctx, "o", hour); return err },
		"commit": func() error { _, err := s.Commit(ctx, nil); return err },
		"step":   func() error { return tryCommit(ctx, s, step(store.Run{ID: "r"}, 1)) },
		"send":   func() error { _, err := s.Send(ctx, nil); return err },
		"load":   func() error { _, err := s.Load(ctx, "r", store.Mark{}); return err },
		"list":   func() error { _, err := s.List(ctx, store.Query{}); return err },
		"count":  func() error { _, err := s.Count(ctx, store.Query{}); return err },
		"delete": func() error { _, err := s.Delete(ctx, nil); return err },
		"backup": func() error { return s.Backup(ctx, path(t)) },
	}
	for name, call := range calls {
		require.ErrorIs(t, call(), store.ErrClosed, name)
	}
	require.Error(t, s.DB().PingContext(ctx))
}

func TestRemoveDeletesEverything(t *testing.T) {
	t.Parallel()
	p := path(t)
	s, err := sqlite.Open(t.Context(), p)
	require.NoError(t, err)
	leased(t, s, "r")
	require.NoError(t, s.Remove())
	files, err := os.ReadDir(filepath.Dir(p))
	require.NoError(t, err)
	require.Empty(t, files)
}

func TestRemoveLeavesAStoreAloneThatSomebodyElseHasOpened(t *testing.T) {
	t.Parallel()
	p := path(t)
	first, err := sqlite.Open(t.Context(), p)
	require.NoError(t, err)
	require.NoError(t, first.Close())
	leased(t, openAt(t, p, sqlite.Config{}), "r")
	require.ErrorIs(t, first.Remove(), store.ErrInUse)
	require.FileExists(t, p)
}
