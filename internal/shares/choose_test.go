package shares_test

import (
	"cmp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

type due = shares.Due[int]

// oneByOne is Choose as its contract says it: each run is chosen when the ones before have been leased.
func oneByOne(c store.Claim, leased map[shares.Slot]int, all []due) (chosen []int, left bool) {
	all = slices.Clone(all)
	counts, total, taken := map[shares.Slot]int{}, map[string]int{}, map[string]int{}
	for slot, n := range leased {
		counts[slot] += n
		total[slot.Queue] += n
	}
	first := func(q store.Share, bounded bool) (best int) {
		best = -1
		if q.Total > 0 && total[q.Queue] >= q.Total || bounded && q.Max > 0 && taken[q.Queue] >= q.Max {
			return -1
		}
		for i, d := range all {
			if d.Queue != q.Queue || q.PerKey > 0 && counts[d.Slot] >= q.PerKey {
				continue
			}
			if best < 0 || inQueue(q, counts, d, all[best]) < 0 {
				best = i
			}
		}
		return best
	}
	for len(chosen) < c.Max {
		best := -1
		for _, q := range c.Queues {
			if i := first(q, true); i >= 0 && (best < 0 || urgency(all[i], all[best]) < 0) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		d := all[best]
		all = slices.Delete(all, best, best+1)
		chosen = append(chosen, d.Run)
		counts[d.Slot]++
		total[d.Queue]++
		taken[d.Queue]++
	}
	for _, q := range c.Queues {
		left = left || first(q, false) >= 0
	}
	return chosen, left
}

func urgency(a, b due) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.At, b.At))
}

func inQueue(q store.Share, counts map[shares.Slot]int, a, b due) int {
	if q.PerKey == 0 {
		return urgency(a, b)
	}
	turn := cmp.Compare(counts[a.Slot], counts[b.Slot])
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), turn, shares.Turn(q, a.Key, b.Key),
		cmp.Compare(a.At, b.At))
}

func TestWhatIsChosenIsChosenOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
		c := store.Claim{Max: number("max", 8)}
		for q := range number("queues", 3) {
			c.Queues = append(c.Queues, store.Share{
				Queue: strconv.Itoa(q), Max: number("most", 3), Total: number("total", 5), PerKey: number("per key", 3),
				After: strconv.Itoa(number("after", 2)),
			})
		}
		if len(c.Queues) == 0 {
			c.Queues = []store.Share{{Queue: "0"}}
		}
		leased := map[shares.Slot]int{}
		for range number("leased", 4) {
			leased[shares.Slot{Queue: strconv.Itoa(number("of", 2)), Key: strconv.Itoa(number("with", 2))}]++
		}
		var all []due
		for i := range number("due", 12) {
			queue := c.Queues[number("in", len(c.Queues)-1)].Queue
			d := due{Priority: int64(number("priority", 1)), At: int64(i), Run: i}
			d.Slot = shares.Slot{Queue: queue, Key: strconv.Itoa(number("key", 2))}
			all = append(all, d)
		}
		want, wantLeft := oneByOne(c, leased, all)
		got, left := shares.Choose(c, leased, slices.Clone(all))
		require.Equal(t, want, got)
		require.Equal(t, wantLeft, left)

		// A lane of which only the first are known gives the beginning of the same, and says that there is more.
		if most := number("cut", 2); most > 0 {
			cut := cutLanes(c, all, most)
			got, cutLeft := shares.Choose(c, leased, cut)
			require.Equal(t, want[:len(got)], got)
			require.Equal(t, wantLeft || len(got) < len(want), cutLeft)
		}
	})
}

// cutLanes leaves so many runs of each key and priority of the queues with a limit for each key.
func cutLanes(c store.Claim, all []due, most int) (cut []due) {
	type lane struct {
		shares.Slot
		priority int64
	}
	seen := map[lane]int{}
	for _, d := range all {
		l := lane{d.Slot, d.Priority}
		byTurns := slices.ContainsFunc(c.Queues, func(q store.Share) bool { return q.Queue == d.Queue && q.PerKey > 0 })
		if seen[l]++; byTurns && seen[l] > most {
			for i := range cut {
				if cut[i].Slot == d.Slot && cut[i].Priority == d.Priority {
					cut[i].More = false
				}
			}
			for i := range slices.Backward(cut) {
				if cut[i].Slot == d.Slot && cut[i].Priority == d.Priority {
					cut[i].More = true
					break
				}
			}
			continue
		}
		cut = append(cut, d)
	}
	return cut
}

func TestAClaimWithoutQueuesHasTheMostUrgentRuns(t *testing.T) {
	t.Parallel()
	all := []due{{At: 3, Run: 1}, {At: 1, Run: 2}, {At: 9, Priority: 1, Run: 3}, {At: 1, Run: 4}}
	got, left := shares.Choose(store.Claim{Max: 3}, nil, all)
	require.Equal(t, []int{3, 2, 4}, got)
	require.True(t, left)
}

func TestWhatALimitHoldsBackIsNotLeftThoughItIsNotKnown(t *testing.T) {
	t.Parallel()
	for _, q := range []store.Share{{Queue: "q", PerKey: 1}, {Queue: "q", PerKey: 2, Total: 1}} {
		first := due{Slot: shares.Slot{Queue: "q", Key: "a"}, More: true, Run: 1}
		got, left := shares.Choose(store.Claim{Max: 5, Queues: []store.Share{q}}, nil, []due{first})
		require.Equal(t, []int{1}, got)
		require.False(t, left)
	}
}
