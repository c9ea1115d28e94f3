package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// crowd is a store in which many runs wait.
type crowd struct {
	store store.Store
	// names are never used twice.
	names *int
}

func newCrowd(b *testing.B, s store.Store) crowd {
	b.Helper()
	runs := 100_000
	if testing.Short() {
		runs = 1000
	}
	k := newBenchKit(b, s)
	batch := make([]store.Run, 1000)
	for i := 0; i < runs; i += len(batch) {
		for j := range batch {
			batch[j] = store.Run{
				ID: "waiting-" + strconv.Itoa(i+j), Flow: "waiting", Created: k.past.Add(time.Duration(i+j) * time.Millisecond),
				State: store.State{Status: store.Waiting, Due: k.future.Add(time.Duration((i+j)*7919%runs) * time.Second)},
			}
		}
		_, err := s.Create(k.Context(), batch)
		require.NoError(b, err)
	}
	return crowd{store: s, names: new(int)}
}

func (c crowd) kit(b *testing.B) benchKit {
	b.Helper()
	return newBenchKit(b, c.store)
}

func (c crowd) name() string {
	*c.names++
	return strconv.Itoa(*c.names)
}

func (c crowd) create(b *testing.B) {
	k := c.kit(b)
	b.ReportAllocs()
	for b.Loop() {
		k.create(k.in(store.Waiting, c.name()))
	}
}

func (c crowd) createMany(b *testing.B) {
	k := c.kit(b)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += 100 {
		var runs []store.Run
		for range min(100, b.N-n) {
			runs = append(runs, k.in(store.Waiting, c.name()))
		}
		k.create(runs...)
	}
}

// send wakes runs that wait.
func (c crowd) send(b *testing.B) {
	k := c.kit(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		run := "waiting-" + strconv.Itoa(i%1000)
		k.send(store.Message{Run: run, Name: "event", Payload: payload("event"), Sent: k.past})
	}
}

// claim claims ten runs that are due, and gives them back.
func (c crowd) claim(b *testing.B) {
	k := c.kit(b)
	for range 20 {
		r := k.pending(c.name())
		r.Flow = "waiting"
		k.create(r)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += 10 {
		claimed := k.claimAs(store.Claim{Owner: "owner", Max: 10, Flows: []string{"waiting"}})
		require.Len(b, claimed.Runs, 10)
		var writes []store.Write
		for _, h := range claimed.Runs {
			writes = append(writes, stateOf(h.Run, func(w *store.Write) { w.Release, w.State.Due = true, k.past }))
		}
		for _, err := range k.commit(writes...) {
			require.NoError(b, err)
		}
	}
}

// claimNone asks for what is due of a flow that has nothing.
func (c crowd) claimNone(b *testing.B) {
	k := c.kit(b)
	k.create(k.in(store.Waiting, c.name()))
	b.ReportAllocs()
	for b.Loop() {
		k.claim("owner")
	}
}

func (c crowd) renew(b *testing.B) {
	k := c.kit(b)
	for range 100 {
		k.create(k.pending(c.name()))
	}
	require.Len(b, k.claim("owner").Runs, 100)
	b.ReportAllocs()
	for b.Loop() {
		require.Len(b, k.renew("owner", hour), 100)
	}
}

func (c crowd) list(q store.Query, want int) func(b *testing.B) {
	return func(b *testing.B) {
		k := c.kit(b)
		b.ReportAllocs()
		for b.Loop() {
			require.Len(b, k.list(q), want)
		}
	}
}
