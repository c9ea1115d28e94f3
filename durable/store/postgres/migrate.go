package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

//go:embed migrations/*.sql
var scripts embed.FS

// newest is the version of the schema that this library writes. The scripts have the versions as names.
const newest = 2

// migrate brings the schema to the newest version. Nothing is written, or locked, if it is there already.
func (s *Store) migrate(ctx context.Context) error {
	version, err := s.version(ctx, s.pool)
	switch {
	case err != nil:
		return err
	case version == newest:
		return nil
	case s.config.Migrate == Check:
		return fmt.Errorf("its schema has version %d, and is to have %d: open it once with Migrate: Auto", version, newest)
	}
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		lock := fnv.New64a()
		_, _ = lock.Write([]byte("baton " + s.config.Schema))
		const wait = "SELECT pg_advisory_xact_lock($1)"
		if _, err := tx.Exec(ctx, wait, int64(lock.Sum64())); err != nil {
			return err
		}
		version, err := s.version(ctx, tx) // somebody may have been quicker
		if err != nil {
			return err
		}
		return s.upgrade(ctx, tx, version)
	})
}

func (s *Store) upgrade(ctx context.Context, tx pgx.Tx, version int) error {
	quoted := pgx.Identifier{s.config.Schema}.Sanitize()
	if version == 0 {
		var there bool
		const exists = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)"
		if err := tx.QueryRow(ctx, exists, s.config.Schema).Scan(&there); err != nil {
			return err
		}
		if !there { // IF NOT EXISTS would ask for the right to make it all the same
			if _, err := tx.Exec(ctx, "CREATE SCHEMA "+quoted); err != nil {
				return fmt.Errorf("make the schema: %w", err)
			}
		}
	}
	for v := version + 1; v <= newest; v++ {
		text, err := scripts.ReadFile(fmt.Sprintf("migrations/%04d.sql", v))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, s.sql.Load().in(string(text))); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", v, err)
		}
	}
	_, err := tx.Exec(ctx, s.sql.Load().in("UPDATE baton.baton_schema SET version = $1"), newest)
	if err == nil {
		_, err = s.version(ctx, tx)
	}
	return err
}

// version reads the version of the schema, and the ID of the store. It is 0 if there is nothing yet.
func (s *Store) version(ctx context.Context, q querier) (version int, err error) {
	var tables []string
	rows, err := q.Query(ctx, `SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname = 'baton_schema' DESC, 1`,
		s.config.Schema)
	if err != nil {
		return 0, err
	}
	if tables, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(tables) == 0 {
		return 0, err
	}
	if tables[0] != "baton_schema" {
		return 0, fmt.Errorf("%w: it holds tables of another application: %s", store.ErrCorrupt, strings.Join(tables, ", "))
	}
	rows, err = q.Query(ctx, s.sql.Load().in("SELECT version, store FROM baton.baton_schema"))
	if err != nil {
		return 0, err
	}
	version, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (v int, err error) {
		err = row.Scan(&v, &s.id)
		return v, err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows), errors.Is(err, pgx.ErrTooManyRows):
		return 0, fmt.Errorf("%w: the table baton_schema does not have one row", store.ErrCorrupt)
	case err != nil:
		return 0, err
	case version > newest:
		return 0, fmt.Errorf("%w: its schema has version %d, the newest known is %d", store.ErrNewer, version, newest)
	}
	return version, nil
}
