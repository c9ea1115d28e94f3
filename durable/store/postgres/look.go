package postgres

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// Looking for runs that are due, and when the next will be, does not read those that sleep: it jumps over the index of
// the runs that nobody has, from one lane of queue, flow and priority to the next, and over that of the leases, from
// one owner and queue to the next. It locks nothing, so to find nothing costs one round trip and no commit.
const (
	free = "owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6"

	thereText = `WITH RECURSIVE there (queue, flow) AS (
	(SELECT queue, flow FROM baton.runs WHERE ` + free + ` ORDER BY queue, flow LIMIT 1)
	UNION ALL
	SELECT n.* FROM there t CROSS JOIN LATERAL (SELECT queue, flow FROM baton.runs
		WHERE (queue, flow) > (t.queue, t.flow) AND ` + free + ` ORDER BY queue, flow LIMIT 1) n
), `

	// ofAll are the pairs of queue and flow that there are, of the flows that are given.
	ofAll = thereText + `pairs AS (
	SELECT queue, flow FROM there WHERE flow = ANY($1::bytea[])
), `

	// ofShares are all pairs of the flows and the queues that are given, with a limit for each key or 0.
	ofShares = `WITH RECURSIVE shares AS (
	SELECT * FROM unnest($4::bytea[], $5::bigint[], $7::bytea[]) AS s (queue, perkey, after)
), pairs AS (
	SELECT s.queue, f.flow FROM shares s CROSS JOIN unnest($1::bytea[]) AS f (flow)
), `

	lanesText = `lanes (queue, flow, priority) AS (
	SELECT p.*, n.priority FROM pairs p CROSS JOIN LATERAL (SELECT priority FROM baton.runs
		WHERE queue = p.queue AND flow = p.flow AND ` + free + ` ORDER BY priority DESC LIMIT 1) n
	UNION ALL
	SELECT l.queue, l.flow, n.priority FROM lanes l CROSS JOIN LATERAL (SELECT priority FROM baton.runs
		WHERE queue = l.queue AND flow = l.flow AND priority < l.priority AND ` + free + ` ORDER BY priority DESC LIMIT 1) n
), `

	holdersText = `holders (owner, queue) AS (
	(SELECT owner, queue FROM baton.runs WHERE owner IS NOT NULL ORDER BY owner, queue LIMIT 1)
	UNION ALL
	SELECT n.* FROM holders h CROSS JOIN LATERAL (SELECT owner, queue FROM baton.runs
		WHERE owner IS NOT NULL AND (owner, queue) > (h.owner, h.queue) ORDER BY owner, queue LIMIT 1) n
), `

	// laterText is what is not due yet, in the lanes and by the leases of the queues that are meant.
	laterText = `later AS (
	SELECT n.due FROM lanes l CROSS JOIN LATERAL (SELECT due FROM baton.runs
		WHERE queue = l.queue AND flow = l.flow AND priority = l.priority AND ` + free + ` AND due > now()
		ORDER BY due LIMIT 1) n
	UNION ALL
	SELECT n.due FROM leases h CROSS JOIN LATERAL (SELECT due FROM baton.runs
		WHERE owner IS NOT NULL AND owner = h.owner AND queue = h.queue AND flow = h.flow AND due > now()
		ORDER BY due LIMIT 1) n
	WHERE h.owner <> $2
)
`

	lookText = ofAll + lanesText + holdersText + `leases AS (
	SELECT h.*, f.flow FROM holders h CROSS JOIN unnest($1::bytea[]) AS f (flow)
), due AS (
	SELECT d.* FROM lanes l CROSS JOIN LATERAL (SELECT id, priority, due FROM baton.runs
		WHERE queue = l.queue AND flow = l.flow AND priority = l.priority AND ` + free + ` AND due <= now()
		ORDER BY due LIMIT $3) d
	UNION ALL
	SELECT d.* FROM leases h CROSS JOIN LATERAL (SELECT id, priority, due FROM baton.runs
		WHERE owner IS NOT NULL AND owner = h.owner AND queue = h.queue AND flow = h.flow AND due <= now()
		ORDER BY priority DESC, due LIMIT $3) d
), ` + laterText + `SELECT id, due, now()
	FROM (SELECT id, due, priority FROM due ORDER BY priority DESC, due, id LIMIT $3) d
UNION ALL SELECT 0, min(due), now() FROM later`

	lookSharesText = ofShares + lanesText + holdersText + leasedText + `, leases AS (
	SELECT h.*, p.flow FROM holders h JOIN pairs p USING (queue)
), keys (queue, flow, priority, key) AS (
	SELECT l.*, n.key FROM lanes l JOIN shares s USING (queue) CROSS JOIN LATERAL (SELECT key FROM baton.runs
		WHERE queue = l.queue AND flow = l.flow AND priority = l.priority AND queue <> '' AND ` + free + `
		ORDER BY key LIMIT 1) n
	WHERE s.perkey > 0
	UNION ALL
	SELECT k.queue, k.flow, k.priority, n.key FROM keys k CROSS JOIN LATERAL (SELECT key FROM baton.runs
		WHERE queue = k.queue AND flow = k.flow AND priority = k.priority AND queue <> '' AND key > k.key AND ` + free + `
		ORDER BY key LIMIT 1) n
), heads AS (
	SELECT k.*, n.due, coalesce(l.n, 0) AS leased, s.perkey, s.after FROM keys k JOIN shares s USING (queue)
	LEFT JOIN leased l USING (queue, key) CROSS JOIN LATERAL (SELECT due FROM baton.runs
		WHERE queue = k.queue AND flow = k.flow AND priority = k.priority AND queue <> '' AND key = k.key AND ` + free + `
		AND due <= now() ORDER BY due LIMIT 1) n
	WHERE coalesce(l.n, 0) < s.perkey
), placed AS (
	SELECT *, row_number() OVER (PARTITION BY queue ORDER BY priority DESC, leased, key <= after, key, due)
		AS place FROM heads
), firsts AS (
	SELECT *, min(place) OVER (PARTITION BY queue, key) AS first FROM placed
), ranked AS (
	SELECT *, dense_rank() OVER (PARTITION BY queue ORDER BY first) AS rank FROM firsts
), turns AS (
	SELECT *, row_number() OVER () AS lane, least(perkey - leased,
		greatest(8, 2 * $3 / count(*) OVER (PARTITION BY queue))) AS most FROM ranked WHERE rank <= $3
), due AS (
	SELECT d.*, 0 AS lane, 0 AS most FROM lanes l JOIN shares s USING (queue)
	CROSS JOIN LATERAL (SELECT id, queue, key, priority, due FROM baton.runs
		WHERE queue = l.queue AND flow = l.flow AND priority = l.priority AND ` + free + ` AND due <= now()
		ORDER BY due LIMIT $3) d
	WHERE s.perkey = 0
	UNION ALL
	SELECT d.*, t.lane, t.most FROM turns t
	CROSS JOIN LATERAL (SELECT id, queue, key, priority, due FROM baton.runs
		WHERE queue = t.queue AND flow = t.flow AND priority = t.priority AND queue <> '' AND key = t.key AND ` + free + `
		AND due <= now() ORDER BY due LIMIT t.most) d
	UNION ALL
	SELECT d.*, 0, 0 FROM leases h CROSS JOIN LATERAL (SELECT id, queue, key, priority, due FROM baton.runs
		WHERE owner IS NOT NULL AND owner = h.owner AND queue = h.queue AND flow = h.flow AND due <= now() OFFSET 0) d
), ` + laterText + `SELECT id, queue, key, priority, due, lane, most, now() FROM due
UNION ALL SELECT 0, NULL::bytea, ''::bytea, 0, min(due), 0, 0, now() FROM later
UNION ALL SELECT -1, queue, key, n, NULL, 0, 0, now() FROM leased`

	// leasedText counts the leases that have not run out of the queues that are named.
	leasedText = `leased AS MATERIALIZED (
	SELECT n.queue, n.key, count(*) AS n FROM holders h CROSS JOIN LATERAL (SELECT queue, key FROM baton.runs
		WHERE owner IS NOT NULL AND owner = h.owner AND queue = h.queue AND due > now() OFFSET 0) n
	WHERE h.queue = ANY($6::bytea[]) GROUP BY 1, 2
)`
)

