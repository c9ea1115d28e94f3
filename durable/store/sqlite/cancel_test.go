package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// countdown is a context that ends when it was asked a number of times.
type countdown struct {
	context.Context

	mu   sync.Mutex
	left int
	done chan struct{}
}

func newCountdown(ctx context.Context, questions int) *countdown {
	return &countdown{Context: ctx, left: questions, done: make(chan struct{})}
}

func (c *countdown) ask() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		close(c.done)
	}
	c.left--
}

func (c *countdown) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left < 0
}

func (c *countdown) Done() <-chan struct{} {
	c.ask()
	return c.done
}

func (c *countdown) Err() error {
	c.ask()
	if c.over() {
		return context.Canceled
	}
	return nil
}

func TestACallWhoseContextEndsAtAnyPointLeavesTheStoreUsable(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(ctx context.Context, s *sqlite.Store, runs []store.Run, n int) error{
		"create": func(ctx context.Context, s *sqlite.Store, _ []store.Run, n int) error {
			_, err := s.Create(ctx, []store.Run{pending(fmt.Sprint("x", n)), pending(fmt.Sprint("y", n))})
			return err
		},
		"claim": func(ctx context.Context, s *sqlite.Store, _ []store.Run, n int) error {
			_, err := s.Create(context.WithoutCancel(ctx), []store.Run{pending(fmt.Sprint("x", n))})
			if err != nil {
				return err
			}
			_, err = s.Claim(ctx, store.Claim{Owner: "o", Lease: hour, Max: 1, Flows: []string{"flow"}})
			return err
		},
		"renew": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.Renew(ctx, "owner", hour)
			return err
		},
		"step": func(ctx context.Context, s *sqlite.Store, runs []store.Run, n int) error {
			return tryCommit(ctx, s, step(runs[0], int64(n)))
		},
		"batch": func(ctx context.Context, s *sqlite.Store, runs []store.Run, n int) error {
			return tryCommit(ctx, s, step(runs[0], int64(n)), step(runs[1], int64(n)))
		},
		"send": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.Send(ctx, []store.Message{{Run: "a"}, {Run: "b"}})
			return err
		},
		"load": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.Load(ctx, "a", store.Mark{Records: 1 << 40}) // there are more and more of them
			return err
		},
		"list": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.List(ctx, store.Query{})
			return err
		},
		"count": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.Count(ctx, store.Query{})
			return err
		},
		"delete": func(ctx context.Context, s *sqlite.Store, _ []store.Run, _ int) error {
			_, err := s.Delete(ctx, []string{"a", "b"})
			return err
		},
		"transaction": func(ctx context.Context, s *sqlite.Store, runs []store.Run, n int) error {
			rec := &recording{write: step(runs[0], int64(n))}
			_, err := do(store.WithRecorder(ctx, rec), sqlite.Transact(s,
				func(ctx context.Context, tx *sql.Tx, _ pay) (int64, error) {
					_, err := tx.ExecContext(ctx, "SELECT 1")
					return 0, err
				}))
			if len(rec.told) == 1 && (rec.told[0] == nil) != (err == nil) {
				return fmt.Errorf("%w, but the recorder was told %w", err, rec.told[0])
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, sqlite.Config{})
			runs := leased(t, s, "a", "b")
			for n := 0; ; n++ {
				ctx := newCountdown(t.Context(), n)
				err := call(ctx, s, runs, n)
				if err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
				commit(t, s, step(runs[0], int64(1000+n)), step(runs[1], int64(1000+n)))
				commit(t, s, step(runs[0], int64(2000+n)))
				both := [2]map[int64]bool{{}, {}}
				for i, run := range runs {
					for _, n := range numbers(t, s, run.ID) {
						both[i][n] = true
					}
				}
				require.True(t, both[0][int64(1000+n)] && both[0][int64(2000+n)])
				if name == "batch" {
					require.Equal(t, both[0][int64(n)], both[1][int64(n)])
				}
				if name == "step" || name == "batch" || name == "transaction" {
					require.Equal(t, err == nil, both[0][int64(n)], "step %d: %v", n, err)
				}
				if !ctx.over() {
					require.NoError(t, err)
					require.Positive(t, n)
					return
				}
			}
		})
	}
}

func TestAWriteThatWaitsForATransactionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- tryCommit(ctx, s, step(run, 1)) }()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, tx.Rollback())
	commit(t, s, step(run, 2))
	require.Equal(t, []int64{2}, numbers(t, s, "r"))
}
