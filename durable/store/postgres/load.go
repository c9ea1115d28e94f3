package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// loadText reads a run, its records and its messages as they are at one moment, which needs one statement.
var loadText = `WITH r AS MATERIALIZED (SELECT * FROM baton.runs WHERE run = $1)
	SELECT 0, 0::bigint, NULL::bytea,` + runColumns + `FROM r
	UNION ALL SELECT 1, x.n, x.data, ` + nulls + ` FROM r
		CROSS JOIN LATERAL (SELECT n, data FROM baton.records WHERE run = r.id AND n >= $2 ORDER BY n) x
	UNION ALL SELECT 2, m.seq, m.data, ` + nulls + ` FROM r
		CROSS JOIN LATERAL (SELECT seq, data FROM baton.messages WHERE run = r.id AND seq > $3 ORDER BY seq) m`

// nulls stand for the columns of a run.
var nulls = strings.Repeat("NULL, ", strings.Count(runColumns, ",")) + "NULL"

// Load returns a run with its history: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (h store.History, err error) {
	err = s.call(ctx, "load", func(c *change) (err error) {
		h, err = c.load(id, from)
		return err
	})
	if err != nil {
		return store.History{}, err
	}
	return h, nil
}

func (c *change) load(id string, from store.Mark) (h store.History, err error) {
	rows, err := c.q.Query(c.ctx, c.sql.load, []byte(id), from.Records, from.Messages)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	var kind int32
	var number int64
	var data []byte
	var run runRow
	all := append([]any{&kind, &number, &data}, run.columns()...)
	part := append([]any{&kind, &number, &data}, make([]any, len(all)-3)...)
	there := false
	for rows.Next() {
		if err := rows.Scan(part...); err != nil {
			return h, err
		}
		switch kind {
		case 0:
			there = true
			if err = rows.Scan(all...); err == nil {
				h.Run, err = run.unpack(&c.s.clocks)
			}
		case 1:
			var r store.Record
			r, err = readRecord(id, number, data)
			h.Records = append(h.Records, r)
		default:
			var m store.Message
			m, err = readMessage(id, number, data)
			h.Messages = append(h.Messages, m)
		}
		if err != nil {
			return h, err
		}
	}
	if err := rows.Err(); err != nil {
		return h, err
	}
	if !there {
		return h, store.ErrNotFound
	}
	ordered(&h)
	return h, nil
}

// ordered sorts what nearly always is in order.
func ordered(h *store.History) {
	slices.SortFunc(h.Records, func(a, b store.Record) int { return cmp.Compare(a.N, b.N) })
	slices.SortFunc(h.Messages, func(a, b store.Message) int { return cmp.Compare(a.Seq, b.Seq) })
}
