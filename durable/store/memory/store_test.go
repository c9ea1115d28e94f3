package memory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

func create(tb testing.TB, s store.Store, runs ...store.Run) {
	tb.Helper()
	created, err := s.Create(tb.Context(), runs)
	require.NoError(tb, err)
	for _, c := range created {
		require.True(tb, c.New)
	}
}

func load(tb testing.TB, s store.Store, id string) store.History {
	tb.Helper()
	h, err := s.Load(tb.Context(), id, store.Mark{})
	require.NoError(tb, err)
	return h
}

func TestAClosedStoreDoesNothing(t *testing.T) {
	t.Parallel()
	s := memory.New()
	create(t, s, store.Run{ID: "a", Flow: "f"})
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	for name, err := range calls(t.Context(), s) {
		require.ErrorIs(t, err, store.ErrClosed, name)
	}
}

func TestNothingIsDoneUnderAContextThatIsDone(t *testing.T) {
	t.Parallel()
	s := memory.New()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range calls(ctx, s) {
		require.ErrorIs(t, err, context.Canceled, name)
	}
	runs, err := s.List(t.Context(), store.Query{})
	require.NoError(t, err)
	require.Empty(t, runs)
}

func calls(ctx context.Context, s *memory.Store) map[string]error {
	errs := map[string]error{}
	_, errs["create"] = s.Create(ctx, []store.Run{{ID: "b"}})
	_, errs["claim"] = s.Claim(ctx, store.Claim{Owner: "o", Max: 1})
	_, errs["renew"] = s.Renew(ctx, "o", time.Second)
	_, errs["commit"] = s.Commit(ctx, nil)
	_, errs["send"] = s.Send(ctx, nil)
	_, errs["load"] = s.Load(ctx, "a", store.Mark{})
	_, errs["list"] = s.List(ctx, store.Query{})
	_, errs["delete"] = s.Delete(ctx, nil)
	_, errs["count"] = s.Count(ctx, store.Query{})
	return errs
}

func TestLeasesRunOutInTheTimeOfABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		create(t, s, store.Run{ID: "a", Flow: "f", State: store.State{Status: store.Pending, Due: time.Now()}})
		claim := func(owner string) store.Claimed {
			c, err := s.Claim(t.Context(), store.Claim{Owner: owner, Lease: time.Hour, Max: 9, Flows: []string{"f"}})
			require.NoError(t, err)
			return c
		}
		end := time.Now().Add(time.Hour)
		require.Len(t, claim("one").Runs, 1)
		<-time.After(time.Hour - time.Microsecond)
		c := claim("two")
		require.Empty(t, c.Runs)
		require.True(t, c.Next.Equal(end))
		require.Zero(t, claim("one").Next, "one's own lease")
		<-time.After(time.Microsecond)
		require.EqualValues(t, 2, claim("two").Runs[0].Run.Epoch)
	})
}

