package durable_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// transactions is a store that writes down what is committed, by the run of each write.
type transactions struct {
	store.Store
	// commit, if not nil, is called with each transaction, numbered from 1, before it is made.
	commit func(n int, runs []string) ([]error, error)

	mu    sync.Mutex
	asked int
	made  [][]string
}

func (s *transactions) Commit(_ context.Context, writes []store.Write) ([]error, error) {
	runs := make([]string, len(writes))
	for i := range writes {
		runs[i] = writes[i].Run
	}
	s.mu.Lock()
	s.asked++
	n := s.asked
	s.mu.Unlock()
	if s.commit != nil {
		if errs, err := s.commit(n, runs); err != nil || errs != nil {
			return errs, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = append(s.made, runs)
	return nil, nil
}

func newCommitter(s *transactions) durable.Committer {
	return durable.NewCommitter(context.Background(), s, quiet)
}

func writeOf(i int) store.Write { return store.Write{Run: strconv.Itoa(i), Epoch: 1} }

// hold has the first transaction wait until it is let go.
func hold(s *transactions) (let func()) {
	wait := make(chan struct{})
	s.commit = func(n int, _ []string) ([]error, error) {
		if n == 1 {
			<-wait
		}
		return nil, nil
	}
	return func() { close(wait) }
}

// commitBehind begins a write, and then so many more while the first is held up.
func commitBehind(
	ctx context.Context, c durable.Committer, n int, write func(i int) store.Write,
) (errs []error, wait func()) {
	var all sync.WaitGroup
	errs = make([]error, n+1)
	all.Go(func() { errs[0] = c.Commit(ctx, write(0)) })
	synctest.Wait()
	for i := 1; i <= n; i++ {
		all.Go(func() { errs[i] = c.Commit(ctx, write(i)) })
	}
	synctest.Wait()
	return errs, all.Wait
}

func TestWritesThatComeDuringATransactionShareTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &transactions{}
		let := hold(s)
		errs, wait := commitBehind(t.Context(), newCommitter(s), 100, writeOf)
		let()
		wait()
		require.NoError(t, errors.Join(errs...))
		require.Len(t, s.made, 2)
		require.Equal(t, []string{"0"}, s.made[0])
		require.Len(t, s.made[1], 100)
	})
}

func TestATransactionHasBounds(t *testing.T) {
	t.Parallel()
	sizes := func(s *transactions) (sizes []int) {
		for _, runs := range s.made {
			sizes = append(sizes, len(runs))
		}
		return sizes
	}
	for name, tt := range map[string]struct {
		writes int
		bytes  int
		want   []int
	}{
		"of writes": {writes: 600, want: []int{1, durable.MaxBatch, durable.MaxBatch, 600 - 2*durable.MaxBatch}},
		"of bytes":  {writes: 10, bytes: durable.MaxBatchBytes / 4, want: []int{1, 4, 4, 2}},
		"but one":   {writes: 2, bytes: 2 * durable.MaxBatchBytes, want: []int{1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &transactions{}
				let := hold(s)
				errs, wait := commitBehind(t.Context(), newCommitter(s), tt.writes, func(i int) store.Write {
					w := writeOf(i)
					w.Records = []store.Record{{Result: store.Payload{Data: make([]byte, tt.bytes)}}}
					return w
				})
				let()
				wait()
				require.NoError(t, errors.Join(errs...))
				require.Equal(t, tt.want, sizes(s))
			})
		})
	}
}

func TestEachWriteGetsItsOwnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &transactions{}
		let := hold(s)
		held := s.commit
		s.commit = func(n int, runs []string) ([]error, error) {
			_, _ = held(n, runs)
			if n == 1 {
				return nil, nil
			}
			errs := make([]error, len(runs))
			errs[slices.Index(runs, "2")] = store.ErrFenced
			return errs, nil
		}
		errs, wait := commitBehind(t.Context(), newCommitter(s), 3, writeOf)
		let()
		wait()
		require.NoError(t, errors.Join(errs[0], errs[1], errs[3]))
		require.ErrorIs(t, errs[2], store.ErrFenced)
	})
}

