package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/runstest"
)

// damages are what becomes of one field of a run, by hand: of each, the field and what is there then, nil for nothing.
func damages() (all [][2]any) {
	const most, more = "9223372036854775807", "9223372036854775808"
	for _, field := range []string{
		"status", "epoch", "revision", "created", "priority", "due", "started", "finished", "expires",
	} {
		for _, value := range []any{"x", "1e3", "0x10", " 1", "+1", "1 ", "nan", more, "99999999999999999999", "1.5"} {
			all = append(all, [2]any{field, value})
		}
	}
	for _, field := range []string{"status", "epoch", "revision", "created", "priority"} {
		for _, value := range []any{"", nil, "-1", most} {
			all = append(all, [2]any{field, value})
		}
	}
	return append(all, [2]any{"flow", nil})
}

// damage changes a field by hand, and returns what was there.
func damage(t *testing.T, s *redis.Store, field string, value any) (before any) {
	t.Helper()
	before, err := s.Client().HGet(t.Context(), s.Key("run:r"), field).Result()
	if err != nil {
		before = nil
	}
	if value == nil {
		command(t, s, "HDEL", s.Key("run:r"), field)
	} else {
		command(t, s, "HSET", s.Key("run:r"), field, value)
	}
	return before
}

// shares are those of a claim: none, or with limits, for which a claim looks elsewhere.
var shares = [][]store.Share{nil, {{Queue: "q", Total: 9, PerKey: 9}, {Queue: "", PerKey: 9}}}

// claimed are the runs that a claim of everything that is due takes.
func claimed(t *testing.T, s *redis.Store, queues []store.Share) (ids []string) {
	t.Helper()
	c, err := s.Claim(t.Context(), store.Claim{
		Owner: "another", Lease: time.Hour, Max: 9, Flows: []string{runstest.Flow}, Queues: queues,
	})
	require.NoError(t, err)
	for _, h := range c.Runs {
		ids = append(ids, h.Run.ID)
	}
	return ids
}

// listed are all runs, and why the damaged one cannot be read, or is blocked.
func listed(t *testing.T, s *redis.Store, q store.Query) (runs []store.Run, reason string) {
	t.Helper()
	runs, err := s.List(t.Context(), q)
	require.NoError(t, err)
	for _, r := range runs {
		if r.ID == "r" {
			reason = r.Reason
		}
	}
	return runs, reason
}

func TestARunWithADamagedFieldIsNamedAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	for _, d := range damages() {
		field, value := d[0].(string), d[1]
		for i, queues := range shares {
			t.Run(fmt.Sprintf("%s %q %d", field, value, i), func(t *testing.T) {
				t.Parallel()
				s := open(t, redis.Config{})
				bad, good, beside := runstest.Pending("r"), runstest.Pending("sound"), runstest.Pending("beside")
				bad.Queue, bad.Key, good.Queue, good.Key = "q", "k", "q", "k"
				bad.Created, bad.Due = bad.Created.Add(-time.Hour), bad.Due.Add(-time.Hour)
				_, err := s.Create(t.Context(), []store.Run{bad, good, beside})
				require.NoError(t, err)
				before := damage(t, s, field, value)
				says := fmt.Sprintf("run %q: its field %s cannot be read", "r", field)

				_, err = s.Load(t.Context(), "r", store.Mark{})
				require.ErrorIs(t, err, store.ErrCorrupt)
				require.ErrorContains(t, err, says)
				for _, q := range []store.Query{{}, {Newest: true}, {IDs: []string{"r", "sound", "beside"}}} {
					runs, reason := listed(t, s, q)
					require.Len(t, runs, 3)
					require.Contains(t, reason, says)
				}
				counts, err := s.Count(t.Context(), store.Query{Queues: []string{"q", ""}})
				require.NoError(t, err)
				require.NotZero(t, counts[store.Pending].Runs)
				errs, err := s.Send(t.Context(), []store.Message{{Run: "r"}, {Run: "sound"}})
				require.NoError(t, err)
				require.ErrorIs(t, errs[0], store.ErrCorrupt)
				require.ErrorContains(t, errs[0], says)
				require.NoError(t, errs[1])
				errs, err = s.Commit(t.Context(), []store.Write{
					{Run: "r", State: &bad.State},
					{Run: "beside", State: &beside.State, Send: []store.Message{{Run: "r"}}},
					{Run: "sound", State: &good.State},
				})
				require.NoError(t, err)
				require.ErrorContains(t, errs[0], says)
				require.ErrorContains(t, errs[1], says, "the message would be lost")
				require.NoError(t, errs[2])
				_, err = s.Create(t.Context(), []store.Run{bad})
				require.ErrorContains(t, err, says)
				_, err = s.Delete(t.Context(), []string{"r"})
				require.NoError(t, err)

				told := listens(t, s)
				require.ElementsMatch(t, []string{"sound", "beside"}, claimed(t, s, queues))
				hears(t, told, func(n store.Notice) bool { return n.Run == "r" && n.Status == store.Blocked })
				require.Empty(t, claimed(t, s, queues))
				runs, reason := listed(t, s, store.Query{})
				require.Len(t, runs, 3)
				require.Contains(t, reason, says)
				require.Equal(t, "7", command(t, s, "HGET", s.Key("run:r"), "status"))

				// Once it is mended it can go on.
				if field != "status" && field != "due" {
					damage(t, s, field, before)
				}
				runs, _ = listed(t, s, store.Query{IDs: []string{"r"}})
				again := bad.State
				again.Status = store.Waiting
				runstest.Commit(t, s, store.Write{Run: "r", State: &again, Revision: runs[0].Revision})
				require.Equal(t, []string{"r"}, claimed(t, s, queues))
			})
		}
	}
}

func TestALeaseOfADamagedRunRunsOutAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	for _, d := range damages() {
		field, value := d[0].(string), d[1]
		t.Run(fmt.Sprintf("%s %q", field, value), func(t *testing.T) {
			t.Parallel()
			s := open(t, redis.Config{})
			runs := runstest.Leased(t, s, "r", "sound")
			_, err := s.Renew(t.Context(), runstest.Owner, 0)
			require.NoError(t, err)
			damage(t, s, field, value)
			says := fmt.Sprintf("run %q: its field %s cannot be read", "r", field)
			held, err := s.Renew(t.Context(), runstest.Owner, 0)
			require.NoError(t, err)
			require.Len(t, held, 1)
			require.Equal(t, "sound", held[0].Run)
			errs, err := s.Commit(t.Context(), []store.Write{
				{Run: "r", Epoch: 1, State: &runs[0].State, Revision: 1, Release: true}, runstest.Step(runs[1], 1),
			})
			require.NoError(t, err)
			require.ErrorIs(t, errs[0], store.ErrCorrupt)
			require.ErrorContains(t, errs[0], says)
			require.NoError(t, errs[1])
			errs, err = s.Commit(t.Context(), []store.Write{runstest.Step(runs[0], 1), runstest.Step(runs[1], 2)})
			require.NoError(t, err)
			if len(errs) > 0 { // a step looks at the lease only
				require.Error(t, errs[0])
				require.NoError(t, errs[1])
			}
			require.Equal(t, []string{"sound"}, claimed(t, s, nil))
			require.Empty(t, claimed(t, s, nil))
			_, reason := listed(t, s, store.Query{})
			require.Contains(t, reason, says)
			require.ErrorIs(t, runstest.TryCommit(t.Context(), s, runstest.Step(runs[1], 3)), store.ErrFenced)
			require.Error(t, runstest.TryCommit(t.Context(), s, runstest.Step(runs[0], 3)))
			require.Equal(t, int64(0), command(t, s, "ZCOUNT", s.Key("held:"+runstest.Owner), "-inf", "+inf"))
		})
	}
}

