package postgres

import (
	"context"
	"math/bits"
	"time"
)

// A plan that the server keeps is for tables of the size that they had when it was made, until somebody analyzes them:
// while they are small it reads them from end to end. So statements have a comment that tells the size, and once the
// tables have grown, or shrunk, by about four times, they are others, which are planned anew.

// sizeText reads how many pages the tables have that are looked in.
const sizeText = `SELECT (sum(pg_relation_size(t::regclass)) / current_setting('block_size')::bigint)::bigint
	FROM unnest($1::text[]) AS t`

// sizeLasts is how long a size counts.
const sizeLasts = time.Second

// planned returns the statements, for tables of the size that they have. It asks for that once in a while.
func (s *Store) planned(ctx context.Context, q querier) (*statements, error) {
	now, last := time.Now().UnixNano(), s.sized.Load()
	sql := s.sql.Load()
	if now-last < int64(sizeLasts) || !s.sized.CompareAndSwap(last, now) {
		return sql, nil
	}
	var pages int64
	tables := []string{sql.in("baton.runs"), sql.in("baton.records")}
	if err := q.QueryRow(ctx, sql.pages, tables).Scan(&pages); err != nil {
		return nil, err
	}
	if size := bits.Len64(uint64(pages)) / 2; size != sql.size {
		sql = newStatements(s.config.Schema, size)
		s.sql.Store(sql)
	}
	return sql, nil
}
