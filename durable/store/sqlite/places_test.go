package sqlite_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestRecordsOfAnyNumberAreInOrder(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	runs := leased(t, s, "a", "b", "c")
	const last = 1<<24 - 1 // that has a place
	want := []int64{math.MinInt64, -1, 0, 1, last, last + 1, math.MaxInt64}
	for _, i := range []int{4, 0, 6, 2, 5, 1, 3, 3, 0} { // some of them twice
		commit(t, s, step(runs[1], want[i]))
	}
	commit(t, s, step(runs[0], last), step(runs[2], 0)) // the neighbours
	for range 2 {
		require.Equal(t, want[2:], numbers(t, s, "b"), "a Mark begins at 0")
		require.Equal(t, []int64{last}, numbers(t, s, "a"))
		require.Equal(t, []int64{0}, numbers(t, s, "c"))
		for from, left := range map[int64]int{math.MinInt64: 7, 0: 5, 2: 3, last: 3, last + 1: 2, math.MaxInt64: 1} {
			h, err := s.Load(t.Context(), "b", store.Mark{Records: from})
			require.NoError(t, err)
			require.Len(t, h.Records, left)
			for i, r := range h.Records {
				require.Equal(t, want[len(want)-left+i], r.N)
			}
		}
		require.NoError(t, s.Close())
		s = openAt(t, p, sqlite.Config{})
	}
	claim(t, s, 3)
	commit(t, s, store.Write{
		Run: "b", Epoch: 2, Revision: 2, Release: true, State: &store.State{Status: store.Completed},
	})
	n, err := s.Delete(t.Context(), []string{"b"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []int64{last}, numbers(t, s, "a"))
	require.Equal(t, []int64{0}, numbers(t, s, "c"))
	var records, strays int
	row := s.DB().QueryRowContext(t.Context(),
		"SELECT (SELECT count(*) FROM baton_records), (SELECT count(*) FROM baton_strays)")
	require.NoError(t, row.Scan(&records, &strays))
	require.Equal(t, 2, records)
	require.Zero(t, strays)
}