func TestWhatIsGivenAndWhatIsReturnedIsTheCallers(t *testing.T) {
	t.Parallel()
	s := memory.New()
	data := func() store.Payload { return store.Payload{Codec: "c", Data: []byte("data")} }
	run := store.Run{
		ID: "a", Flow: "f", Input: data(), Seed: []byte("seed"), Labels: map[string]string{"k": "v"},
		Published: []byte("published"), State: store.State{Status: store.Pending, Due: time.Now()},
	}
	record := store.Record{N: 1, Kind: store.Step, Digest: []byte("digest"), Action: data(), Result: data()}
	message := store.Message{Run: "a", Name: "m", Payload: data()}
	write := store.Write{Run: "a", Epoch: 1, Records: []store.Record{record}}

	spoil := func(h *store.History) {
		h.Run.Labels["k"] = "spoilt"
		for _, b := range [][]byte{h.Run.Input.Data, h.Run.Seed, h.Run.Published} {
			b[0] = '!'
		}
		for _, r := range h.Records {
			r.Digest[0], r.Action.Data[0], r.Result.Data[0] = '!', '!', '!'
		}
		for _, m := range h.Messages {
			m.Payload.Data[0] = '!'
		}
	}
	created, err := s.Create(t.Context(), []store.Run{run})
	require.NoError(t, err)
	spoil(&store.History{Run: run})
	spoil(&store.History{Run: created[0].Run})
	_, err = s.Send(t.Context(), []store.Message{message})
	require.NoError(t, err)
	c, err := s.Claim(t.Context(), store.Claim{Owner: "o", Lease: time.Hour, Max: 1, Flows: []string{"f"}})
	require.NoError(t, err)
	spoil(&c.Runs[0])
	_, err = s.Commit(t.Context(), []store.Write{write})
	require.NoError(t, err)
	runs, err := s.List(t.Context(), store.Query{})
	require.NoError(t, err)
	spoil(&store.History{Run: runs[0], Records: write.Records, Messages: []store.Message{message}})

	for range 2 {
		h := load(t, s, "a")
		require.Equal(t, "v", h.Run.Labels["k"])
		require.Equal(t, "data seed published", fmt.Sprintf("%s %s %s", h.Run.Input.Data, h.Run.Seed, h.Run.Published))
		r := h.Records[0]
		require.Equal(t, "digest, data, data", fmt.Sprintf("%s, %s, %s", r.Digest, r.Action.Data, r.Result.Data))
		require.Equal(t, data(), h.Messages[0].Payload)
		spoil(&h)
	}
}

func TestRunsAreListedInOrderWhateverWasDeleted(t *testing.T) {
	t.Parallel()
	const runs = 20_000
	s := memory.New()
	start := time.Now()
	for i := range runs { // not in order
		create(t, s, store.Run{
			ID: fmt.Sprint("run-", i), Flow: "f", Parent: "p", Created: start.Add(time.Duration(i*7919%runs) * time.Second),
			State: store.State{Status: store.Completed},
		})
	}
	for i := range runs {
		if i%3 > 0 {
			n, err := s.Delete(t.Context(), []string{fmt.Sprint("run-", i)})
			require.NoError(t, err)
			require.Equal(t, 1, n)
		}
	}
	for _, q := range []store.Query{{}, {Newest: true}, {Parent: "p"}, {Parent: "p", Newest: true}} {
		seen := map[string]bool{}
		q.Limit = 1000
		for {
			page, err := s.List(t.Context(), q)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				require.False(t, seen[r.ID])
				require.True(t, q.After.ID == "" || r.Created.After(q.After.Created) != q.Newest)
				seen[r.ID] = true
				q.After = store.Cursor{Created: r.Created, ID: r.ID}
			}
		}
		require.Len(t, seen, (runs+2)/3)
	}
	counts, err := s.Count(t.Context(), store.Query{Parent: "p"})
	require.NoError(t, err)
	require.Equal(t, map[store.Status]store.Count{store.Completed: {Runs: (runs + 2) / 3}}, counts)
}

func ExampleStore() {
	ctx := context.Background()
	s := memory.New()
	defer s.Close()
	_, err := s.Create(ctx, []store.Run{
		{ID: "order-42", Flow: "checkout", State: store.State{Status: store.Pending, Due: time.Now()}},
	})
	if err != nil {
		panic(err)
	}
	claimed, err := s.Claim(ctx, store.Claim{Owner: "me", Lease: time.Minute, Max: 10, Flows: []string{"checkout"}})
	if err != nil {
		panic(err)
	}
	run := claimed.Runs[0].Run
	state := run.State
	state.Status = store.Completed
	done := store.Write{Run: run.ID, Epoch: run.Epoch, State: &state, Revision: run.Revision, Release: true}
	for range 2 {
		errs, err := s.Commit(ctx, []store.Write{done})
		fmt.Println(errors.Join(errs...), err)
	}
	// Output:
	// <nil> <nil>
	// the run has finished <nil>
}
