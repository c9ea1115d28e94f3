package sqlite_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/internal/runstest"
)

// What keeps a store from writing for a while is no failure of its runs: they go on, and nothing is done twice.
func TestRunsOutliveWhatKeepsTheStoreFromWriting(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(t *testing.T, s *sqlite.Store, p string) (over func()){
		"a full disk": func(t *testing.T, s *sqlite.Store, _ string) func() {
			t.Helper()
			require.NoError(t, s.Set("max_page_count", "300", "300")) // a good megabyte of the three that are to come
			return func() { require.NoError(t, s.Set("max_page_count", "1000000", "1000000")) }
		},
		"another program": func(t *testing.T, _ *sqlite.Store, p string) func() {
			t.Helper()
			other := locker(t, p)
			for _, statement := range []string{"PRAGMA busy_timeout = 60000", "BEGIN IMMEDIATE"} {
				_, err := other.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			return func() {
				_, err := other.ExecContext(t.Context(), "COMMIT")
				require.NoError(t, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := path(t)
			s := openAt(t, file, sqlite.Config{BusyTimeout: 5 * time.Millisecond})
			runstest.Outlive(t, s, 20_000, func() func() { return trouble(t, s, file) })
		})
	}
}

func TestTheQueueWithoutANameHasATotal(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	runstest.Bound(t, s, s)
}