func TestWhatAStoreRefusesDoesNotKeepOthersFromBeingWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var last time.Time
		s := &transactions{}
		let := hold(s)
		held := s.commit
		s.commit = func(n int, runs []string) ([]error, error) {
			_, _ = held(n, runs)
			time.Sleep(time.Millisecond) // synctest
			if slices.Contains(runs, "poison") {
				return nil, errBroken
			}
			last = time.Now()
			return nil, nil
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		c := durable.NewCommitter(t.Context(), s, slog.New(slog.NewTextHandler(&log, nil)))
		errs, wait := commitBehind(ctx, c, 10, func(i int) store.Write {
			if i == 5 {
				return store.Write{Run: "poison"}
			}
			return writeOf(i)
		})
		let()
		began := time.Now()
		time.Sleep(time.Minute) // synctest
		cancel(context.Canceled)
		wait()
		require.Equal(t, time.Minute, time.Since(began))
		require.ErrorIs(t, errs[5], context.Canceled)
		errs[5] = nil
		require.NoError(t, errors.Join(errs...))
		require.Len(t, s.made, 10, "each alone")
		require.Less(t, last.Sub(began), time.Second, "the others soon")
		require.Less(t, s.asked, 100, "ever longer pauses")
		require.LessOrEqual(t, bytes.Count(log.Bytes(), []byte("the store fails")), 3)
		require.Contains(t, log.String(), errBroken.Error())
	})
}

func TestAStoreThatComesBackIsWrittenTo(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"from an error": func() error { return errBroken },
		"from a panic":  func() error { panic("ouch") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				back := time.Now().Add(time.Minute)
				s := &transactions{commit: func(int, []string) ([]error, error) {
					if time.Now().Before(back) {
						return nil, fail()
					}
					return nil, nil
				}}
				errs, wait := commitBehind(t.Context(), newCommitter(s), 10, writeOf)
				wait()
				require.NoError(t, errors.Join(errs...))
				require.Len(t, slices.Concat(s.made...), 11)
				require.Less(t, time.Since(back), 2*time.Second)
			})
		})
	}
}

func TestAStoreThatExitsTheGoroutineOfAWriteTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &transactions{}
		let := hold(s)
		held := s.commit
		s.commit = func(n int, runs []string) ([]error, error) {
			_, _ = held(n, runs)
			if n < 3 {
				runtime.Goexit()
			}
			return nil, nil
		}
		c := newCommitter(s)
		errs, wait := commitBehind(t.Context(), c, 10, writeOf)
		let()
		wait()
		require.NoError(t, errors.Join(errs...))
		require.Len(t, slices.Concat(s.made...), 9, "all but the one that was first, and the one that led then")
		require.NoError(t, c.Commit(t.Context(), writeOf(11)))
	})
}

func TestAStoreThatWasClosedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := &transactions{commit: func(int, []string) ([]error, error) { return nil, store.ErrClosed }}
	require.ErrorIs(t, newCommitter(s).Commit(t.Context(), writeOf(1)), store.ErrClosed)
}

func TestAStoreThatAnswersWithAWrongNumberOfErrorsHasFailed(t *testing.T) {
	t.Parallel()
	s := &transactions{commit: func(n int, _ []string) ([]error, error) {
		if n == 1 {
			return make([]error, 2), nil
		}
		return nil, nil
	}}
	require.NoError(t, newCommitter(s).Commit(t.Context(), writeOf(1)))
	require.Equal(t, 2, s.asked)
}

