package sqlite_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// sleeping creates runs that wait for a timer, as a runtime leaves them: each with an input, a seed and two records.
func sleeping(tb testing.TB, s *sqlite.Store, n int, due func(i int) time.Time) {
	tb.Helper()
	now := time.Now()
	for at := 0; at < n; at += 1000 {
		runs := make([]store.Run, min(1000, n-at))
		for i := range runs {
			runs[i] = store.Run{
				ID: fmt.Sprintf("0190a1b2-c3d4-7890-8888-%012d", at+i), Flow: "subscription", Version: "1",
				Input: store.Payload{Codec: "json", Data: []byte(`{"customer":"c-0000000001","plan":"monthly"}`)},
				Seed:  make([]byte, 16), Created: now, Retention: 24 * time.Hour,
				State: store.State{Status: store.Waiting, Due: due(at + i), Started: now},
			}
		}
		_, err := s.Create(tb.Context(), runs)
		require.NoError(tb, err)
	}
}

func TestARunThatWaitsIsSmall(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{Synchronous: sqlite.Off})
	const runs = 5_000
	sleeping(t, s, runs, func(i int) time.Time { return time.Now().Add(hour + time.Duration(i*7919%runs)*time.Second) })
	require.NoError(t, s.Close())
	info, err := os.Stat(p)
	require.NoError(t, err)
	each := info.Size() / runs
	t.Logf("%d bytes each", each)
	require.Less(t, each, int64(400))
}

// BenchmarkAMillion measures what is done with a million runs that wait: how long the store takes to open, a claim when
// nothing is due, and runs that are woken, claimed in batches and put to sleep again.
func BenchmarkAMillion(b *testing.B) {
	const runs = 1_000_000
	p := path(b)
	s, err := sqlite.OpenConfig(b.Context(), p, sqlite.Config{Synchronous: sqlite.Off})
	require.NoError(b, err)
	start := time.Now()
	sleeping(b, s, runs, func(i int) time.Time { return start.Add(hour + time.Duration(i*7919%runs)*time.Millisecond) })
	b.Logf("created %d per second", int(runs/time.Since(start).Seconds()))
	require.NoError(b, s.Close())
	info, err := os.Stat(p)
	require.NoError(b, err)
	b.Logf("%d bytes each", info.Size()/runs)

	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := sqlite.Open(b.Context(), p)
			require.NoError(b, err)
			require.NoError(b, s.Close())
		}
	})
	s = openAt(b, p, sqlite.Config{})
	b.Run("claim nothing", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c, err := s.Claim(b.Context(), store.Claim{Owner: "o", Lease: hour, Max: 256, Flows: []string{"subscription"}})
			require.NoError(b, err)
			require.Empty(b, c.Runs)
			require.False(b, c.Next.IsZero())
		}
	})
	b.Run("timers", func(b *testing.B) {
		woken := 0
		for b.Loop() {
			b.StopTimer()
			_, err := s.DB().ExecContext(b.Context(), "UPDATE baton_runs SET due = 1 WHERE id > ? AND id <= ?",
				woken%runs, woken%runs+256)
			require.NoError(b, err)
			woken += 256
			b.StartTimer()
			c, err := s.Claim(b.Context(), store.Claim{Owner: "o", Lease: hour, Max: 256, Flows: []string{"subscription"}})
			require.NoError(b, err)
			writes := make([]store.Write, len(c.Runs))
			for i, h := range c.Runs {
				writes[i] = step(h.Run, int64(len(h.Records)+1))
				state := h.Run.State
				state.Status, state.Due = store.Waiting, start.Add(hour)
				w := &writes[i]
				w.State, w.Revision, w.Release = &state, h.Run.Revision, true
			}
			commit(b, s, writes...)
		}
		b.ReportMetric(float64(256*b.N)/b.Elapsed().Seconds(), "runs/s")
	})
	b.Run("wake", func(b *testing.B) {
		next := 0
		for b.Loop() {
			messages := make([]store.Message, 256)
			for i := range messages {
				messages[i] = store.Message{Run: fmt.Sprintf("0190a1b2-c3d4-7890-8888-%012d", next%runs), Name: "event"}
				next += 7919
			}
			_, err := s.Send(b.Context(), messages)
			require.NoError(b, err)
			c, err := s.Claim(b.Context(), store.Claim{Owner: "o", Lease: hour, Max: 256, Flows: []string{"subscription"}})
			require.NoError(b, err)
			require.Len(b, c.Runs, 256)
			writes := make([]store.Write, 256)
			for i, h := range c.Runs {
				w := step(h.Run, int64(len(h.Records)+1))
				w.Consumed = []int64{h.Messages[0].Seq}
				state := h.Run.State
				state.Status, state.Due = store.Waiting, start.Add(hour)
				w.State, w.Revision, w.Release, w.Seen = &state, h.Run.Revision, true, h.Messages[0].Seq
				writes[i] = w
			}
			commit(b, s, writes...)
		}
		b.ReportMetric(float64(256*b.N)/b.Elapsed().Seconds(), "runs/s")
	})
}
