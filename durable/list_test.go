package durable_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// list lists the IDs of runs.
func (s shop) list(t *testing.T, f durable.Filter) []string {
	t.Helper()
	ids := []string{}
	for m, err := range s.List(t.Context(), f) {
		require.NoError(t, err)
		ids = append(ids, m.ID)
	}
	return ids
}

func TestRunsAreListedByWhatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begin := newShop(), time.Now()
		s.start(t, "a", durable.WithLabels(map[string]string{"customer": "Ada", "size": "big"}))
		synctestSleep(time.Second)
		s.start(t, "b", durable.WithLabels(map[string]string{"customer": "Ada"}), durable.WithQueue("SLOW"))
		synctestSleep(time.Second)
		_, err := durable.Define("sell", nothing, durable.Version("v9")).
			Start(t.Context(), s, 1, durable.WithID("c"), durable.WithParent("a", durable.Abandon))
		require.NoError(t, err)
		synctestSleep(time.Second)
		s.start(t, "d", durable.WithDelay(time.Hour))
		s.claim(t)
		s.end(t, "a", completed("1"))
		s.end(t, "b", failed(encodeError(t, errDeclined)))
		_, err = s.Cancel(t.Context(), "d", "Out of tea")
		require.NoError(t, err)

		at := func(d time.Duration) time.Time { return begin.Add(d) }
		for name, c := range map[string]struct {
			filter durable.Filter
			want   string
		}{
			"all":    {durable.Filter{}, "abcd"},
			"newest": {durable.Filter{Newest: true}, "dcba"},
			"status": {durable.Filter{Statuses: []durable.Status{durable.Failed, durable.Cancelled}}, "bd"},
			"flow":   {durable.Filter{Flows: []string{"sell"}}, "c"},
			"label":  {durable.Filter{Labels: map[string]string{"customer": "Ada"}}, "ab"},
			"labels": {durable.Filter{Labels: map[string]string{"customer": "Ada", "size": "big"}}, "a"},
			"parent": {durable.Filter{Parent: "a"}, "c"},
			"from":   {durable.Filter{CreatedFrom: at(time.Second)}, "bcd"},
			"before": {durable.Filter{CreatedBefore: at(2 * time.Second)}, "ab"},
			"time":   {durable.Filter{CreatedFrom: at(time.Second), CreatedBefore: at(3 * time.Second)}, "bc"},
			"time, newest": {
				durable.Filter{CreatedFrom: at(time.Second), CreatedBefore: at(3 * time.Second), Newest: true}, "cb",
			},
			"text: ID":       {durable.Filter{Text: "A", Flows: []string{"sell"}}, ""},
			"text: label":    {durable.Filter{Text: "ada"}, "ab"},
			"text: key":      {durable.Filter{Text: "SIZE"}, "a"},
			"text: error":    {durable.Filter{Text: "declined"}, "b"},
			"text: reason":   {durable.Filter{Text: "out of"}, "d"},
			"text: queue":    {durable.Filter{Text: "slow"}, "b"},
			"text: version":  {durable.Filter{Text: "V9"}, "c"},
			"text and limit": {durable.Filter{Text: "buy", Limit: 2, Newest: true}, "db"},
			"limit":          {durable.Filter{Limit: 2}, "ab"},
			"nothing":        {durable.Filter{Flows: []string{"lease"}}, ""},
			"everything": {
				durable.Filter{
					Text: "ada", Statuses: []durable.Status{durable.Completed}, Newest: true, CreatedFrom: begin, Limit: 9,
				}, "a",
			},
		} {
			require.Equal(t, c.want, strings.Join(s.list(t, c.filter), ""), name)
		}
	})
}

