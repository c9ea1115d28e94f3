package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// assert refuses a server that may forget what it has acknowledged, and looks at its clock.
func (s *Store) assert(ctx context.Context) error {
	var now time.Time
	if err := s.pool.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return err
	}
	s.clocks.Measure(now)
	if s.config.AllowLoss {
		return nil
	}
	rows, err := s.pool.Query(ctx, `SELECT name FROM pg_settings WHERE setting = 'off'
		AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name`)
	if err != nil {
		return err
	}
	off, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(off) > 0 {
		return fmt.Errorf("a crash of the server may undo what was acknowledged, since these settings are off: %s; "+
			"AllowLoss takes that as it is", strings.Join(off, ", "))
	}
	return nil
}
