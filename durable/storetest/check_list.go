package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func listChecks() []check {
	return []check{
		{"conditions choose runs, and all of them must be met", func(k *kit) {
			k.createForQueries()
			one, two := k.id("one"), k.id("two")
			both := []string{one, two}
			for _, c := range []struct {
				q    store.Query
				want []string
			}{
				{store.Query{Flows: both}, []string{"a", "b", "c", "d", "e"}},
				{store.Query{Flows: []string{one}}, []string{"a", "b", "c"}},
				{store.Query{Flows: []string{k.id("none")}}, []string{}},
				{store.Query{IDs: []string{k.id("d"), k.id("a"), k.id("d"), k.id("none")}}, []string{"a", "d"}},
				{store.Query{IDs: []string{k.id("d"), k.id("a")}, Flows: []string{two}}, []string{"d"}},
				{store.Query{Flows: both, Statuses: []store.Status{store.Waiting, store.Failed}}, []string{"b", "d", "e"}},
				{store.Query{Flows: []string{one}, Statuses: []store.Status{store.Waiting, store.Failed}}, []string{"b"}},
				{store.Query{Flows: both, Parent: k.id("parent")}, []string{"b", "c", "d"}},
				{store.Query{Parent: k.id("parent")}, []string{"b", "c", "d"}},
				{store.Query{Parent: k.id("parent"), Flows: []string{two}}, []string{"d"}},
				{store.Query{Parent: k.id("parent"), IDs: []string{k.id("c"), k.id("a")}}, []string{"c"}},
				{store.Query{Flows: both, Labels: map[string]string{"colour": "blue"}}, []string{"a", "b", "e"}},
				{store.Query{Labels: map[string]string{"check": k.prefix}}, []string{"a", "b"}},
				{store.Query{Labels: map[string]string{"check": k.prefix, "size": "XL"}}, []string{"b"}},
				{store.Query{Flows: both, Labels: map[string]string{"size": ""}}, []string{"e"}},
				{store.Query{Flows: both, Labels: map[string]string{"colour": "XL"}}, []string{}},
				{store.Query{Flows: both, Expired: k.past}, []string{"c", "d"}},
				{store.Query{Flows: both, Expired: k.past.Add(-time.Microsecond)}, []string{"d"}},
				{store.Query{Flows: both, Expired: k.future}, []string{"c", "d", "e"}},
				{store.Query{Flows: []string{one}, Expired: k.future, Parent: k.id("parent")}, []string{"c"}},
				{store.Query{Queues: []string{k.id("queue")}}, []string{"b", "d"}},
				{store.Query{Queues: []string{k.id("queue"), ""}, Flows: both}, []string{"a", "b", "c", "d", "e"}},
				{store.Query{Queues: []string{k.id("none"), ""}, Flows: both}, []string{"a", "c", "e"}},
				{store.Query{Queues: []string{k.id("none")}, Flows: both}, []string{}},
				{store.Query{Queues: []string{k.id("queue")}, Statuses: []store.Status{store.Failed}}, []string{"d"}},
			} {
				require.Equal(k, c.want, k.ids(k.list(c.q)), "%+v", c.q)
				slices.Reverse(c.want)
				c.q.Newest = true
				require.Equal(k, c.want, k.ids(k.list(c.q)), "%+v", c.q)
			}
		}},
		{"conditions that are zero do not count", func(k *kit) {
			k.createForQueries()
			q := store.Query{
				IDs: []string{}, Statuses: []store.Status{}, Flows: []string{k.id("one")}, Labels: map[string]string{},
			}
			require.Equal(k, []string{"a", "b", "c"}, k.ids(k.list(q)))
			require.NotEmpty(k, k.list(store.Query{Limit: 1}))
			require.NotEmpty(k, k.list(store.Query{Limit: 1, Statuses: []store.Status{store.Waiting}}))
		}},
		{"runs are listed as they are", func(k *kit) {
			r := k.leased("a")
			r = k.setState(r, func(w *store.Write) {
				s := k.fullState(store.Cancelled)
				w.State, w.Release, w.Published = &s, true, []byte("new")
			})
			require.Equal(k, []byte("new"), r.Published)
			k.equalRun(r, k.list(store.Query{Flows: []string{r.Flow}})[0])
			require.Len(k, k.list(store.Query{Flows: []string{r.Flow}, Statuses: []store.Status{store.Cancelled}}), 1)
			require.Empty(k, k.list(store.Query{Flows: []string{r.Flow}, Statuses: []store.Status{store.Running}}))
			require.Len(k, k.list(store.Query{Flows: []string{r.Flow}, Expired: k.moment(6)}), 1)
		}},
	}
}

