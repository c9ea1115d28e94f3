package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func createChecks() []check {
	return []check{
		{"a run is kept as it was created", func(k *kit) {
			r := k.fullRun("a")
			created, err := k.store.Create(k.Context(), []store.Run{r})
			require.NoError(k, err)
			require.Len(k, created, 1)
			require.True(k, created[0].New)
			k.equalRun(r, created[0].Run)
			k.equalHistory(store.History{Run: r}, k.load(r.ID))
			listed := k.list(store.Query{IDs: []string{r.ID}})
			require.Len(k, listed, 1)
			k.equalRun(r, listed[0])
		}},
		{"a run may have next to nothing", func(k *kit) {
			r := store.Run{ID: k.id("a"), Flow: k.flow(), State: store.State{Status: store.Paused}}
			k.create(r)
			k.equalHistory(store.History{Run: r}, k.load(r.ID))
		}},
		{"a run has any status when it is created", func(k *kit) {
			for s := store.Pending; s <= store.Paused; s++ {
				r := k.fullRun(s.String())
				r.State = k.fullState(s)
				k.create(r)
				k.equalHistory(store.History{Run: r}, k.load(r.ID))
			}
		}},
		{"a run is created without a lease", func(k *kit) {
			r := k.pending("a")
			r.Lease = store.Lease{Owner: k.id("owner"), Epoch: 5, Revision: 7}
			k.create(r)
			require.Equal(k, store.Lease{}, k.load(r.ID).Run.Lease)
			require.Empty(k, k.renew("owner", hour))
			require.EqualValues(k, 1, k.claim("owner").Runs[0].Run.Epoch)
		}},
		{"a run that is there is left as it is", func(k *kit) {
			r := k.fullRun("a")
			k.create(r)
			k.send(k.fullMessage(r.ID))
			k.unchanged(r.ID, func() {
				other := k.pending("a")
				created, err := k.store.Create(k.Context(), []store.Run{other})
				require.NoError(k, err)
				require.False(k, created[0].New)
				k.equalRun(r, created[0].Run)
			})
		}},
		{"a run that has finished is left as it is", func(k *kit) {
			k.create(k.in(store.Failed, "a"))
			created, err := k.store.Create(k.Context(), []store.Run{k.pending("a")})
			require.NoError(k, err)
			require.False(k, created[0].New)
			require.Equal(k, store.Failed, created[0].Run.Status)
		}},
		{"the lease of a run that is there is told", func(k *kit) {
			r := k.leased("a")
			created, err := k.store.Create(k.Context(), []store.Run{k.pending("a")})
			require.NoError(k, err)
			k.equalRun(r, created[0].Run)
		}},
		{"what became of each run is told in order, and of two with one ID the first is made", func(k *kit) {
			k.create(k.in(store.Blocked, "b"))
			created, err := k.store.Create(k.Context(), []store.Run{
				k.pending("c"), k.pending("b"), k.in(store.Paused, "c"), k.pending("a"),
			})
			require.NoError(k, err)
			require.Len(k, created, 4)
			for i, want := range []struct {
				id     string
				isNew  bool
				status store.Status
			}{
				{"c", true, store.Pending},
				{"b", false, store.Blocked},
				{"c", false, store.Pending},
				{"a", true, store.Pending},
			} {
				require.Equal(k, k.id(want.id), created[i].Run.ID)
				require.Equal(k, want.isNew, created[i].New, want.id)
				require.Equal(k, want.status, created[i].Run.Status)
				require.Equal(k, want.status, k.load(k.id(want.id)).Run.Status)
			}
		}},
		{"runs of which some are there are not made again", func(k *kit) {
			runs := []store.Run{k.pending("a"), k.pending("b")}
			k.create(runs...)
			created, err := k.store.Create(k.Context(), append(runs, k.pending("c")))
			require.NoError(k, err)
			require.Equal(k, []bool{false, false, true}, []bool{created[0].New, created[1].New, created[2].New})
			require.Len(k, k.claim("owner").Runs, 3)
		}},
		{"nothing may be created", func(k *kit) {
			created, err := k.store.Create(k.Context(), nil)
			require.NoError(k, err)
			require.Empty(k, created)
		}},
	}
}
