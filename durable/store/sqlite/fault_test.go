package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// fill appends large records until that fails, and returns how many were acknowledged.
func fill(t *testing.T, s store.Store, run store.Run) (n int64, err error) {
	t.Helper()
	for n = 1; err == nil && n < 10_000; n++ {
		w := step(run, n)
		w.Records[0].Result.Data = bytes.Repeat([]byte{byte(n)}, 20_000)
		err = tryCommit(t.Context(), s, w)
	}
	return n - 2, err
}

func TestAFullDatabaseLosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	runs := leased(t, s, "a", "b")
	require.NoError(t, s.Set("max_page_count", "100", "100"))
	last, err := fill(t, s, runs[0])
	require.ErrorContains(t, err, "no space is left")
	big := step(runs[0], 5000)
	big.Records[0].Result.Data = make([]byte, 100_000)
	require.ErrorContains(t, tryCommit(t.Context(), s, step(runs[1], 1), big), "no space is left")
	require.Empty(t, numbers(t, s, "b")) // the batch was made as a whole or not at all
	require.Len(t, numbers(t, s, "a"), int(last))

	require.NoError(t, s.Set("max_page_count", "10000", "10000"))
	commit(t, s, step(runs[1], 1), big)
	require.Equal(t, []int64{1}, numbers(t, s, "b"))
	require.Len(t, numbers(t, s, "a"), int(last)+1)
}

// locker is another program that has the file open.
func locker(t *testing.T, p string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", p)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func TestAWriteWaitsForAnotherProgram(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{BusyTimeout: time.Minute})
	runs := leased(t, s, "a", "b")
	other := locker(t, p)
	_, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	written := make(chan error)
	go func() { written <- tryCommit(t.Context(), s, step(runs[0], 1)) }()
	h, err := s.Load(t.Context(), "a", store.Mark{}) // reading does not
	require.NoError(t, err)
	require.Empty(t, h.Records)
	select {
	case err := <-written:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	_, err = other.ExecContext(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-written)
	commit(t, s, step(runs[0], 2), step(runs[1], 1))
}

func TestAWriteDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{BusyTimeout: time.Millisecond})
	runs := leased(t, s, "a", "b")
	other := locker(t, p)
	_, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	const says = "another program has had the file locked for 1ms: database is locked"
	require.ErrorContains(t, tryCommit(t.Context(), s, step(runs[0], 1)), says)
	require.ErrorContains(t, tryCommit(t.Context(), s, step(runs[0], 1), step(runs[1], 1)), says)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no patience"))
	err = tryCommit(ctx, s, step(runs[0], 1))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "no patience")
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)

	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.ErrorContains(t, tryCommit(t.Context(), s, step(runs[0], 1)),
		"a transaction of this process has had the database locked for 1ms")
	require.NoError(t, tx.Rollback())
	commit(t, s, step(runs[0], 1), step(runs[1], 1))
}

func TestAWaitForAnotherProgramEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{BusyTimeout: hour})
	run := leased(t, s, "r")[0]
	other := locker(t, p)
	_, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, tryCommit(ctx, s, step(run, 1)), context.DeadlineExceeded)
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	commit(t, s, step(run, 1))
}

// spoil changes what is stored of a run.
func spoil(t *testing.T, s *sqlite.Store, statement string) {
	t.Helper()
	r, err := s.DB().ExecContext(t.Context(), statement)
	require.NoError(t, err)
	n, err := r.RowsAffected()
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for says, statement := range map[string]string{
		`run "r": the records up to 2 cannot be read`: "UPDATE baton_records SET data = x'0102030405'",
		`run "r": record 2 cannot be read`:            "UPDATE baton_records SET data = substr(data, 1, length(data) - 1)",
		`run "r": record 1 cannot be read`: "UPDATE baton_records SET data = " +
			"CAST(replace(CAST(data AS TEXT), 'first', 'third') AS BLOB)",
		`run "r": message 1 cannot be read`: "UPDATE baton_messages SET data = x''",
		`run "r": the facts cannot be read`: "DELETE FROM baton_facts",
		`run "r": the state cannot be read`: "UPDATE baton_runs SET state = x'01'",
		`run "r": what it published cannot be read`: "UPDATE baton_published SET data = " +
			"CAST(replace(CAST(data AS TEXT), 'published', 'perished!') AS BLOB)",
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			s := open(t, sqlite.Config{})
			run := leased(t, s, "r")[0]
			first := step(run, 1)
			first.Records[0].Name = "first"
			commit(t, s, first, step(run, 2), store.Write{Run: "r", Epoch: 1, Published: []byte("published")})
			_, err := s.Send(t.Context(), []store.Message{{Run: "r"}})
			require.NoError(t, err)
			commit(t, s, store.Write{
				Run: "r", Epoch: 1, State: &store.State{Status: store.Waiting, Due: run.Created}, Revision: 1, Release: true,
			})
			spoil(t, s, statement)
			notices := listen(t, s)
			_, err = s.Create(t.Context(), []store.Run{pending("sound")})
			require.NoError(t, err)

			_, err = s.Load(t.Context(), "r", store.Mark{})
			require.ErrorIs(t, err, store.ErrCorrupt)
			require.ErrorContains(t, err, says)
			claimed := claim(t, s, 5) // others are not held up
			require.Len(t, claimed.Runs, 1)
			require.Equal(t, "sound", claimed.Runs[0].Run.ID)
			require.Zero(t, claimed.Next)
			runs, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
			require.NoError(t, err)
			require.Len(t, runs, 1)
			require.Contains(t, runs[0].Reason, says)
			require.True(t, runs[0].Due.IsZero())
			require.Contains(t, notices(), store.Notice{Run: "r", Status: store.Blocked, Revision: 3})
		})
	}
}

func TestALeaseThatRanOutOfARunThatCannotBeReadIsBlocked(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	run := leased(t, s, "r")[0]
	commit(t, s, step(run, 1))
	require.NoError(t, s.Settle(t.Context()))
	_, err := s.Renew(t.Context(), "owner", 0)
	require.NoError(t, err)
	spoil(t, s, "UPDATE baton_records SET data = x'00'")
	require.Empty(t, claim(t, s, 5).Runs)
	runs, err := s.List(t.Context(), store.Query{IDs: []string{"r"}})
	require.NoError(t, err)
	require.Equal(t, store.Blocked, runs[0].Status)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(run, 2)), store.ErrFenced)
	held, err := s.Renew(t.Context(), "owner", hour)
	require.NoError(t, err)
	require.Empty(t, held)
}

func TestADamagedPageIsAnErrorAndNothingElseIsHeldUp(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	run := leased(t, s, "r")[0]
	for n := range int64(50) {
		w := step(run, n)
		w.Records[0].Result.Data = bytes.Repeat([]byte("here"), 1000)
		commit(t, s, w)
	}
	leased(t, s, "sound")
	var root int
	row := s.DB().QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'baton_records'")
	require.NoError(t, row.Scan(&root))
	require.NoError(t, s.Close())
	data, err := os.ReadFile(p)
	require.NoError(t, err)
	copy(data[4096*(root-1):4096*root], bytes.Repeat([]byte{0xa5}, 4096))
	require.NoError(t, os.WriteFile(p, data, 0o600))

	s = openAt(t, p, sqlite.Config{})
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrCorrupt)
	require.ErrorContains(t, err, fmt.Sprintf("store %q: load: ", p))
	_, err = s.List(t.Context(), store.Query{IDs: []string{"sound"}})
	require.NoError(t, err)
}