func TestWhoeverDoesNotWaitAnyMoreLeavesTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &transactions{}
		let := hold(s)
		c := newCommitter(s)
		ctx, cancel := context.WithCancelCause(t.Context())
		errs, wait := commitBehind(ctx, c, 10, writeOf)
		cancel(errBroken)
		synctest.Wait()
		for _, err := range errs[1:] {
			require.ErrorIs(t, err, errBroken)
		}
		let()
		wait()
		require.NoError(t, errs[0], "its transaction was under way")
		require.Equal(t, [][]string{{"0"}}, s.made)
		require.ErrorIs(t, c.Commit(ctx, writeOf(1)), errBroken)
		require.NoError(t, c.Commit(t.Context(), writeOf(1)))
	})
}

func TestATransactionThatIsUnderWayIsNotWaitedForEither(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := make(chan struct{}), make(chan struct{})
		s := &transactions{commit: func(n int, _ []string) ([]error, error) {
			<-[]chan struct{}{first, second}[min(n, 2)-1]
			return nil, nil
		}}
		c := newCommitter(s)
		ctx, cancel := context.WithCancel(t.Context())
		errs, wait := commitBehind(ctx, c, 10, writeOf)
		close(first)
		synctest.Wait()
		cancel()
		synctest.Wait()
		left := 0
		for _, err := range errs[1:] {
			if errors.Is(err, context.Canceled) {
				left++
			}
		}
		require.Equal(t, 9, left, "all but the one whose goroutine has the transaction")
		close(second)
		wait()
		require.NoError(t, c.Commit(t.Context(), writeOf(11)))
		require.Len(t, s.made, 3)
	})
}

// Many write at once, to a store that fails before and after it has written, and some do not wait for the end.
func TestEveryWriteIsMadeOnceItIsAcknowledged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		made := map[string]bool{}
		s := &transactions{commit: func(_ int, runs []string) ([]error, error) {
			mu.Lock()
			defer mu.Unlock()
			fate := random.IntN(10)
			if fate < 2 {
				return nil, errBroken
			}
			for _, r := range runs {
				made[r] = true
			}
			if fate < 4 {
				return nil, errBroken
			}
			return nil, nil
		}}
		c := newCommitter(s)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				for k := range 50 {
					w := writeOf(100*k + i)
					ctx, cancel := t.Context(), func() {}
					if i%4 == 0 {
						ctx, cancel = context.WithTimeout(ctx, time.Duration(k)*time.Millisecond)
					}
					err := c.Commit(ctx, w)
					cancel()
					mu.Lock()
					written := made[w.Run]
					mu.Unlock()
					if err == nil && !written || err != nil && i%4 != 0 {
						t.Errorf("write %s: written %t, error %v", w.Run, written, err)
					}
				}
			})
		}
		all.Wait()
	})
}

func TestALoneWriteCostsNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	c := durable.NewCommitter(t.Context(), nothingWritten{}, quiet)
	w := writeOf(1)
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = c.Commit(context.Background(), w) }))
}

// nothingWritten is a store that commits at once.
type nothingWritten struct{ store.Store }

func (nothingWritten) Commit(context.Context, []store.Write) ([]error, error) { return nil, nil }

func BenchmarkCommit(b *testing.B) {
	ctx := context.Background()
	w := store.Write{Run: "r", Epoch: 1, Records: make([]store.Record, 1)}
	b.Run("store alone", func(b *testing.B) {
		writes := []store.Write{w}
		for b.Loop() {
			_, _ = nothingWritten{}.Commit(ctx, writes)
		}
	})
	b.Run("alone", func(b *testing.B) {
		c := durable.NewCommitter(ctx, nothingWritten{}, quiet)
		b.ReportAllocs()
		for b.Loop() {
			_ = c.Commit(ctx, w)
		}
	})
	b.Run("of 64", func(b *testing.B) {
		c := durable.NewCommitter(ctx, nothingWritten{}, quiet)
		b.ReportAllocs()
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_ = c.Commit(ctx, w)
			}
		})
	})
}
