package sqlite_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

var errInjected = errors.New("the disk has made a noise")

// faulty has one statement of all connections fail, before or after it was carried out.
type faulty struct {
	left   atomic.Int64 // statements until then; negative is never
	after  atomic.Bool
	always atomic.Bool  // and all that follow
	last   atomic.Value // the statement
	// damaged, if there is one, tells of which runs the chunks cannot be written.
	damaged func(run int64) bool
}

// arm has the statement fail before which n others are carried out.
func (f *faulty) arm(n int64, after bool) {
	f.after.Store(after)
	f.left.Store(n)
}

// disarm tells whether there was a failure.
func (f *faulty) disarm() bool {
	f.always.Store(false)
	return f.left.Swap(-1) < 0
}

func faultyDo[T any](f *faulty, query string, do func() (T, error)) (result T, err error) {
	if strings.HasPrefix(query, "PRAGMA") {
		return do()
	}
	if (f.left.Load() < 0 || f.left.Add(-1) >= 0) && (f.left.Load() >= 0 || !f.always.Load()) {
		return do()
	}
	f.last.Store(query)
	if !f.after.Load() {
		return result, errInjected
	}
	if done, err := do(); err != nil {
		return done, err
	}
	return result, errInjected
}

type faultyDriver struct {
	driver.Driver
	f *faulty
}

func (d faultyDriver) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	return &faultyConn{c, d.f}, err
}

type faultyConn struct {
	driver.Conn
	f *faulty
}

func (c *faultyConn) IsReadOnly(s string) (bool, error) {
	return c.Conn.(interface{ IsReadOnly(string) (bool, error) }).IsReadOnly(s)
}

func (c *faultyConn) IsValid() bool { return c.Conn.(driver.Validator).IsValid() }

func (c *faultyConn) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c *faultyConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return &faultyStmt{st, c.f, query}, err
}

func (c *faultyConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	return faultyDo(c.f, q, func() (driver.Result, error) {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args)
	})
}

func (c *faultyConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	return faultyDo(c.f, q, func() (driver.Rows, error) {
		return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args)
	})
}

func (c *faultyConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	return &faultyTx{tx, c.f}, err
}

type faultyTx struct {
	driver.Tx
	f *faulty
}

func (t *faultyTx) Commit() error {
	_, err := faultyDo(t.f, "commit of the user", func() (any, error) { return nil, t.Tx.Commit() })
	if errors.Is(err, errInjected) && !t.f.after.Load() {
		_ = t.Tx.Rollback() // as SQLite does
	}
	return err
}

type faultyStmt struct {
	driver.Stmt
	f     *faulty
	query string
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if s.f.damaged != nil && strings.Contains(s.query, "INTO baton_records") && s.f.damaged(args[0].Value.(int64)>>24) {
		return nil, store.ErrCorrupt
	}
	return faultyDo(s.f, s.query, func() (driver.Result, error) {
		return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	})
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	var rows driver.Rows
	_, err := faultyDo(s.f, s.query, func() (_ any, err error) {
		rows, err = s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
		return nil, err
	})
	if err != nil && rows != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return rows, err
}

