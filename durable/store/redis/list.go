package redis

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// List returns runs: see [store.Store]. One of which something cannot be read is there without that, and its Reason
// says what. With IDs, or a Parent or a label that few runs have, only those are looked at; otherwise those of the
// flows, of the statuses, or all, some hundreds at a time, between which others may write.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	if q.Limit <= 0 {
		q.Limit = store.DefaultLimit
	}
	q = cloned(q)
	return call(ctx, s, "list", func(ctx context.Context) (runs []store.Run, err error) {
		err = s.visit(ctx, q, false, func(h hit) bool {
			run, spoilt := s.unpack(h.id(), h.fields)
			if spoilt != nil {
				run.Reason = spoilt.Error()
				if n, err := parseOrdered(h.place[:digits]); err == nil {
					run.Created = time.UnixMicro(n).UTC() // so that a cursor goes on behind it
				}
			}
			if whole.Matches(&run, q) || spoilt != nil {
				runs = append(runs, run)
			}
			return len(runs) < q.Limit
		})
		return runs, err
	})
}

// cloned is a query that shares nothing with the caller's.
func cloned(q store.Query) store.Query {
	q.IDs, q.Statuses, q.Flows = slices.Clone(q.IDs), slices.Clone(q.Statuses), slices.Clone(q.Flows)
	q.Queues, q.Labels = slices.Clone(q.Queues), maps.Clone(q.Labels)
	return q
}

// visitor is called with a run, and tells whether to go on.
type visitor func(h hit) bool

// visit calls f with the fields of those runs that the query describes, or may describe, in order, until f returns
// false. For counting a few of the fields may be all.
func (s *Store) visit(ctx context.Context, q store.Query, counting bool, f visitor) error {
	if len(q.IDs) > 0 {
		return s.visitIDs(ctx, q, f)
	}
	indexes, others, size, err := s.choose(ctx, q)
	if err != nil {
		return err
	}
	if !q.Expired.IsZero() {
		places, err := s.expired(ctx, q, size)
		if err != nil {
			return err
		}
		if places != nil {
			return s.visitPlaces(ctx, places, f)
		}
	}
	w := walk{s: s, q: q, indexes: indexes, others: others, counting: counting}
	if q.After != (store.Cursor{}) {
		w.behind = place(q.After.Created, q.After.ID)
	}
	for !w.ended {
		hits, err := w.page(ctx)
		if err != nil {
			return err
		}
		for _, h := range hits {
			if !f(h) {
				return nil
			}
		}
	}
	return nil
}

// order compares two places as the query wants them.
func order(q store.Query, a, b string) int {
	if q.Newest {
		return strings.Compare(b, a)
	}
	return strings.Compare(a, b)
}

// beyond tells whether a place is behind the one that the query gives.
func beyond(q store.Query, p string) bool {
	return q.After == (store.Cursor{}) || order(q, p, place(q.After.Created, q.After.ID)) > 0
}

// visitIDs visits runs that are named.
func (s *Store) visitIDs(ctx context.Context, q store.Query, f visitor) error {
	ids := slices.Compact(slices.Sorted(slices.Values(q.IDs)))
	all, err := s.hashes(ctx, ids)
	if err != nil {
		return err
	}
	var hits []hit
	for id, fields := range all {
		created := fields["created"]
		if _, err := parseOrdered(created); err != nil { // it is damaged
			created = ordered(0)
		}
		h := hit{created + id, fields}
		if beyond(q, h.place) {
			hits = append(hits, h)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return order(q, a.place, b.place) })
	for _, h := range hits {
		if !f(h) {
			break
		}
	}
	return nil
}

// hashes reads the fields of those of the runs that are there.
func (s *Store) hashes(ctx context.Context, ids []string) (map[string]map[string]string, error) {
	const most = 200
	all := map[string]map[string]string{}
	for some := range slices.Chunk(ids, most) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		reply, err := s.run(ctx, runsScript, args...)
		if err != nil {
			return nil, err
		}
		runs, err := list(reply, len(some))
		if err != nil {
			return nil, err
		}
		for i, id := range some {
			if runs[i] == nil {
				all[id] = map[string]string{} // its key holds something else
				continue
			}
			fields, err := fieldsOf(runs[i])
			if err != nil {
				return nil, err
			}
			if len(fields) > 0 {
				all[id] = fields
			}
		}
	}
	return all, nil
}

// choose returns indexes in one of which each run is that the query describes, with few others; sets in all of which
// such a run is besides; and how many runs there are in the indexes.
func (s *Store) choose(ctx context.Context, q store.Query) (indexes, others []string, size int64, err error) {
	choices := [][]string{{"runs"}}
	if len(q.Statuses) > 0 {
		var all []string
		for _, status := range q.Statuses {
			all = append(all, "status:"+ordinal(status))
		}
		choices = append(choices, all)
	}
	if len(q.Flows) > 0 {
		var all []string
		for _, flow := range q.Flows {
			all = append(all, "flow:"+flow)
		}
		choices = append(choices, all)
	}
	if len(q.Queues) > 0 && !slices.Contains(q.Queues, "") {
		var all []string
		for _, queue := range q.Queues {
			all = append(all, "queue:"+queue)
		}
		choices = append(choices, all)
	}
	if q.Parent != "" {
		others = append(others, "children:"+q.Parent)
	}
	for name, value := range q.Labels {
		others = append(others, "label:"+label(name, value))
	}
	for _, other := range others {
		choices = append(choices, []string{other})
	}
	pipe := s.client.Pipeline()
	sizes := make([][]*redis.IntCmd, len(choices))
	for i, choice := range choices {
		choices[i] = slices.Compact(slices.Sorted(slices.Values(choice)))
		for _, index := range choices[i] {
			sizes[i] = append(sizes[i], pipe.ZCard(ctx, s.prefix+index))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, nil, 0, err
	}
	for i := range choices {
		sum := int64(0)
		for _, n := range sizes[i] {
			sum += n.Val()
		}
		if i == 0 || sum < size || sum == size && len(choices[i]) < len(indexes) {
			indexes, size = choices[i], sum
		}
	}
	return indexes, others, size, nil
}

// mostExpired is how many runs that have expired are sorted at most.
const mostExpired = 10_000

// expired returns the places of all runs that have expired, behind that of the query and in its order, if they are few,
// and fewer than the size of other indexes; or else nil.
func (s *Store) expired(ctx context.Context, q store.Query, size int64) ([]string, error) {
	key, last := s.prefix+"expires", stamp(q.Expired)
	n, err := s.client.ZCount(ctx, key, "-inf", last).Result()
	if err != nil || n > min(size, mostExpired) {
		return nil, err
	}
	all, err := s.client.ZRangeByScore(ctx, key, &redis.ZRangeBy{Min: "-inf", Max: last, Count: mostExpired}).Result()
	if err != nil {
		return nil, err
	}
	places := []string{}
	for _, p := range all {
		if len(p) >= digits && beyond(q, p) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b string) int { return order(q, a, b) })
	return places, nil
}

// visitPlaces visits runs by their places.
func (s *Store) visitPlaces(ctx context.Context, places []string, f visitor) error {
	const most = 200
	for some := range slices.Chunk(places, most) {
		ids := make([]string, len(some))
		for i, p := range some {
			ids[i] = p[digits:]
		}
		all, err := s.hashes(ctx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if fields := all[id]; fields != nil && !f(hit{some[i], fields}) {
				return nil
			}
		}
	}
	return nil
}