func TestARunOfWhichAKeyHoldsSomethingElseIsNamedAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	for key, what := range map[string]string{"run:r": "its key", "log:r": "its records", "inbox:r": "its messages"} {
		for i, queues := range shares {
			t.Run(fmt.Sprint(key, i), func(t *testing.T) {
				t.Parallel()
				s := open(t, redis.Config{})
				runs := runstest.Leased(t, s, "r", "sound")
				command(t, s, "SET", s.Key(key), "mine")
				says := fmt.Sprintf("run %q: %s cannot be read", "r", what)
				_, err := s.Load(t.Context(), "r", store.Mark{})
				require.ErrorIs(t, err, store.ErrCorrupt)
				require.ErrorContains(t, err, says)
				errs, err := s.Commit(t.Context(), []store.Write{runstest.Step(runs[0], 1), runstest.Step(runs[1], 1)})
				require.NoError(t, err)
				if key != "inbox:r" {
					require.ErrorContains(t, errs[0], says)
					require.NoError(t, errs[1])
				}
				if key != "log:r" {
					errs, err = s.Send(t.Context(), []store.Message{{Run: "r", Key: "key"}, {Run: "sound"}})
					require.NoError(t, err)
					require.ErrorContains(t, errs[0], says)
					require.NoError(t, errs[1])
				}
				again := runs[0].State
				again.Status = store.Waiting
				errs, err = s.Commit(t.Context(), []store.Write{
					{
						Run: "r", Epoch: 1, State: &again, Revision: 1, Records: runstest.Step(runs[0], 5).Records,
						Consumed: []int64{1},
					},
					{Run: "sound", Epoch: 1, State: &runs[1].State, Revision: 1},
				})
				require.NoError(t, err)
				require.ErrorContains(t, errs[0], says)
				require.NoError(t, errs[1])
				_, err = s.Renew(t.Context(), runstest.Owner, 0)
				require.NoError(t, err)
				require.Equal(t, []string{"sound"}, claimed(t, s, queues))
				require.Empty(t, claimed(t, s, queues))
				for _, q := range []store.Query{{}, {IDs: []string{"r", "sound"}}, {Flows: []string{runstest.Flow}}} {
					found, reason := listed(t, s, q)
					require.Len(t, found, 2)
					if key == "run:r" {
						require.Contains(t, reason, says)
					}
				}
				_, err = s.Count(t.Context(), store.Query{Flows: []string{runstest.Flow}})
				require.NoError(t, err)
				if key != "run:r" {
					blocked, reason := listed(t, s, store.Query{Statuses: []store.Status{store.Blocked}})
					require.Len(t, blocked, 1)
					require.Contains(t, reason, says)
				}
			})
		}
	}
}

func TestARunThatWasMovedByHandIsNeitherLostNorLeasedTwice(t *testing.T) {
	t.Parallel()
	for field, value := range map[string]string{
		"queue": "another", "key": "another", "flow": "another", "priority": "00000000000000000007",
	} {
		for i := range shares {
			t.Run(fmt.Sprint(field, i), func(t *testing.T) {
				t.Parallel()
				s := open(t, redis.Config{})
				run := runstest.Pending("r")
				run.Queue, run.Key = "q", "k"
				_, err := s.Create(t.Context(), []store.Run{run})
				require.NoError(t, err)
				damage(t, s, field, value)
				c := store.Claim{Owner: "o", Lease: time.Hour, Max: 9, Flows: []string{runstest.Flow, "another"}}
				if i > 0 {
					c.Queues = []store.Share{{Queue: "q", PerKey: 1}, {Queue: "another", PerKey: 1}}
				}
				leases := 0
				for range 4 {
					all, err := s.Claim(t.Context(), c)
					require.NoError(t, err)
					leases += len(all.Runs)
				}
				require.Equal(t, 1, leases)
			})
		}
	}
}

func TestManyDamagedRunsAreSetAsideInPieces(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	const many = 2500
	var runs []store.Run
	for i := range many {
		runs = append(runs, runstest.Pending(fmt.Sprint("r", i)))
	}
	sound := runstest.Pending("sound")
	sound.Due = time.Now().Add(-time.Millisecond)
	_, err := s.Create(t.Context(), append(runs, sound))
	require.NoError(t, err)
	pipe := s.Client().Pipeline()
	for i := range many {
		pipe.HSet(t.Context(), s.Key(fmt.Sprint("run:r", i)), "epoch", "x")
	}
	_, err = pipe.Exec(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"sound"}, claimed(t, s, nil))
	counts, err := s.Count(t.Context(), store.Query{})
	require.NoError(t, err)
	require.EqualValues(t, many, counts[store.Blocked].Runs)
}

func TestLeasesBehindThoseThatAreGoneAreRenewed(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	const many, gone = 1100, 3
	var ids []string
	for i := range many {
		ids = append(ids, fmt.Sprintf("r%04d", i))
	}
	runstest.Leased(t, s, ids...)
	command(t, s, "DEL", s.Key("run:r0000"))
	command(t, s, "SET", s.Key("run:r0001"), "mine")
	command(t, s, "HSET", s.Key("run:r0600"), "owner", "somebody")
	for range 2 {
		held, err := s.Renew(t.Context(), runstest.Owner, time.Hour)
		require.NoError(t, err)
		require.Len(t, held, many-gone)
		require.Equal(t, ids[many-1], held[len(held)-1].Run)
	}
}