// seen is what there is to be claimed.
type seen struct {
	all       []taking
	limited   []string // the queues that have limits, of those
	next, now time.Time
}

func (f *seen) ids() []int64 {
	ids := make([]int64, len(f.all))
	for i := range f.all {
		ids[i] = f.all[i].id
	}
	return ids
}

// taking is a run that is to be taken, if there is room for it: if no more than these leases are in its queue, and no
// more than these have its key.
type taking struct {
	id           int64
	slot         shares.Slot
	total, inKey *int64 // nil: there is no limit
}

func (c *change) look(cl store.Claim) (found seen, err error) {
	if len(cl.Queues) > 0 {
		return c.lookShares(cl)
	}
	asked := c.s.clocks.Time()
	rows, err := c.q.Query(c.ctx, c.sql.look, names(flowsOf(cl)), []byte(cl.Owner), oneMore(cl))
	if err != nil {
		return found, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var at pgtype.Timestamptz
		if err := rows.Scan(&id, &at, &found.now); err != nil {
			return found, err
		}
		switch {
		case id != 0 && len(found.all) < cl.Max:
			found.all = append(found.all, taking{id: id})
		case at.Valid && (found.next.IsZero() || at.Time.Before(found.next)):
			found.next = moment(at)
		}
	}
	c.s.clocks.Measure(asked, found.now)
	found.now, found.next = c.s.clocks.Here(found.now), c.s.clocks.Here(found.next)
	return found, rows.Err()
}

