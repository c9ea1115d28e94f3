package durable_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// groups is a store in memory that writes down which calls were made for how many.
type groups struct {
	*memory.Store
	// before, if not nil, is called before the nth Create, from 1, and after it after that.
	before, after func(ctx context.Context, n int, runs []store.Run) error

	mu             sync.Mutex
	created, asked []int
	look           func() // before each List
}

func newGroups() *groups { return &groups{Store: memory.New()} }

func (g *groups) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	g.mu.Lock()
	g.created = append(g.created, len(runs))
	n := len(g.created)
	g.mu.Unlock()
	if g.before != nil {
		if err := g.before(ctx, n, runs); err != nil {
			return nil, err
		}
	}
	made, err := g.Store.Create(ctx, runs)
	if err == nil && g.after != nil {
		err = g.after(ctx, n, runs)
	}
	return made, err
}

func (g *groups) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	g.mu.Lock()
	g.asked = append(g.asked, len(q.IDs))
	g.mu.Unlock()
	if g.look != nil {
		g.look()
	}
	return g.Store.List(ctx, q)
}

// holdFirst has the first Create wait until it is let go.
func (g *groups) holdFirst() (let func()) {
	held := make(chan struct{})
	g.before = func(ctx context.Context, n int, _ []store.Run) error {
		if n > 1 {
			return nil
		}
		select {
		case <-held:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return func() { close(held) }
}

// startBehind starts a run, and so many more while that is on its way; wait waits for all.
func startBehind(ctx context.Context, c *durable.Client, n int) (handles []*durable.Handle[string], errs []error,
	wait func(),
) {
	var all sync.WaitGroup
	handles, errs = make([]*durable.Handle[string], n+1), make([]error, n+1)
	for i := range n + 1 {
		all.Go(func() { handles[i], errs[i] = buy.Start(ctx, c, order{strconv.Itoa(i), i}) })
		if i == 0 {
			synctest.Wait()
		}
	}
	synctest.Wait()
	return handles, errs, all.Wait
}

func TestRunsThatAreStartedWhileOneIsShareATransaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst()
		handles, errs, wait := startBehind(t.Context(), durable.NewClient(s), 40)
		let()
		wait()
		require.Equal(t, []int{1, 40}, s.created, "the first waits for nobody")
		seen := map[string]bool{}
		for i, h := range handles {
			require.NoError(t, errs[i])
			require.True(t, h.New())
			found, err := s.Store.List(t.Context(), store.Query{IDs: []string{h.ID()}})
			require.NoError(t, err)
			require.Contains(t, string(found[0].Input.Data), fmt.Sprintf(`"Count":%d}`, i), "each has its own")
			seen[h.ID()] = true
		}
		require.Len(t, seen, 41)
	})
}

func TestRunsThatAreStartedOneAfterTheOtherHaveTransactionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newGroups()
	c := durable.NewClient(s)
	for range 3 {
		_, err := buy.Start(t.Context(), c, order{})
		require.NoError(t, err)
	}
	require.Equal(t, []int{1, 1, 1}, s.created)
}

func TestAChosenIDWaitsForNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst() // as a transaction does that has made a run with the same ID
		c := durable.NewClient(s)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := buy.Start(t.Context(), c, order{}, durable.WithID("chosen"))
			require.NoError(t, err)
		})
		synctest.Wait()
		_, err := buy.Start(t.Context(), c, order{})
		require.NoError(t, err)
		_, err = buy.Start(t.Context(), c, order{}, durable.WithID("other"))
		require.NoError(t, err)
		let()
		all.Wait()
		require.Equal(t, []int{1, 1, 1}, s.created)
	})
}

func TestARunThatTheStoreRefusesKeepsNoOtherFromBeingStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst()
		refused, held := errors.New("refused"), s.before
		s.before = func(ctx context.Context, n int, runs []store.Run) error {
			bad := func(r store.Run) bool { return string(r.Input.Data) == `{"Item":"7","Count":7}` }
			if slices.ContainsFunc(runs, bad) {
				return refused
			}
			return held(ctx, n, runs)
		}
		handles, errs, wait := startBehind(t.Context(), durable.NewClient(s), 10)
		let()
		wait()
		for i, h := range handles {
			if i == 7 {
				require.ErrorIs(t, errs[i], refused)
				continue
			}
			require.NoError(t, errs[i])
			require.True(t, h.New())
		}
	})
}

func TestARunThatWasStartedByACallOfWhichNobodyHeardIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst()
		s.after = func(_ context.Context, n int, _ []store.Run) error {
			if n == 2 {
				return errors.New("the answer is lost")
			}
			return nil
		}
		var told listener
		handles, errs, wait := startBehind(t.Context(), durable.NewClient(s, durable.Observe(&told)), 3)
		let()
		wait()
		require.Equal(t, []int{1, 3, 1, 1, 1}, s.created)
		for i, h := range handles {
			require.NoError(t, errs[i])
			require.True(t, h.New())
		}
		require.Len(t, heardOf[*fact.Changed](&told), 4, "each is told of once")
	})
}

func TestWhoeverStopsWaitingLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst()
		c := durable.NewClient(s)
		ctx, cancel := context.WithCancel(t.Context())
		handles, errs, wait := startBehind(ctx, c, 2)
		var all sync.WaitGroup
		var stays *durable.Handle[string]
		var err error
		all.Go(func() { stays, err = buy.Start(t.Context(), c, order{}) })
		synctest.Wait()
		cancel()
		wait()
		for i := range handles {
			require.ErrorIs(t, errs[i], context.Canceled)
			require.Nil(t, handles[i])
		}
		let()
		all.Wait()
		require.NoError(t, err)
		require.True(t, stays.New())
		require.Equal(t, []int{1, 1}, s.created, "who has left in time is not started")
	})
}

func TestACallEndsWithTheLastOfThoseWhoWaitForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		let := s.holdFirst()
		ended, held := make(chan struct{}), s.before
		s.before = func(ctx context.Context, n int, runs []store.Run) error {
			if n == 2 {
				<-ctx.Done()
				close(ended)
				return ctx.Err()
			}
			return held(ctx, n, runs)
		}
		c := durable.NewClient(s)
		var all sync.WaitGroup
		all.Go(func() { _, _ = buy.Start(t.Context(), c, order{}) })
		synctest.Wait()
		for i := range 2 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*time.Second)
				defer cancel()
				began := time.Now()
				_, err := buy.Start(ctx, c, order{})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, time.Duration(i+1)*time.Second, time.Since(began), "nobody waits for longer than he may")
			})
		}
		synctest.Wait()
		let()
		all.Wait()
		<-ended
		_, err := buy.Start(t.Context(), c, order{})
		require.NoError(t, err)
	})
}

func TestAStoreThatPanicsOrExitsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(){
		"panic": func() { panic("at the disco") }, "exit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newGroups()
				let := s.holdFirst()
				held := s.before
				s.before = func(ctx context.Context, n int, runs []store.Run) error {
					if err := held(ctx, n, runs); n > 2 {
						return err
					}
					fail()
					return nil
				}
				c := durable.NewClient(s)
				var all sync.WaitGroup
				for i := range 4 {
					all.Go(func() {
						returned := false
						defer func() {
							p := recover()
							require.Equal(t, i > 0, returned, "only who calls the store gets what it does: %v", p)
						}()
						h, err := buy.Start(t.Context(), c, order{})
						require.NoError(t, err, "each was tried again alone")
						require.True(t, h.New())
						returned = true
					})
					synctest.Wait()
				}
				let()
				all.Wait()
				require.Equal(t, []int{1, 3, 1, 1, 1}, s.created)
			})
		})
	}
}

func TestThoseWhoWaitForResultsLookTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newGroups()
		c := durable.NewClient(s)
		const runs = 100
		handles, err := buy.StartMany(t.Context(), c, make([]order, runs), nil)
		require.NoError(t, err)
		held := make(chan struct{})
		s.look = func() { <-held }
		var all sync.WaitGroup
		for _, h := range handles {
			all.Go(func() {
				out, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, h.ID(), out)
			})
		}
		all.Go(func() {
			_, err := durable.Attach[string](c, "nobody").Result(t.Context())
			require.ErrorIs(t, err, durable.ErrNotFound)
		})
		synctest.Wait()
		finishAll(t, s.Store)
		close(held)
		all.Wait()
		asked := 0
		for _, n := range s.asked {
			require.LessOrEqual(t, n, 64)
			asked += n
		}
		require.GreaterOrEqual(t, asked, runs+1)
		require.Less(t, len(s.asked), 10)
	})
}

// finishAll completes the runs that are due, each with its ID.
func finishAll(t *testing.T, s store.Store) {
	t.Helper()
	claimed, err := s.Claim(t.Context(), store.Claim{Owner: "o", Lease: time.Minute, Max: 1000, Flows: []string{"buy"}})
	require.NoError(t, err)
	writes := make([]store.Write, len(claimed.Runs))
	for i, h := range claimed.Runs {
		state := h.Run.State
		state.Status, state.Finished = store.Completed, time.Now()
		state.Result = store.Payload{Codec: "json", Data: fmt.Appendf(nil, "%q", h.Run.ID)}
		writes[i] = store.Write{
			Run: h.Run.ID, Epoch: h.Run.Epoch, State: &state, Revision: h.Run.Revision, Release: true,
		}
	}
	errs, err := s.Commit(t.Context(), writes)
	require.NoError(t, err)
	for _, err := range errs {
		require.NoError(t, err)
	}
}
