package postgres

import (
	"hash/fnv"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

// Claims from a queue with limits are made one at a time, in whatever process: a lock of the queue, which is no row, is
// held until the commit. Everything that happens under it goes to the server at once, and little comes back, so that a
// process that is stopped in between holds up nobody: histories are read afterwards.

// queueLockText waits for the queue. It is a statement of its own: the next one sees what was committed before.
const queueLockText = "SELECT pg_advisory_xact_lock($1)"

// takeSharesText leases runs as takeText does, but only while no more than $4 leases are in the queue of each, and no
// more than $5 have its key; NULL is no limit.
const takeSharesText = `WITH RECURSIVE ` + holdersText + leasedText + `, totals AS (
	SELECT queue, sum(n) AS n FROM leased GROUP BY 1
), wanted AS (
	SELECT t.* FROM unnest($1::bigint[], $4::bigint[], $5::bigint[], $7::bytea[], $8::bytea[])
		AS t (id, total, inkey, queue, key)
	WHERE (t.total IS NULL OR coalesce((SELECT n FROM totals s WHERE s.queue = t.queue), 0) <= t.total)
		AND (t.inkey IS NULL OR coalesce((SELECT n FROM leased l WHERE l.queue = t.queue AND l.key = t.key), 0) <= t.inkey)
)
UPDATE baton.runs r SET status = 2, started = coalesce(r.started, now()), owner = $2,
	due = now() + $3 * interval '1 microsecond', epoch = r.epoch + 1, revision = r.revision + 1
	WHERE r.id = ANY(ARRAY(SELECT n.id FROM wanted t CROSS JOIN LATERAL (SELECT id FROM baton.runs
		WHERE id = t.id AND due <= now() AND status NOT BETWEEN 4 AND 6 FOR NO KEY UPDATE SKIP LOCKED) n))
	RETURNING r.id, r.epoch`

const readTakenText = `SELECT` + runColumns + `FROM unnest($1::bigint[], $3::bigint[]) AS t (id, epoch)
	JOIN baton.runs r ON r.id = t.id AND r.epoch = t.epoch AND r.owner = $2`

// takeLimited leases those runs for which there still is room.
func (c *change) takeLimited(cl store.Claim, seen *seen) (ids, epochs []int64, err error) {
	var batch pgx.Batch
	batch.Queue(begin)
	var locks []int64
	for _, queue := range seen.limited {
		lock := fnv.New64a()
		_, _ = lock.Write([]byte("baton queue " + c.s.config.Schema + "\x00" + queue))
		locks = append(locks, int64(lock.Sum64()))
	}
	slices.Sort(locks) // as everybody does
	for _, lock := range locks {
		batch.Queue(queueLockText, lock)
	}
	total, inKey := make([]*int64, len(seen.all)), make([]*int64, len(seen.all))
	queues, keys := make([][]byte, len(seen.all)), make([][]byte, len(seen.all))
	for i, t := range seen.all {
		total[i], inKey[i], queues[i], keys[i] = t.total, t.inKey, []byte(t.slot.Queue), []byte(t.slot.Key)
	}
	batch.Queue(c.sql.takeShares, seen.ids(), []byte(cl.Owner), cl.Lease.Microseconds(), total, inKey,
		names(seen.limited), queues, keys).Query(func(rows pgx.Rows) error {
		var id, epoch int64
		_, err := pgx.ForEachRow(rows, []any{&id, &epoch}, func() error {
			ids, epochs = append(ids, id), append(epochs, epoch)
			return nil
		})
		return err
	})
	batch.Queue(commit)
	return ids, epochs, c.q.SendBatch(c.ctx, &batch).Close()
}
