package durable_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// crashing has some lives of all runs of jobs come to nothing.
func crashing(t *testing.T, s *memory.Store, lives int) {
	t.Helper()
	for range lives {
		c, err := s.Claim(t.Context(), store.Claim{
			Owner: "crashes", Lease: time.Second, Max: 1000, Flows: []string{jobs.Name()},
		})
		require.NoError(t, err)
		require.NotEmpty(t, c.Runs)
		synctestSleep(time.Second)
	}
}

func TestASuspectHasItsTrialInTheOnlyPlaceOfItsQueue(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("s", 2))
		crashing(t, s, 3)
		all = append(all, enqueue(t, client, []string{"a0"})...)
		open(durable.Queue{Name: "q", Concurrency: 1})
		awaitAll(t, all)
		require.Equal(t, 1, w.most)
		require.Len(t, w.times(), 3)
	})
}

// onePlace are queues in which one run is carried out at a time, by each of their limits.
func onePlace() map[string]durable.Queue {
	return map[string]durable.Queue{
		"concurrency": {Concurrency: 1}, "total": {Total: 1}, "per key": {PerKey: 1},
	}
}

// A suspect waits for those before it: for a lease each, it may be. Its place is needed meanwhile.
func TestASuspectThatWaitsForItsTrialHoldsUpNobodyInItsQueue(t *testing.T) {
	t.Parallel()
	for name, q := range onePlace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
				client := durable.NewClient(s)
				var all []*durable.Handle[string]
				for i := range 10 {
					id := fmt.Sprint("other-", i)
					h, err := jobs.Start(t.Context(), client, job{Name: id}, durable.WithID(id), durable.WithPriority(1))
					require.NoError(t, err)
					all = append(all, h)
				}
				all = append(all, enqueue(t, client, []string{"a-suspect"})...)
				crashing(t, s, 3)
				q.Name = "q"
				w.began = time.Now()
				open(durable.Queue{}, q)
				synctestSleep(time.Second)
				awaitAll(t, enqueue(t, client, []string{"a-innocent"}))
				require.Less(t, time.Since(w.began), 2*time.Minute, "those before it are ten, and each has a trial of a lease")
				awaitAll(t, all)
			})
		})
	}
}

func TestWhoeverIsStoppedFreesTheirPlace(t *testing.T) {
	t.Parallel()
	stop := map[string]func(ctx context.Context, c *durable.Client, id string) error{
		"cancel": func(ctx context.Context, c *durable.Client, id string) error {
			_, err := c.Cancel(ctx, id, "enough")
			return err
		},
		"terminate": func(ctx context.Context, c *durable.Client, id string) error {
			return c.Terminate(ctx, id, "enough")
		},
	}
	for name, stop := range stop {
		for limit, q := range onePlace() {
			t.Run(name+" with "+limit, func(t *testing.T) {
				t.Parallel()
				inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
					client := durable.NewClient(s)
					all := enqueue(t, client, named("a", 2))
					q.Name = "q"
					w.began = time.Now()
					open(q)
					synctestSleep(10 * time.Second)
					require.NoError(t, stop(t.Context(), client, "a0"))
					require.Equal(t, "a1", result(t, all[1]))
					require.Equal(t, []string{"0s a0", "10s a1"}, w.times())
				})
			})
		}
	}
}

func TestAPausedRunHasNoPlaceInItsQueue(t *testing.T) {
	t.Parallel()
	for name, q := range onePlace() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
				client := durable.NewClient(s)
				first, err := again.Start(t.Context(), client, job{Name: "first", Key: "a"},
					durable.WithID("first"), durable.WithQueue("q"), durable.WithQueueKey("a"))
				require.NoError(t, err)
				synctestSleep(time.Microsecond)
				all := enqueue(t, client, named("a", 2))
				require.NoError(t, client.Pause(t.Context(), "a0", "it was not yet claimed"))
				q.Name = "q"
				w.began = time.Now()
				open(q)
				synctestSleep(10 * time.Second)
				require.NoError(t, client.Pause(t.Context(), "first", "its step goes on to its end"))
				require.Equal(t, "a1", result(t, all[1]))
				require.Equal(t, []string{"0s first", "1m0s a1"}, w.times())
				synctestSleep(2 * time.Hour)
				require.NoError(t, client.Resume(t.Context(), "first"))
				require.NoError(t, client.Resume(t.Context(), "a0"))
				require.Equal(t, "first", result(t, first))
				require.Equal(t, "a0", result(t, all[0]))
				require.Equal(t, 1, w.most)
			})
		})
	}
}

func TestWhoeverOperatesIsNotRefusedByAFullQueue(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, _ *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s, durable.QueueLimit("mail", 1))
		require.NoError(t, post(t, client, "first"))
		rt := open(durable.Queue{Name: "mail"})
		synctestSleep(2 * time.Minute)
		require.NoError(t, rt.Close(t.Context()))
		text, err := client.Export(t.Context(), "first")
		require.NoError(t, err)
		require.NoError(t, post(t, client, "waits"))
		require.NoError(t, client.Terminate(t.Context(), "waits", ""))
		require.NoError(t, post(t, client, "fills-it"))
		synctestSleep(time.Second)
		require.ErrorIs(t, post(t, client, "another"), durable.ErrQueueFull)

		_, err = client.Retry(t.Context(), "waits")
		require.NoError(t, err)
		_, err = client.Fork(t.Context(), "first", "0")
		require.NoError(t, err)
		backlogs, err := client.Backlogs(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, backlogs[0].Runs)
		require.NoError(t, client.Delete(t.Context(), "first"))
		_, err = client.Import(t.Context(), text)
		require.NoError(t, err)
	})
}

func TestWhatATransactionStartsCountsOnceItIsCommitted(t *testing.T) {
	t.Parallel()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "baton.db"))
	require.NoError(t, err)
	defer st.Close()
	client := durable.NewClient(st, durable.QueueLimit("mail", 2))
	in := func(commit bool, ids ...string) error {
		tx, err := st.DB().BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		for _, id := range ids {
			_, err := jobs.StartTx(t.Context(), client, tx, job{Name: id}, durable.WithID(id), durable.WithQueue("mail"))
			if err != nil {
				return err
			}
		}
		if commit {
			return tx.Commit()
		}
		return nil
	}
	require.NoError(t, in(false, "a", "b"))
	require.NoError(t, in(true, "c"), "what was rolled back waits nowhere")
	require.NoError(t, in(true, "d", "e"), "what is not committed is not known")
	require.ErrorIs(t, in(true, "f"), durable.ErrQueueFull)
	require.NoError(t, in(true, "c"), "it is there")
	backlogs, err := client.Backlogs(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, backlogs[0].Runs)
}
