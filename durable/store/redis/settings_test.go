package redis_test

import (
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

func TestASettingThatMayLoseWritesIsRefused(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{AllowLoss: true})
	for _, c := range []struct{ name, risky, safe, says string }{
		{"appendonly", "no", "yes", `its appendonly is "no" instead of "yes"`},
		{"appendfsync", "everysec", "always", `its appendfsync is "everysec" instead of "always"`},
		{"appendfsync", "no", "always", `its appendfsync is "no" instead of "always"`},
		{"no-appendfsync-on-rewrite", "yes", "no", `its no-appendfsync-on-rewrite is "yes" instead of "no"`},
	} {
		command(t, s, "CONFIG", "SET", c.name, c.risky)
		_, err := redis.Open(t.Context(), server.URL())
		require.ErrorContains(t, err, `open store "baton": the server may lose what it has acknowledged: `+c.says+
			"; AllowLoss takes that as it is")
		openAt(t, server.URL(), redis.Config{AllowLoss: true})
		command(t, s, "CONFIG", "SET", c.name, c.safe)
	}
	openAt(t, server.URL(), redis.Config{})
}

func TestAPolicyThatMayEvictRunsIsRefused(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	for policy, evicts := range map[string]bool{
		"allkeys-lru": true, "allkeys-lfu": true, "allkeys-random": true, "volatile-lru": false, "volatile-ttl": false,
		"noeviction": false,
	} {
		command(t, s, "CONFIG", "SET", "maxmemory-policy", policy)
		command(t, s, "CONFIG", "SET", "maxmemory", "0") // which is no bound, so that nothing is evicted
		openAt(t, server.URL(), redis.Config{})
		command(t, s, "CONFIG", "SET", "maxmemory", "1gb")
		if !evicts {
			openAt(t, server.URL(), redis.Config{})
			continue
		}
		_, err := redis.Open(t.Context(), server.URL())
		require.ErrorContains(t, err, `its maxmemory-policy is "`+policy+`"`)
		openAt(t, server.URL(), redis.Config{AllowLoss: true})
	}
}

// The rights are those that the documentation of the package names.
func TestAUserNeedsFewRights(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	rights := []any{
		"ACL", "SETUSER", "few", "on", ">secret", "resetkeys", "~{baton}:*", "resetchannels", "&{baton}:*", "-@all",
		"+@read", "+@write", "+@scripting", "+@pubsub", "+@connection", "+@transaction", "+time", "+info",
	}
	command(t, s, append(rights, "+config|get")...)
	as := func(user string) string { return "unix://" + user + ":secret@" + server.Socket() }
	few := openAt(t, as("few"), redis.Config{})
	run := runstest.Leased(t, few, "r")[0]
	runstest.Commit(t, few, runstest.Step(run, 1))
	_, err := few.Send(t.Context(), []store.Message{{Run: "r", Key: "key"}})
	require.NoError(t, err)
	_, err = few.Renew(t.Context(), runstest.Owner, time.Hour)
	require.NoError(t, err)
	_, err = few.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	_, err = few.List(t.Context(), store.Query{})
	require.NoError(t, err)
	_, err = few.Count(t.Context(), store.Query{})
	require.NoError(t, err)
	state := run.State
	state.Status = store.Completed
	runstest.Commit(t, few, store.Write{Run: "r", Epoch: 1, State: &state, Revision: 1, Release: true})
	n, err := few.Delete(t.Context(), []string{"r"})
	require.NoError(t, err)
	require.Equal(t, 1, n)

	_, err = redis.OpenConfig(t.Context(), as("few"), redis.Config{Prefix: "other"})
	require.ErrorContains(t, err, "the user may not do this")
	_, err = redis.Open(t.Context(), as("nobody"))
	require.ErrorContains(t, err, "the server knows no such user, or another password")
	require.NotContains(t, err.Error(), "secret")

	command(t, s, append(rights, "-config")...)
	_, err = redis.Open(t.Context(), as("few"))
	require.ErrorContains(t, err, "it does not tell its configuration, so nobody knows")
	require.ErrorContains(t, err, "AllowLoss takes that as it is")
	openAt(t, as("few"), redis.Config{AllowLoss: true})
	command(t, s, append(rights, "-config", "-info")...)
	_, err = redis.Open(t.Context(), as("few"))
	require.ErrorContains(t, err, "the user may not do this")
	openAt(t, as("few"), redis.Config{AllowLoss: true})
}

func TestAReplicaIsRefused(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	run := runstest.Leased(t, s, "r")[0]
	command(t, s, "REPLICAOF", "127.0.0.1", "1") // where nobody is
	for _, allow := range []bool{false, true} {
		_, err := redis.OpenConfig(t.Context(), server.URL(), redis.Config{AllowLoss: allow})
		require.ErrorContains(t, err, "the server is a replica")
	}
	const says = "the server is a read-only replica"
	require.ErrorContains(t, runstest.TryCommit(t.Context(), s, runstest.Step(run, 1)), says)
	require.ErrorContains(t, runstest.TryCommit(t.Context(), s, store.Write{
		Run: "r", Epoch: 1, State: &run.State, Revision: 1,
	}), says)
	command(t, s, "REPLICAOF", "NO", "ONE")
	runstest.Commit(t, s, runstest.Step(run, 1))
}

