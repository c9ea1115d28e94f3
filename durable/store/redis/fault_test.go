package redis_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

// A server that crashes is no failure of the runs: they go on, and nothing is done twice.
func TestRunsOutliveACrashOfTheServer(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	runstest.Outlive(t, openAt(t, server.URL(), redis.Config{}), 1000, func() func() {
		server.Kill()
		return func() { require.NoError(t, server.Restart()) }
	})
}

// patiently repeats f while the server is away.
func patiently(ctx context.Context, f func(ctx context.Context) error) (err error) {
	for ctx.Err() == nil {
		err = f(ctx)
		if err == nil || errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrClosed) {
			return err
		}
		<-time.After(time.Millisecond)
	}
	return err
}

func TestNothingThatWasAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	runs := runstest.Leased(t, s, "a", "b", "c")
	var stop atomic.Bool
	var made atomic.Int64
	var all sync.WaitGroup
	acknowledged, errs := make([]int64, len(runs)), make([]error, len(runs))
	for i := range runs {
		all.Go(func() {
			for n := int64(1); !stop.Load() && errs[i] == nil; n++ {
				// An acknowledgement is taken at its word: nothing is written again after it.
				errs[i] = patiently(t.Context(), func(ctx context.Context) error {
					return runstest.TryCommit(ctx, s, runstest.Step(runs[i], n))
				})
				acknowledged[i] = n
				made.Add(1)
			}
		})
	}
	for range 5 {
		goal := made.Load() + 50
		runstest.Until(t, func() bool { return made.Load() >= goal })
		server.Kill()
		require.NoError(t, server.Restart())
	}
	stop.Store(true)
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	for i, r := range runs {
		require.Len(t, runstest.Numbers(t, s, r.ID), int(acknowledged[i]))
	}
}