// createForQueries creates the runs a to e of the flows one and two.
func (k *kit) createForQueries() {
	k.Helper()
	add := func(name, flow string, s store.Status, expires time.Time, parent string, labels map[string]string) store.Run {
		r := store.Run{
			ID: k.id(name), Flow: k.id(flow), Parent: parent, Labels: labels,
			Created: k.moment(int(name[0])), State: store.State{Status: s, Expires: expires},
		}
		if name == "b" || name == "d" {
			r.Queue = k.id("queue")
		}
		return r
	}
	parent, check := k.id("parent"), k.prefix
	k.create(
		add("d", "two", store.Failed, k.past.Add(-hour), parent, nil),
		add("b", "one", store.Waiting, time.Time{}, parent,
			map[string]string{"colour": "blue", "check": check, "size": "XL"}),
		add("a", "one", store.Pending, time.Time{}, "", map[string]string{"colour": "blue", "check": check}),
		add("e", "two", store.Failed, k.future, k.id("other"), map[string]string{"colour": "blue", "size": ""}),
		add("c", "one", store.Completed, k.past, parent, map[string]string{"colour": "red"}),
	)
}

func pageChecks() []check {
	return []check{
		{"pages are cut at the limit and go on behind the last run", func(k *kit) {
			var runs []store.Run
			for i := range 10 { // some were created in the same moment
				r := k.in(store.Waiting, fmt.Sprintf("%02d", (i*7)%10))
				r.Created = k.past.Add(time.Duration((i*7)%10/3) * time.Microsecond)
				runs = append(runs, r)
			}
			k.create(runs...)
			slices.SortFunc(runs, func(a, b store.Run) int {
				return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
			})
			want := k.ids(runs)
			for _, newest := range []bool{false, true} {
				for limit := 1; limit <= 11; limit += 2 {
					require.Equal(k, want, k.pages(store.Query{Flows: []string{k.flow()}, Newest: newest, Limit: limit}))
				}
				slices.Reverse(want)
			}
		}},
		{"pages meet the conditions", func(k *kit) {
			for i := range 12 {
				r := k.in([]store.Status{store.Waiting, store.Paused, store.Blocked}[i%3], fmt.Sprintf("%02d", i))
				r.Parent = k.id([]string{"p", "q"}[i%2])
				k.create(r)
			}
			q := store.Query{
				Flows: []string{k.flow()}, Statuses: []store.Status{store.Waiting, store.Blocked}, Parent: k.id("p"), Limit: 2,
			}
			require.Equal(k, []string{"00", "02", "06", "08"}, k.pages(q))
			q.IDs = []string{k.id("08"), k.id("06"), k.id("01")}
			q.Newest = true
			q.Limit = 1
			require.Equal(k, []string{"08", "06"}, k.pages(q))
		}},
		{"a cursor need not be that of a run that is there", func(k *kit) {
			k.create(k.in(store.Waiting, "a"), k.in(store.Waiting, "c"))
			q := store.Query{Flows: []string{k.flow()}, After: store.Cursor{Created: k.past, ID: k.id("b")}}
			require.Equal(k, []string{"c"}, k.ids(k.list(q)))
			q.Newest = true
			require.Equal(k, []string{"a"}, k.ids(k.list(q)))
			q.After.Created = k.past.Add(time.Microsecond)
			require.Equal(k, []string{"c", "a"}, k.ids(k.list(q)))
		}},
		{"a run that was deleted and created again is listed once", func(k *kit) {
			k.create(k.in(store.Completed, "a"), k.in(store.Completed, "b"), k.in(store.Completed, "c"))
			for _, newest := range []bool{false, true} {
				require.Equal(k, 1, k.delete(k.id("b")))
				k.create(k.in(store.Completed, "b"))
				want := []string{"a", "b", "c"}
				if newest {
					slices.Reverse(want)
				}
				for limit := 1; limit <= 3; limit++ {
					require.Equal(k, want, k.pages(store.Query{Flows: []string{k.flow()}, Newest: newest, Limit: limit}))
				}
			}
		}},
		{"without a limit a page has a hundred runs", func(k *kit) {
			var runs []store.Run
			for i := range store.DefaultLimit + 1 {
				runs = append(runs, k.in(store.Waiting, fmt.Sprintf("%03d", i)))
			}
			k.create(runs...)
			q := store.Query{Flows: []string{k.flow()}}
			require.Len(k, k.list(q), store.DefaultLimit)
			q.Limit = store.DefaultLimit + 1
			require.Len(k, k.list(q), store.DefaultLimit+1)
			var all []string
			for _, r := range runs {
				all = append(all, r.ID)
			}
			require.Len(k, k.list(store.Query{IDs: all, Limit: 1000}), len(runs))
		}},
	}
}

// pages lists all that the query describes, page by page.
func (k *kit) pages(q store.Query) []string {
	k.Helper()
	ids := []string{}
	for {
		page := k.list(q)
		require.LessOrEqual(k, len(page), q.Limit)
		if len(page) == 0 {
			return ids
		}
		ids = append(ids, k.ids(page)...)
		last := page[len(page)-1]
		q.After = store.Cursor{Created: last.Created, ID: last.ID}
		require.LessOrEqual(k, len(ids), 100, "the pages have no end")
	}
}