func TestWhatIsNoStoreIsLeftAlone(t *testing.T) {
	t.Parallel()
	client := open(t, redis.Config{}).Client()
	ctx := t.Context()
	const odd = "holds something else"
	for name, c := range map[string]struct {
		make []any
		want error
		says string
	}{
		"a string":           {[]any{"SET", "key", "mine"}, store.ErrCorrupt, odd},
		"somebody's hash":    {[]any{"HSET", "key", "mine", 1}, store.ErrCorrupt, odd},
		"an odd version":     {[]any{"HSET", "key", "version", "x", "id", 1}, store.ErrCorrupt, odd},
		"no identity":        {[]any{"HSET", "key", "version", 1}, store.ErrCorrupt, odd},
		"a negative version": {[]any{"HSET", "key", "version", -1, "id", 1}, store.ErrCorrupt, odd},
		"a newer version": {
			[]any{"HSET", "key", "version", 2, "id", 1}, store.ErrNewer, "it has version 2, the newest known is 1",
		},
	} {
		p := prefix()
		c.make[1] = "{" + p + "}:store"
		require.NoError(t, client.Do(ctx, c.make...).Err())
		before, err := client.Dump(ctx, "{"+p+"}:store").Result()
		require.NoError(t, err)
		_, err = redis.OpenConfig(ctx, redisserver.URL(t), redis.Config{Prefix: p})
		require.ErrorIs(t, err, c.want, name)
		require.ErrorContains(t, err, c.says, name)
		after, err := client.Dump(ctx, "{"+p+"}:store").Result()
		require.NoError(t, err)
		require.Equal(t, before, after, name)
	}
}

func TestBadConfigsAreNamed(t *testing.T) {
	t.Parallel()
	for says, open := range map[string]func() error{
		"braces": func() error {
			_, err := redis.OpenConfig(t.Context(), "redis://nowhere", redis.Config{Prefix: "a{b}"})
			return err
		},
		"has more than 200 bytes": func() error {
			_, err := redis.OpenConfig(t.Context(), "redis://nowhere", redis.Config{Prefix: string(make([]byte, 201))})
			return err
		},
		"the URL of the server cannot be read": func() error {
			_, err := redis.Open(t.Context(), "redis://user:secret@host:port")
			return err
		},
		"invalid URL scheme": func() error {
			_, err := redis.Open(t.Context(), "postgres://user:secret@host")
			return err
		},
		"the client is nil": func() error {
			_, err := redis.OpenClient(t.Context(), nil, redis.Config{})
			return err
		},
		"the client is a Ring": func() error {
			ring := goredis.NewRing(&goredis.RingOptions{})
			defer func() { require.NoError(t, ring.Close()) }()
			_, err := redis.OpenClient(t.Context(), ring, redis.Config{})
			return err
		},
		"reads from replicas": func() error {
			cluster := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{"nowhere:1"}, ReadOnly: true})
			defer func() { require.NoError(t, cluster.Close()) }()
			_, err := redis.OpenClient(t.Context(), cluster, redis.Config{})
			return err
		},
	} {
		err := open()
		require.ErrorContains(t, err, "open store")
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestTheClockOfTheProcessDoesNotMatter(t *testing.T) {
	t.Parallel()
	const off, lease, near = 30 * time.Minute, 10 * time.Minute, 5 * time.Minute
	for name, ahead := range map[string]time.Duration{"ahead": off, "behind": -off} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := redis.Config{Prefix: prefix()}
			right, s := openAt(t, redisserver.URL(t), c), openAt(t, redisserver.URL(t), c)
			now := func() time.Time { return time.Now().Add(ahead) }
			s.SetClock(now)
			due := store.Claim{Owner: "owner", Lease: lease, Max: 9, Flows: []string{runstest.Flow}}
			claimed, err := s.Claim(t.Context(), due) // it looks at the clocks
			require.NoError(t, err)
			require.Empty(t, claimed.Runs)

			soon, later := runstest.Pending("soon"), runstest.Pending("later")
			soon.Due, later.Due = now(), now().Add(time.Hour)
			_, err = s.Create(t.Context(), []store.Run{soon, later})
			require.NoError(t, err)
			claimed, err = s.Claim(t.Context(), due)
			require.NoError(t, err)
			require.Len(t, claimed.Runs, 1)
			require.Equal(t, "soon", claimed.Runs[0].Run.ID)
			require.WithinDuration(t, now().Add(lease), claimed.Runs[0].Run.Due, near)
			require.WithinDuration(t, later.Due, claimed.Next, near)

			h, err := right.Load(t.Context(), "later", store.Mark{})
			require.NoError(t, err)
			require.WithinDuration(t, time.Now().Add(time.Hour), h.Run.Due, near)
			other, err := right.Claim(t.Context(), store.Claim{Owner: "o", Lease: time.Hour, Max: 9, Flows: due.Flows})
			require.NoError(t, err)
			require.Empty(t, other.Runs, "the lease lasts")
		})
	}
}
