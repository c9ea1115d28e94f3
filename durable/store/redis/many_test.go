package redis_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/runstest"
)

// crowd creates many runs, in several stores, which are due in the order of their numbers.
func crowd(t *testing.T, n int, stores ...store.Store) []store.Run {
	t.Helper()
	var runs []store.Run
	begin := time.Now().Add(-time.Hour).Truncate(time.Microsecond)
	for i := range n {
		r := runstest.Pending(fmt.Sprintf("%05d", i))
		r.Created = begin.Add(time.Duration(i*7919%n) * time.Second)
		r.Due = begin.Add(time.Duration(i) * time.Microsecond)
		r.Status = store.Status(1 + i%8)
		r.Labels = map[string]string{"third": strconv.Itoa(i % 3), "half": strconv.Itoa(i % 2)}
		r.Flow = []string{runstest.Flow, "other", "third"}[i%3]
		if r.Status.Finished() {
			r.Started, r.Finished = begin, begin.Add(time.Second)
			r.Expires = begin.Add(time.Duration(i%10) * time.Minute)
		}
		runs = append(runs, r)
	}
	for _, s := range stores {
		_, err := s.Create(t.Context(), runs)
		require.NoError(t, err)
	}
	return runs
}

// What one script would take too long for is done by several.
func TestManyRunsAreClaimedRenewedAndTakenOver(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	const many = 1300
	var runs []store.Run
	for i := range many {
		r := runstest.Pending(fmt.Sprintf("%05d", i))
		r.Due = r.Due.Add(time.Duration(i) * time.Microsecond)
		runs = append(runs, r)
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	claim := func(owner string, lease time.Duration, most int) store.Claimed {
		c := store.Claim{Owner: owner, Lease: lease, Max: most, Flows: []string{runstest.Flow}}
		claimed, err := s.Claim(t.Context(), c)
		require.NoError(t, err)
		return claimed
	}
	claimed := claim("one", time.Hour, many-1)
	require.Len(t, claimed.Runs, many-1)
	for i, h := range claimed.Runs {
		require.Equal(t, runs[i].ID, h.Run.ID)
	}
	require.False(t, claimed.Next.After(time.Now()), "one is left")
	require.Len(t, claim("one", time.Hour, 5).Runs, 1)
	held, err := s.Renew(t.Context(), "one", 0)
	require.NoError(t, err)
	require.Len(t, held, many)
	claimed = claim("two", time.Hour, 2*many)
	require.Len(t, claimed.Runs, many)
	require.Zero(t, claimed.Next)
	held, err = s.Renew(t.Context(), "one", 0)
	require.NoError(t, err)
	require.Empty(t, held)
}

func TestAMaximumOfAQueueHoldsForSeveralScripts(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	var runs []store.Run
	for i := range 600 {
		r := runstest.Pending(strconv.Itoa(i))
		r.Queue = []string{"one", "two"}[i%2]
		runs = append(runs, r)
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	shares := []store.Share{{Queue: "one", Max: 110}, {Queue: "two", Total: 250}}
	claimed, err := s.Claim(t.Context(), store.Claim{
		Owner: "owner", Lease: time.Hour, Max: 500, Flows: []string{runstest.Flow}, Queues: shares,
	})
	require.NoError(t, err)
	taken := map[string]int{}
	for _, h := range claimed.Runs {
		taken[h.Run.Queue]++
	}
	require.Equal(t, map[string]int{"one": 110, "two": 250}, taken)
	require.False(t, claimed.Next.IsZero())
	require.Equal(t, 110, shares[0].Max, "it is the caller's")
}

func TestALongHistoryHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	runs := runstest.Leased(t, s, "a", "b", "c")
	for _, r := range runs {
		w := store.Write{Run: r.ID, Epoch: 1}
		for n := range int64(8000) {
			w.Records = append(w.Records, store.Record{N: n, Epoch: 1})
		}
		runstest.Commit(t, s, w)
	}
	_, err := s.Renew(t.Context(), runstest.Owner, 0)
	require.NoError(t, err)
	claimed := runstest.Claim(t, s, 5)
	require.Len(t, claimed.Runs, 3)
	for _, h := range claimed.Runs {
		require.Len(t, h.Records, 8000)
	}
	require.Zero(t, claimed.Next)
}

func TestManyRunsAreListedAsInMemory(t *testing.T) {
	t.Parallel()
	s, model := open(t, redis.Config{}), memory.New()
	runs := crowd(t, 2500, s, model)
	now := time.Now()
	ids := func(all []store.Run) []string {
		names := make([]string, len(all))
		for i := range all {
			names[i] = all[i].ID
		}
		return names
	}
	for i, q := range []store.Query{
		{},
		{Statuses: []store.Status{store.Failed}},
		{Statuses: []store.Status{store.Failed, store.Waiting, store.Waiting, store.Paused}},
		{Flows: []string{"other", "flow", "none"}},
		{Flows: []string{"third"}, Statuses: []store.Status{store.Completed, store.Pending}},
		{Labels: map[string]string{"third": "1"}},
		{Labels: map[string]string{"third": "1", "half": "0"}, Flows: []string{"other"}},
		{Labels: map[string]string{"third": "1"}, Flows: []string{"third"}},
		{Expired: now},
		{Expired: now.Add(-time.Hour + 4*time.Minute)},
		{Expired: now, Labels: map[string]string{"half": "1"}},
		{Expired: now, Statuses: []store.Status{store.Cancelled}},
		{Expired: now.Add(-time.Hour + time.Minute), Flows: []string{"third", "other"}},
	} {
		q.Limit = 700
		for _, q.Newest = range []bool{false, true} {
			q.After = store.Cursor{}
			for {
				want, err := model.List(t.Context(), q)
				require.NoError(t, err)
				got, err := s.List(t.Context(), q)
				require.NoError(t, err)
				require.Equal(t, ids(want), ids(got), "query %d: %+v", i, q)
				if len(want) == 0 {
					break
				}
				last := want[len(want)-1]
				q.After = store.Cursor{Created: last.Created, ID: last.ID}
			}
		}
		want, err := model.Count(t.Context(), q)
		require.NoError(t, err)
		got, err := s.Count(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, want, got, "query %d: %+v", i, q)
	}
	// Deleted ones leave nothing behind.
	var all []string
	for _, r := range runs {
		all = append(all, r.ID)
	}
	n, err := s.Delete(t.Context(), all)
	require.NoError(t, err)
	counts, err := s.Count(t.Context(), store.Query{})
	require.NoError(t, err)
	left := int64(0)
	for status, c := range counts {
		require.False(t, status.Finished())
		left += c.Runs
	}
	require.EqualValues(t, len(runs)-n, left)
}

// What was there of a run is gone with it.
func TestNothingIsLeftOfRunsThatAreDeleted(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	r := runstest.Pending("r")
	r.Parent, r.Labels, r.Expires = "parent", map[string]string{"a": "1", "b=": ":"}, time.Now()
	r.Queue, r.Key = "queue", "key"
	_, err := s.Create(t.Context(), []store.Run{r})
	require.NoError(t, err)
	run := runstest.Claim(t, s, 1).Runs[0].Run
	_, err = s.Send(t.Context(), []store.Message{{Run: "r", Key: "key"}})
	require.NoError(t, err)
	runstest.Commit(t, s, runstest.Step(run, 1))
	state := run.State
	state.Status, state.Finished, state.Expires = store.Failed, state.Started.Add(time.Second), time.Now()
	runstest.Commit(t, s, store.Write{Run: "r", Epoch: 1, State: &state, Revision: 1, Release: true})
	n, err := s.Delete(t.Context(), []string{"r", "r", "missing"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	keys := command(t, s, "KEYS", s.Key("*"))
	require.ElementsMatch(t, []any{s.Key("store"), s.Key("took")}, keys)
	require.Equal(t, map[any]any{"5": "0"}, command(t, s, "HGETALL", s.Key("took")))
}

func TestNumbersAreInTheOrderOfTheirStrings(t *testing.T) {
	t.Parallel()
	number := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, -1, 1, math.MinInt64, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		require.Equal(t, a < b, redis.Ordered(a) < redis.Ordered(b))
		require.Equal(t, a > b, redis.Priority(int(a)) < redis.Priority(int(b)))
		n, err := redis.ParseOrdered(redis.Ordered(a))
		require.NoError(t, err)
		require.Equal(t, a, n)
	})
}

// FuzzTold reads anything as what came on the channel.
func FuzzTold(f *testing.F) {
	f.Add("me 3 1795272345123456 1 7 3:run4   1 0:")
	f.Add("me 3  1 7 99999999999999999999:run")
	f.Add("x 1 2 3")
	f.Fuzz(func(t *testing.T, payload string) {
		_, notices := redis.ReadTold(payload)
		require.LessOrEqual(t, len(notices), len(payload))
		require.NotContains(t, slices.Collect(func(yield func(store.Notice) bool) {
			for _, n := range notices {
				if len(n.Run) > len(payload) && !yield(n) {
					return
				}
			}
		}), store.Notice{})
	})
}
