package runstest_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/runstest"
)

var children = runstest.Children{"greet": func() { fmt.Print("hello ", os.Args[1]) }}

func TestMain(m *testing.M) {
	if children.Main() {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestStepsOfRunsAreCommitted(t *testing.T) {
	t.Parallel()
	s := memory.New()
	runs := runstest.Leased(t, s, "b", "a")
	require.Equal(t, "a", runs[1].ID)
	runstest.Commit(t, s, runstest.Step(runs[1], 1), runstest.Step(runs[1], 2))
	require.Equal(t, []int64{1, 2}, runstest.Numbers(t, s, "a"))
	require.Empty(t, runstest.Numbers(t, s, "b"))
	require.Empty(t, runstest.Claim(t, s, 5).Runs)
	runs[0].Epoch++
	require.ErrorIs(t, runstest.TryCommit(t.Context(), s, runstest.Step(runs[0], 1)), store.ErrFenced)
}

// failing is a store that writes nothing for a while.
type failing struct {
	*memory.Store
	fails atomic.Bool
}

func (f *failing) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	if f.fails.Load() {
		return nil, storetest.ErrDiskFull
	}
	return f.Store.Commit(ctx, writes)
}

func TestRunsOutliveAStoreThatFails(t *testing.T) {
	t.Parallel()
	s := &failing{Store: memory.New()}
	runstest.Outlive(t, s, 10, func() func() {
		s.fails.Store(true)
		return func() { s.fails.Store(false) }
	})
}

func TestAChildIsAProcessOfItsOwn(t *testing.T) {
	t.Parallel()
	c := children.Command(t, "greet", "you")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	said, err := io.ReadAll(out)
	require.NoError(t, err)
	require.NoError(t, c.Wait())
	require.Equal(t, "hello you", string(said))
}

func TestRunsAreOperated(t *testing.T) {
	t.Parallel()
	runstest.Operate(t, memory.New())
}

func TestRuntimesKeepToATotal(t *testing.T) {
	t.Parallel()
	s := memory.New()
	runstest.Bound(t, s, s, s)
}

func TestAGoroutineThatTakesItsTimeIsNoLeak(t *testing.T) { //nolint:paralleltest // it looks at all goroutines
	stay := make(chan struct{})
	go func() {
		<-time.After(2 * time.Second)
		close(stay)
	}()
	require.NoError(t, runstest.Leaks())
	<-stay
}