// openFaulty opens a store whose statements can be made to fail.
func openFaulty(t *testing.T) (*sqlite.Store, *faulty) {
	t.Helper()
	f := new(faulty)
	f.left.Store(-1)
	s, err := sqlite.OpenDriver(t.Context(), path(t), sqlite.Config{}, func(d driver.Driver) driver.Driver {
		return faultyDriver{d, f}
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, f
}

// TestAnyStatementMayFail has each statement of each operation fail, before and after it was carried out. What the
// operation does is done as a whole or not at all; if it says that it was done it was; called again it succeeds.
func TestAnyStatementMayFail(t *testing.T) {
	t.Parallel()
	for name, op := range faultyOperations() {
		for _, after := range []bool{false, true} {
			t.Run(map[bool]string{false: name + ", before", true: name + ", after"}[after], func(t *testing.T) {
				t.Parallel()
				for n := int64(0); ; n++ {
					s, f := openFaulty(t)
					op.prepare(t, s)
					f.arm(n, after)
					err := op.do(t, s)
					failed := f.disarm()
					if failed && err != nil {
						require.ErrorIs(t, err, errInjected, "statement %d: %v", n, f.last.Load())
					}
					done := op.done(t, s)
					if err == nil {
						require.True(t, done, "statement %d: %v", n, f.last.Load())
					}
					if !after {
						require.Equal(t, err == nil, done, "statement %d: %v", n, f.last.Load())
					}
					require.NoError(t, op.do(t, s), "statement %d: %v", n, f.last.Load())
					require.True(t, op.done(t, s))
					if !failed {
						require.NoError(t, err)
						require.Positive(t, n)
						return
					}
				}
			})
		}
	}
}

func TestAClaimThatWasMadeButNotToldIsMadeAgain(t *testing.T) {
	t.Parallel()
	for n := int64(0); ; n++ {
		s, f := openFaulty(t)
		_, err := s.Create(t.Context(), []store.Run{pending("a"), pending("b")})
		require.NoError(t, err)
		c := store.Claim{Owner: "o", Lease: hour, Max: 2, Flows: []string{"flow"}}
		f.arm(n, true)
		_, err = s.Claim(t.Context(), c)
		require.True(t, f.disarm(), "the claim was never committed")
		if f.last.Load() != "COMMIT" || load(t, s, "a").Run.Owner == "" {
			continue // something else failed, or the end of a look
		}
		require.ErrorIs(t, err, errInjected)
		claimed, err := s.Claim(t.Context(), c)
		require.NoError(t, err)
		require.Len(t, claimed.Runs, 2)
		require.Equal(t, int64(2), claimed.Runs[0].Run.Epoch)
		commit(t, s, step(claimed.Runs[0].Run, 1), step(claimed.Runs[1].Run, 1))
		return
	}
}

func TestAConnectionThatCannotRollBackIsReplaced(t *testing.T) {
	t.Parallel()
	for n := range int64(7) { // BEGIN, two of each run, the tail, COMMIT
		s, f := openFaulty(t)
		runs := leased(t, s, "a", "b")
		f.always.Store(true)
		f.arm(n, false)
		a, b := step(runs[0], 1), step(runs[1], 1)
		a.Published, b.Published = []byte("a"), []byte("b")
		err := tryCommit(t.Context(), s, a, b)
		_, loaded := s.Load(t.Context(), "a", store.Mark{})
		require.True(t, f.disarm())
		require.ErrorIs(t, err, errInjected)
		require.ErrorIs(t, loaded, errInjected)
		require.Empty(t, numbers(t, s, "a"))
		commit(t, s, step(runs[0], 1), step(runs[1], 1))
		require.Len(t, numbers(t, s, "a"), 1)
	}
}

// faultyOperation is something that is done to a store in which the runs a and b are leased.
type faultyOperation struct {
	prepare func(t *testing.T, s *sqlite.Store)
	do      func(t *testing.T, s *sqlite.Store) error
	done    func(t *testing.T, s *sqlite.Store) bool
}

func load(t *testing.T, s *sqlite.Store, id string) store.History {
	t.Helper()
	h, err := s.Load(t.Context(), id, store.Mark{})
	if err != nil {
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	return h
}

// both tells whether something is true of two runs; it must be true of both or of none.
func both(t *testing.T, s *sqlite.Store, a, b string, f func(h store.History) bool) bool {
	t.Helper()
	one, other := f(load(t, s, a)), f(load(t, s, b))
	require.Equal(t, one, other)
	return one
}

func faultyOperations() map[string]faultyOperation {
	lease := func(t *testing.T, s *sqlite.Store) { t.Helper(); leased(t, s, "a", "b") }
	run := store.Run{ID: "a", Lease: store.Lease{Epoch: 1}}
	other := store.Run{ID: "b", Lease: store.Lease{Epoch: 1}}
	recorded := func(h store.History) bool { return len(h.Records) == 1 }
	created := func(h store.History) bool { return h.Run.ID != "" }
	return map[string]faultyOperation{
		"create": {
			func(*testing.T, *sqlite.Store) {},
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				c := pending("c")
				c.Labels, c.Published = map[string]string{"a": "b"}, []byte("p")
				_, err := s.Create(t.Context(), []store.Run{c, pending("d")})
				return err
			},
			func(t *testing.T, s *sqlite.Store) bool { t.Helper(); return both(t, s, "c", "d", created) },
		},
		"claim": {
			func(t *testing.T, s *sqlite.Store) {
				t.Helper()
				_, err := s.Create(t.Context(), []store.Run{pending("a"), pending("b")})
				require.NoError(t, err)
			},
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				c, err := s.Claim(t.Context(), store.Claim{Owner: "o", Lease: hour, Max: 2, Flows: []string{"flow"}})
				if err == nil && len(c.Runs) == 0 { // they were claimed in vain, or before
					for _, id := range []string{"a", "b"} {
						require.Equal(t, "o", load(t, s, id).Run.Owner)
					}
				}
				return err
			},
			func(t *testing.T, s *sqlite.Store) bool {
				t.Helper()
				return both(t, s, "a", "b", func(h store.History) bool { return h.Run.Owner == "o" })
			},
		},
		"step": {
			lease,
			func(t *testing.T, s *sqlite.Store) error { t.Helper(); return tryCommit(t.Context(), s, step(run, 1)) },
			func(t *testing.T, s *sqlite.Store) bool { t.Helper(); return recorded(load(t, s, "a")) },
		},
		"batch": {
			lease,
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				return tryCommit(t.Context(), s, step(run, 1), step(other, 1))
			},
			func(t *testing.T, s *sqlite.Store) bool { t.Helper(); return both(t, s, "a", "b", recorded) },
		},
		"send": {
			lease,
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				_, err := s.Send(t.Context(), []store.Message{{Run: "a", Key: "k"}, {Run: "b", Key: "k"}})
				return err
			},
			func(t *testing.T, s *sqlite.Store) bool {
				t.Helper()
				return both(t, s, "a", "b", func(h store.History) bool { return len(h.Messages) == 1 })
			},
		},
		"transaction": {
			lease,
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				rec := &recording{write: step(run, 1)}
				_, err := do(store.WithRecorder(t.Context(), rec), sqlite.Transact(s, noPayment))
				if len(rec.told) > 0 {
					require.Equal(t, err == nil, rec.told[0] == nil)
				}
				return err
			},
			func(t *testing.T, s *sqlite.Store) bool { t.Helper(); return recorded(load(t, s, "a")) },
		},
		"release": {
			func(t *testing.T, s *sqlite.Store) {
				t.Helper()
				leased(t, s, "a", "b")
				_, err := s.Send(t.Context(), []store.Message{{Run: "a"}})
				require.NoError(t, err)
			},
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				h, err := s.Load(t.Context(), "a", store.Mark{})
				if err != nil || h.Run.Owner == "" {
					return err
				}
				r := h.Run
				return tryCommit(t.Context(), s, store.Write{
					Run: "a", Epoch: 1, Records: step(r, 1).Records, Restart: &r.Input, Published: []byte("p"),
					State: &store.State{Status: store.Waiting}, Revision: r.Revision, Release: true,
					Send: []store.Message{{Run: "b", Key: "k"}},
				})
			},
			func(t *testing.T, s *sqlite.Store) bool {
				t.Helper()
				return both(t, s, "a", "b", func(h store.History) bool {
					return len(h.Messages) == 1 && (h.Run.ID == "b" || h.Run.Owner == "")
				})
			},
		},
		"delete": {
			func(t *testing.T, s *sqlite.Store) {
				t.Helper()
				for _, id := range []string{"a", "b"} {
					r := pending(id)
					r.Status, r.Labels = store.Failed, map[string]string{"a": "b"}
					_, err := s.Create(t.Context(), []store.Run{r})
					require.NoError(t, err)
				}
			},
			func(t *testing.T, s *sqlite.Store) error {
				t.Helper()
				_, err := s.Delete(t.Context(), []string{"a", "b"})
				return err
			},
			func(t *testing.T, s *sqlite.Store) bool {
				t.Helper()
				return both(t, s, "a", "b", func(h store.History) bool { return h.Run.ID == "" })
			},
		},
	}
}