func flowsOf(cl store.Claim) []string { return slices.Compact(slices.Sorted(slices.Values(cl.Flows))) }

// oneMore is how many runs are looked for, to see whether others are left.
func oneMore(cl store.Claim) int {
	if cl.Max < math.MaxInt32 {
		return cl.Max + 1
	}
	return cl.Max
}

// lookShares looks for runs in queues.
func (c *change) lookShares(cl store.Claim) (found seen, err error) {
	var queues, limited []string
	var perKey []int64
	var after [][]byte
	for i := range cl.Queues {
		q := &cl.Queues[i]
		queues, perKey = append(queues, q.Queue), append(perKey, int64(q.PerKey))
		after = append(after, []byte(q.After))
		if q.Total > 0 || q.PerKey > 0 {
			limited = append(limited, q.Queue)
		}
	}
	asked := c.s.clocks.Time()
	rows, err := c.q.Query(c.ctx, c.sql.lookShares, names(flowsOf(cl)), []byte(cl.Owner), oneMore(cl), names(queues),
		perKey, names(limited), after)
	if err != nil {
		return found, err
	}
	l := looked{leased: map[shares.Slot]int{}}
	if err := l.read(rows); err != nil {
		return found, err
	}
	c.s.clocks.Measure(asked, l.now)
	found.now, found.next = c.s.clocks.Here(l.now), c.s.clocks.Here(l.next)
	chosen, left := shares.Choose(cl, l.leased, l.due())
	if left {
		found.next = found.now
	}
	found.all = takings(cl, chosen)
	for _, q := range limited {
		if slices.ContainsFunc(chosen, func(r candidate) bool { return r.slot.Queue == q }) {
			found.limited = append(found.limited, q)
		}
	}
	return found, nil
}

// candidate is a run that is due.
type candidate struct {
	id, priority, at int64
	slot             shares.Slot
	lane, most       int64 // of which most were read; those in lane 0 are all
}

// looked is what a look at queues has found.
type looked struct {
	candidates []candidate
	leased     map[shares.Slot]int
	next, now  time.Time
}

func (l *looked) read(rows pgx.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var r candidate
		var queue, key []byte
		var at pgtype.Timestamptz
		if err := rows.Scan(&r.id, &queue, &key, &r.priority, &at, &r.lane, &r.most, &l.now); err != nil {
			return err
		}
		r.slot = shares.Slot{Queue: string(queue), Key: string(key)}
		switch r.id {
		case -1:
			l.leased[r.slot] = int(r.priority)
		case 0:
			l.next = moment(at)
		default:
			r.at = at.Time.UnixMicro()
			l.candidates = append(l.candidates, r)
		}
	}
	return rows.Err()
}

// due are the candidates in the order in which they are told apart if they are equally urgent.
func (l *looked) due() []shares.Due[candidate] {
	slices.SortFunc(l.candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
	})
	due := make([]shares.Due[candidate], len(l.candidates))
	read := map[int64]int64{}
	for i, r := range l.candidates {
		read[r.lane]++
		due[i] = shares.Due[candidate]{
			Slot: r.slot, Priority: r.priority, At: r.at, More: r.lane > 0 && read[r.lane] == r.most, Run: r,
		}
	}
	return due
}

// takings says for how many leases each of the runs leaves room, which come in this order.
func takings(cl store.Claim, chosen []candidate) []taking {
	limits := map[string]*store.Share{}
	for i := range cl.Queues {
		limits[cl.Queues[i].Queue] = &cl.Queues[i]
	}
	inQueue, inKey := map[string]int{}, map[shares.Slot]int{}
	all := make([]taking, len(chosen))
	for i, r := range chosen {
		q := limits[r.slot.Queue]
		all[i] = taking{r.id, r.slot, room(q.Total, inQueue[q.Queue]), room(q.PerKey, inKey[r.slot])}
		inQueue[q.Queue]++
		inKey[r.slot]++
	}
	return all
}

// room is how many leases there may be at most, before so many that come first, and then one more.
func room(limit, before int) *int64 {
	if limit <= 0 {
		return nil
	}
	n := int64(limit - before - 1)
	return &n
}
