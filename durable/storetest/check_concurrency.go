package storetest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

const clients = 8

func concurrencyChecks() []check {
	return []check{
		{"no run is claimed by two", func(k *kit) {
			var runs []store.Run
			for i := range 60 {
				runs = append(runs, k.pending(fmt.Sprintf("%02d", i)))
			}
			k.create(runs...)
			claimed := make([][]string, clients)
			k.together(clients, func(i int) error {
				for until := time.Now().Add(10 * k.patience); time.Now().Before(until); {
					c, err := k.store.Claim(k.Context(), store.Claim{
						Owner: k.id(strconv.Itoa(i)), Lease: hour, Max: 4, Flows: []string{k.flow()},
					})
					if err != nil {
						return err
					}
					if len(c.Runs) == 0 && (c.Next.IsZero() || c.Next.After(k.future.Add(-hour/2))) {
						return nil
					}
					claimed[i] = append(claimed[i], k.claimedIDs(c)...)
				}
				return errors.New("there is no end of runs to claim")
			})
			seen := map[string]bool{}
			for i, ids := range claimed {
				require.Len(k, k.renew(strconv.Itoa(i), hour), len(ids))
				for _, id := range ids {
					require.False(k, seen[id], "%q was claimed twice", id)
					seen[id] = true
				}
			}
			require.Len(k, seen, len(runs))
		}},
		{"of many who create a run one does", func(k *kit) {
			var made atomic.Int64
			k.together(clients, func(i int) error {
				r := k.in(store.Waiting, "a")
				r.Version = strconv.Itoa(i)
				created, err := k.store.Create(k.Context(), []store.Run{k.in(store.Waiting, fmt.Sprint("b", i)), r})
				if err == nil && created[1].New {
					made.Add(1)
				}
				return err
			})
			require.EqualValues(k, 1, made.Load())
			require.Len(k, k.list(store.Query{Flows: []string{k.flow()}}), clients+1)
		}},
		{"nothing is lost that many append", func(k *kit) {
			r := k.leased("a")
			others := make([]store.Run, clients)
			for i := range others {
				others[i] = k.leased(strconv.Itoa(i))
			}
			const appends = 8
			k.together(clients, func(i int) error {
				for n := range int64(appends) {
					errs, err := k.store.Commit(k.Context(), []store.Write{
						{Run: r.ID, Epoch: 1, Records: steps(1, int64(i)*appends+n)},
						{Run: others[i].ID, Epoch: 1, Records: steps(1, n)},
					})
					if err != nil || len(errs) > 0 && (errs[0] != nil || errs[1] != nil) {
						return fmt.Errorf("append: %w, %v", err, errs)
					}
				}
				return nil
			})
			require.Len(k, k.load(r.ID).Records, clients*appends)
			for i, record := range k.load(r.ID).Records {
				require.EqualValues(k, i, record.N)
			}
			for _, other := range others {
				require.Len(k, k.load(other.ID).Records, appends)
			}
		}},
		{"of many who change a state from one revision one does", func(k *kit) {
			r := k.leased("a")
			for range 3 {
				var made atomic.Int64
				k.together(clients, func(i int) error {
					errs, err := k.store.Commit(k.Context(), []store.Write{stateOf(r, func(w *store.Write) {
						w.State.Reason, w.Epoch = strconv.Itoa(i), int64(i%2)
					})})
					if err == nil && (len(errs) == 0 || errs[0] == nil) {
						made.Add(1)
					}
					return err
				})
				require.EqualValues(k, 1, made.Load())
				got := k.load(r.ID).Run
				require.Equal(k, r.Revision+1, got.Revision)
				r = got
			}
		}},
		{"messages of many all arrive, each sender's in order, and a key once", func(k *kit) {
			k.create(k.in(store.Waiting, "a"))
			const sent = 6
			k.together(clients, func(i int) error {
				for n := range sent {
					name := fmt.Sprintf("%d.%d", i, n)
					_, err := k.store.Send(k.Context(), []store.Message{
						message(k.id("a"), name, ""), message(k.id("a"), "once", strconv.Itoa(n)),
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			messages := k.load(k.id("a")).Messages
			require.Len(k, messages, clients*sent+sent)
			next := make([]int, clients)
			for i, m := range messages {
				require.True(k, i == 0 || m.Seq > messages[i-1].Seq)
				if m.Name != "once" {
					var sender, n int
					_, err := fmt.Sscanf(m.Name, "%d.%d", &sender, &n)
					require.NoError(k, err)
					require.Equal(k, next[sender], n)
					next[sender]++
				}
			}
		}},
		{"who reads sees all of a transaction or nothing", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			done := make(chan struct{})
			k.together(2, func(i int) error {
				if i == 0 {
					defer close(done)
					return k.changeTwo(a.ID, b.ID)
				}
				return k.watchTwo(a.ID, b.ID, done)
			})
		}},
		{"who lost the lease appends nothing any more", func(k *kit) { k.fencing() }},
	}
}

// fencing has clients take a run from each other: a lease of no time runs out at once. Whoever claims sees all that was
// acknowledged before, and nothing is appended under an older epoch afterwards.
func (k *kit) fencing() {
	k.create(k.pending("a"))
	id := k.id("a")
	var mu sync.Mutex
	var histories []store.History
	acknowledged := map[int64]bool{}
	k.together(clients, func(i int) error {
		for round := range 6 {
			c, err := k.store.Claim(k.Context(), store.Claim{Owner: k.id(strconv.Itoa(i)), Max: 1, Flows: []string{k.flow()}})
			if err != nil {
				return err
			}
			if len(c.Runs) == 0 {
				continue
			}
			mu.Lock()
			histories = append(histories, c.Runs[0])
			mu.Unlock()
			for part := range 3 {
				n := int64(i*1000 + round*10 + part)
				errs, err := k.store.Commit(k.Context(), []store.Write{
					{Run: id, Epoch: c.Runs[0].Run.Epoch, Records: steps(c.Runs[0].Run.Epoch, n)},
				})
				if err != nil {
					return err
				}
				if len(errs) == 0 || errs[0] == nil {
					mu.Lock()
					acknowledged[n] = true
					mu.Unlock()
				}
			}
		}
		return nil
	})
	log := k.load(id).Records
	require.Len(k, log, len(acknowledged))
	for _, r := range log {
		require.True(k, acknowledged[r.N])
	}
	epochs := map[int64]bool{}
	for _, h := range histories {
		require.False(k, epochs[h.Run.Epoch], "epoch %d was claimed twice", h.Run.Epoch)
		epochs[h.Run.Epoch] = true
		var before []store.Record
		for _, r := range log {
			if r.Epoch < h.Run.Epoch {
				before = append(before, r)
			}
		}
		require.Equal(k, plainHistory(store.History{Records: before}).Records, plainHistory(h).Records)
	}
}

// together runs f for many clients at once.
func (k *kit) together(n int, f func(i int) error) {
	k.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			errs[i] = f(i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(k, err)
	}
}
