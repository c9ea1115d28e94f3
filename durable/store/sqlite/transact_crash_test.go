package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/internal/runstest"
)

// childPay takes up the run in a store and makes its payments, each in a transaction with the record of its step. It
// says what was acknowledged, and kills itself where it was told to, if it was.
func childPay() {
	where, at := os.Args[2], os.Args[3]
	if err := payOn(context.Background(), os.Args[1], func(point string, n int64) {
		if point == where && strconv.FormatInt(n, 10) == at {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}); err != nil {
		fmt.Println(err)
	}
}

// owed is how many payments the run makes.
const owed = 100

func payOn(ctx context.Context, p string, pass func(point string, n int64)) error {
	s, err := sqlite.Open(ctx, p)
	if err != nil {
		return err
	}
	c, err := s.Claim(ctx, store.Claim{Owner: "child", Lease: hour, Max: 1, Flows: []string{"flow"}})
	if err != nil || len(c.Runs) == 0 {
		return fmt.Errorf("%d runs, %w", len(c.Runs), err)
	}
	for n := int64(len(c.Runs[0].Records)) + 1; n <= owed; n++ {
		rec := &recording{write: step(c.Runs[0].Run, n)}
		h := sqlite.Transact(s, func(ctx context.Context, tx *sql.Tx, p pay) (int64, error) {
			pass("begin", n)
			id, err := payInto(ctx, tx, p)
			pass("written", n)
			return id, err
		})
		if _, err := do(store.WithRecorder(ctx, rec), h); err != nil {
			return err
		}
		pass("committed", n)
		fmt.Println(n)
	}
	return s.Close()
}

// owing makes a store with a run that has payments to make.
func owing(t *testing.T) string {
	t.Helper()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	_, err := s.DB().ExecContext(t.Context(), "CREATE TABLE payments (cents INTEGER NOT NULL)")
	require.NoError(t, err)
	_, err = s.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return p
}

// balance checks that each payment was made once for its record, and returns how many there are.
func balance(t *testing.T, p string) int {
	t.Helper()
	s := openAt(t, p, sqlite.Config{})
	made, records := paid(t, s), len(numbers(t, s, "r"))
	require.Equal(t, records, made)
	require.NoError(t, s.Close())
	return made
}

func TestAProcessThatDiesInATransactionHasDoneNothing(t *testing.T) {
	t.Parallel()
	for point, done := range map[string]int{"begin": 6, "written": 6, "committed": 7} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			p := owing(t)
			require.Error(t, children.Command(t, "pay", p, point, "7").Run())
			require.Equal(t, done, balance(t, p))
			require.NoError(t, children.Command(t, "pay", p, "nowhere", "0").Run())
			require.Equal(t, owed, balance(t, p))
		})
	}
}

func TestAProcessThatDiesAtAnyMomentHasPaidOnceForEachRecord(t *testing.T) {
	t.Parallel()
	p := owing(t)
	runstest.DieAtAnyMoment(t, owed,
		func() *exec.Cmd { return children.Command(t, "pay", p, "nowhere", "0") },
		func() int { return balance(t, p) })
}