func TestNothingIsLostWithItsConnection(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s, other := openAt(t, server.URL(), redis.Config{}), openAt(t, server.URL(), redis.Config{Prefix: "other"})
	runs := runstest.Leased(t, s, "a", "b", "c")
	const appends = 40
	var done, made atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, len(runs))
	for i := range runs {
		all.Go(func() {
			defer done.Add(1)
			for n := int64(1); n <= appends && errs[i] == nil; n++ {
				errs[i] = patiently(t.Context(), func(ctx context.Context) error {
					return runstest.TryCommit(ctx, s, runstest.Step(runs[i], n))
				})
				made.Add(1)
			}
		})
	}
	for done.Load() < int64(len(runs)) {
		command(t, other, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
		before := made.Load() // or a slow machine would come to nothing
		runstest.Until(t, func() bool { return made.Load() > before || done.Load() == int64(len(runs)) })
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	for _, r := range runs {
		require.Len(t, runstest.Numbers(t, s, r.ID), appends)
	}
}

func TestAStoreThatLostItsEarsHearsAgain(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s, other := openAt(t, server.URL(), redis.Config{}), openAt(t, server.URL(), redis.Config{})
	told := listens(t, s)
	runstest.Leased(t, other, "one")
	hears(t, told, func(n store.Notice) bool { return n.Run == "one" })
	command(t, other, "CLIENT", "KILL", "TYPE", "pubsub")
	hears(t, told, func(n store.Notice) bool { return n.Run == "" && !n.Due.IsZero() })
	runstest.Until(t, func() bool { return !s.Deaf() && !other.Deaf() })
	runstest.Leased(t, other, "two")
	hears(t, told, func(n store.Notice) bool { return n.Run == "two" })
	server.Kill()
	runstest.Until(t, s.Deaf)
	require.False(t, store.HearsAll(s))
	require.NoError(t, server.Restart())
	hears(t, told, func(n store.Notice) bool { return n.Run == "" && !n.Due.IsZero() })
	require.True(t, store.HearsAll(s))
}

func TestScriptsThatAreFlushedAreSentAgain(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	run := runstest.Leased(t, s, "r")[0]
	var stop atomic.Bool
	var flushes sync.WaitGroup
	flushes.Go(func() {
		for !stop.Load() {
			command(t, s, "SCRIPT", "FLUSH")
		}
	})
	for n := range int64(100) {
		runstest.Commit(t, s, runstest.Step(run, n))
		w := runstest.Step(run, 1000+n)
		w.Published = []byte("p")
		runstest.Commit(t, s, w)
	}
	stop.Store(true)
	flushes.Wait()
	require.Len(t, runstest.Numbers(t, s, "r"), 200)
}

func TestWhenMemoryIsUsedUpNothingIsLost(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	run := runstest.Leased(t, s, "r")[0]
	runstest.Commit(t, s, runstest.Step(run, 1))
	done := runstest.Pending("done")
	done.Status, done.Started, done.Finished = store.Completed, time.Unix(0, 0), time.Unix(1, 0)
	_, err := s.Create(t.Context(), []store.Run{done})
	require.NoError(t, err)
	command(t, s, "CONFIG", "SET", "maxmemory", "1")
	const says = "the server's memory is used up"
	ctx := t.Context()
	require.ErrorContains(t, runstest.TryCommit(ctx, s, runstest.Step(run, 2)), says)
	require.ErrorContains(t, runstest.TryCommit(ctx, s, runstest.Step(run, 2), runstest.Step(run, 3)), says)
	_, err = s.Create(ctx, []store.Run{runstest.Pending("new")})
	require.ErrorContains(t, err, says)
	_, err = s.Send(ctx, []store.Message{{Run: "r", Key: "key"}})
	require.ErrorContains(t, err, says)
	// What there is can be read, and what is over deleted.
	require.Equal(t, []int64{1}, runstest.Numbers(t, s, "r"))
	n, err := s.Delete(ctx, []string{"done"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	command(t, s, "CONFIG", "SET", "maxmemory", "0")
	runstest.Commit(t, s, runstest.Step(run, 2))
	_, err = s.Send(ctx, []store.Message{{Run: "r", Key: "key"}})
	require.NoError(t, err)
	h, err := s.Load(ctx, "r", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Records, 2)
	require.Len(t, h.Messages, 1)
	counts, err := s.Count(ctx, store.Query{})
	require.NoError(t, err)
	require.Equal(t, map[store.Status]store.Count{store.Running: {Runs: 1}}, counts)
	took := command(t, s, "HGET", s.Key("took"), "4")
	require.Equal(t, "0", took)
}

func TestAServerThatIsStartingUpSaysSo(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	run := runstest.Leased(t, s, "r")[0]
	many := runstest.Step(run, 0)
	for n := range int64(100_000) { // it looks up from its file after each thousand
		many.Records = append(many.Records, store.Record{N: n, Epoch: 1})
	}
	runstest.Commit(t, s, many)
	server.Kill()
	const slowly = "key-load-delay 200"
	require.NoError(t, server.Launch(slowly))
	busy := func(err error) bool {
		require.Error(t, err)
		return strings.Contains(err.Error(), "the server is starting up")
	}
	runstest.Until(t, func() bool {
		_, err := redis.Open(t.Context(), server.URL())
		return busy(err)
	})
	runstest.Until(t, func() bool { return busy(runstest.TryCommit(t.Context(), s, runstest.Step(run, -1))) })
	server.Kill()
	require.NoError(t, server.Restart("key-load-delay 0"))
	require.NoError(t, patiently(t.Context(), func(ctx context.Context) error {
		return runstest.TryCommit(ctx, s, runstest.Step(run, 100_000))
	}))
	require.Len(t, runstest.Numbers(t, s, "r"), 100_001)
}

func TestAKeyThatHoldsSomethingElseIsCorrupt(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, name := range []string{"held:owner", "status:2", "lanes:flow", "runs"} {
		s := open(t, redis.Config{})
		run := runstest.Leased(t, s, "r")[0]
		_, err := s.Send(ctx, []store.Message{{Run: "r"}})
		require.NoError(t, err)
		command(t, s, "SET", s.Key(name), "mine")
		errs := []error{runstest.TryCommit(ctx, s, runstest.Step(run, 1))}
		_, err = s.Load(ctx, "r", store.Mark{})
		errs = append(errs, err)
		_, err = s.Claim(ctx, store.Claim{Owner: "o", Lease: time.Hour, Max: 1, Flows: []string{runstest.Flow}})
		errs = append(errs, err)
		_, err = s.Renew(ctx, runstest.Owner, time.Hour)
		errs = append(errs, err)
		_, err = s.List(ctx, store.Query{})
		errs = append(errs, err)
		_, err = s.Count(ctx, store.Query{})
		all := errors.Join(append(errs, err)...)
		require.ErrorIs(t, all, store.ErrCorrupt, name)
		require.ErrorContains(t, all, "one of its keys holds something else", name)
	}
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for says, spoil := range map[string][]any{
		`run "r": record 2 cannot be read`:          {"HSET", "log:r", "2", "spoilt"},
		`run "r": record x cannot be read`:          {"HSET", "log:r", "x", "spoilt"},
		`run "r": message 1 cannot be read`:         {"ZADD", "inbox:r", "1", "1:spoilt"},
		`run "r": message x cannot be read`:         {"ZADD", "inbox:r", "1", "x"},
		`run "r": the facts cannot be read`:         {"HSET", "run:r", "facts", ""},
		`run "r": the state cannot be read`:         {"HSET", "run:r", "state", "\x01"},
		`run "r": the input cannot be read`:         {"HSET", "run:r", "input", "\x01"},
		`run "r": what it published cannot be read`: {"HSET", "run:r", "published", "\x01"},
		`run "r": its field started cannot be read`: {"HSET", "run:r", "started", "0x7f"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			s := open(t, redis.Config{})
			run := runstest.Leased(t, s, "r")[0]
			runstest.Commit(t, s, runstest.Step(run, 1), store.Write{Run: "r", Epoch: 1, Published: []byte("published")})
			runstest.Commit(t, s, store.Write{
				Run: "r", Epoch: 1, State: &store.State{Status: store.Waiting, Due: run.Created}, Revision: 1, Release: true,
			})
			spoil[1] = s.Key(spoil[1].(string))
			command(t, s, spoil...)
			_, err := s.Create(t.Context(), []store.Run{runstest.Pending("sound")})
			require.NoError(t, err)
			_, err = s.Load(t.Context(), "r", store.Mark{})
			require.ErrorIs(t, err, store.ErrCorrupt)
			require.ErrorContains(t, err, says)
			claimed := runstest.Claim(t, s, 5) // others are not held up
			require.Len(t, claimed.Runs, 1)
			require.Equal(t, "sound", claimed.Runs[0].Run.ID)
			runs, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
			require.NoError(t, err)
			require.Len(t, runs, 1)
			require.Contains(t, runs[0].Reason, says)
			require.Empty(t, runstest.Claim(t, s, 5).Runs)
		})
	}
}

func TestWhatSomebodyDeletedIsPassedOver(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	_, err := s.Create(t.Context(), []store.Run{runstest.Pending("a"), runstest.Pending("b"), runstest.Pending("c")})
	require.NoError(t, err)
	command(t, s, "DEL", s.Key("run:a"))
	claimed := runstest.Claim(t, s, 1)
	require.Len(t, claimed.Runs, 1)
	require.Equal(t, "b", claimed.Runs[0].Run.ID)
	command(t, s, "DEL", s.Key("run:b"))
	held, err := s.Renew(t.Context(), runstest.Owner, 0)
	require.NoError(t, err)
	require.Empty(t, held)
	require.Len(t, runstest.Claim(t, s, 5).Runs, 1)
	runs, err := s.List(t.Context(), store.Query{})
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.ErrorIs(t, runstest.TryCommit(t.Context(), s, store.Write{Run: "b", Epoch: 1}), store.ErrNotFound)
}

func TestAStoreThatIsClosedSaysSo(t *testing.T) {
	t.Parallel()
	s, err := redis.OpenConfig(t.Context(), redisserver.URL(t), redis.Config{Prefix: prefix()})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err = s.Load(t.Context(), "r", store.Mark{})
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = s.Commit(t.Context(), nil)
	require.ErrorIs(t, err, store.ErrClosed)
}

func TestCallsThatConcernTheSameRunsDoNotFail(t *testing.T) {
	t.Parallel()
	runstest.Jumble(t, open(t, redis.Config{}))
}
