package postgres_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// children are what the processes do that tests start.
var children = runstest.Children{"pay": childPay, "work": childWork, "release": childRelease}

// childPay takes up the run in a store and makes its payments, each in a transaction with the record of its step. It
// says what was acknowledged, and kills itself where it was told to, if it was.
func childPay() {
	where, at := os.Args[3], os.Args[4]
	if err := payOn(context.Background(), os.Args[1], os.Args[2], func(point string, n int64) {
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
const owed = 60

func payOn(ctx context.Context, dsn, name string, pass func(point string, n int64)) error {
	s, err := postgres.OpenConfig(ctx, dsn, postgres.Config{Schema: name})
	if err != nil {
		return err
	}
	b := bank{s, name, tableOf(name)}
	if _, err := s.Renew(ctx, "child", 0); err != nil { // the lease of the one that was killed
		return err
	}
	c, err := s.Claim(ctx, store.Claim{Owner: "child", Lease: hour, Max: 1, Flows: []string{"flow"}})
	if err != nil || len(c.Runs) == 0 {
		return fmt.Errorf("%d runs, %w", len(c.Runs), err)
	}
	for n := int64(len(c.Runs[0].Records)) + 1; n <= owed; n++ {
		rec := &recording{write: step(c.Runs[0].Run, n)}
		h := postgres.Transact(s, func(ctx context.Context, tx pgx.Tx, p pay) (int64, error) {
			pass("begin", n)
			id, err := b.pay(ctx, tx, p)
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

func tableOf(schema string) string { return pgx.Identifier{"payments of " + schema}.Sanitize() }

func TestAProcessThatDiesInATransactionHasDoneNothing(t *testing.T) {
	t.Parallel()
	for point, done := range map[string]int{"begin": 6, "written": 6, "committed": 7} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			b := newBank(t)
			_, err := b.Create(t.Context(), []store.Run{pending("r")})
			require.NoError(t, err)
			require.Error(t, children.Command(t, "pay", pgserver.DSN(t), b.schema, point, "7").Run())
			require.Equal(t, done, b.balance(t))
			require.NoError(t, children.Command(t, "pay", pgserver.DSN(t), b.schema, "nowhere", "0").Run())
			require.Equal(t, owed, b.balance(t))
		})
	}
}

// balance checks that each payment was made once for its record, and returns how many there are.
func (b bank) balance(t *testing.T) int {
	t.Helper()
	for { // the server may not have noticed yet that a process died, and a commit be under way
		var others int
		const count = `SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE '%' || $1 || '%'
			AND pid <> pg_backend_pid()`
		require.NoError(t, b.Pool().QueryRow(t.Context(), count, b.schema).Scan(&others))
		if others == 0 {
			break
		}
	}
	made, records := b.paid(t), len(numbers(t, b, "r"))
	require.Equal(t, records, made)
	return made
}

func TestAProcessThatDiesAtAnyMomentHasPaidOnceForEachRecord(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	_, err := b.Create(t.Context(), []store.Run{pending("r")})
	require.NoError(t, err)
	runstest.DieAtAnyMoment(t, owed,
		func() *exec.Cmd { return children.Command(t, "pay", pgserver.DSN(t), b.schema, "nowhere", "0") },
		func() int { return b.balance(t) })
}

// childWork is a worker, of that name.
func childWork() {
	ctx := context.Background()
	s, err := postgres.OpenConfig(ctx, os.Args[1], postgres.Config{Schema: os.Args[2]})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	runstest.Work(ctx, s, os.Args[3])
}