func TestAListGoesOnAtItsCursor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // all are of the same moment
		s := newShop()
		var ids []string
		for i := range 600 {
			ids = append(ids, fmt.Sprintf("r%03d", i))
		}
		_, err := buy.StartMany(t.Context(), s, make([]order, 600), func(i int, _ order) []durable.StartOption {
			return with(durable.WithID(ids[i]))
		})
		require.NoError(t, err)
		for _, newest := range []bool{false, true} {
			want := slices.Clone(ids)
			if newest {
				slices.Reverse(want)
			}
			require.Equal(t, want, s.list(t, durable.Filter{Newest: newest}), "several pages of the store")
			var got []string
			for f := (durable.Filter{Newest: newest, Limit: 7}); ; {
				n := len(got)
				for m, err := range s.List(t.Context(), f) {
					require.NoError(t, err)
					got = append(got, m.ID)
					f.After = m.Cursor()
				}
				if len(got) == n {
					break
				}
			}
			require.Equal(t, want, got)
		}
	})
}

func TestALoopOverAListMayEndAndMayDelete(t *testing.T) {
	t.Parallel()
	s := newShop()
	for i := range 10 {
		id := strconv.Itoa(i)
		s.start(t, id)
		_, err := s.Cancel(t.Context(), id, "")
		require.NoError(t, err)
	}
	n := 0
	for m, err := range s.List(t.Context(), durable.Filter{}) {
		require.NoError(t, err)
		require.NoError(t, s.Delete(t.Context(), m.ID))
		if n++; n == 5 {
			break
		}
	}
	require.Len(t, s.list(t, durable.Filter{}), 5)
}

func TestABadFilterIsAnErrorOfTheLoop(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	for want, f := range map[string]durable.Filter{
		"list runs: bad option: the limit -1 is negative":              {Limit: -1},
		`list runs: bad option: "x" is no cursor`:                      {After: "x"},
		`list runs: bad option: "1./etc" is no cursor`:                 {After: "1./etc"},
		`list runs: bad option: "1e9.a" is no cursor`:                  {After: "1e9.a"},
		`list runs: bad option: "1." is no cursor`:                     {After: "1."},
		`list runs: bad option: "1.a'; DROP" is no cursor`:             {After: "1.a'; DROP"},
		`list runs: bad option: "99999999999999999999.a" is no cursor`: {After: "99999999999999999999.a"},
	} {
		n := 0
		for m, err := range s.List(t.Context(), f) {
			require.EqualError(t, err, want)
			require.Zero(t, m)
			n++
		}
		require.Equal(t, 1, n)
	}
	for _, err := range s.List(t.Context(), durable.Filter{Parent: "../x"}) {
		require.ErrorIs(t, err, durable.ErrBadID)
	}
}

func TestTimesOfAListAreExactOnEveryStore(t *testing.T) {
	t.Parallel()
	file, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "baton.db"))
	require.NoError(t, err)
	defer file.Close()
	for name, st := range map[string]store.Store{"memory": memory.New(), "sqlite": file} {
		client := durable.NewClient(st)
		list := func(f durable.Filter) (ids []string, runs []durable.Metadata) {
			for m, err := range client.List(t.Context(), f) {
				require.NoError(t, err)
				ids, runs = append(ids, m.ID), append(runs, m)
			}
			return ids, runs
		}
		for i := range 10 {
			_, err := buy.Start(t.Context(), client, order{}, durable.WithID(strconv.Itoa(i)))
			require.NoError(t, err)
		}
		_, all := list(durable.Filter{})
		require.Len(t, all, 10)
		for _, lower := range all {
			for _, upper := range all {
				for _, more := range []time.Duration{0, 1} {
					f := durable.Filter{CreatedFrom: lower.Created.Add(more), CreatedBefore: upper.Created.Add(more)}
					var want []string
					for _, m := range all {
						if !m.Created.Before(f.CreatedFrom) && m.Created.Before(f.CreatedBefore) {
							want = append(want, m.ID)
						}
					}
					got, _ := list(f)
					require.Equal(t, want, got, name)
					f.Newest = true
					got, _ = list(f)
					slices.Reverse(got)
					require.Equal(t, want, got, name)
					f.After = all[len(all)-1].Cursor() // of another list
					got, _ = list(f)
					require.Subset(t, want, got, name)
				}
			}
		}
	}
}
