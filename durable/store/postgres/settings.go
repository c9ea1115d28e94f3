package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// assert refuses a server that may forget what it has acknowledged, and connections whose statements may not see what
// was committed before them; and looks at the server's clock.
func (s *Store) assert(ctx context.Context) error {
	var now time.Time
	var isolation string
	asked := s.clocks.Time()
	err := s.pool.QueryRow(ctx, "SELECT clock_timestamp(), current_setting('default_transaction_isolation')").
		Scan(&now, &isolation)
	if err != nil {
		return err
	}
	s.clocks.Measure(asked, now)
	if isolation != "read committed" && isolation != "read uncommitted" { // which are the same
		return fmt.Errorf("default_transaction_isolation is %q for these connections, and the store works with "+
			"\"read committed\" only: whoever takes a run over must see the last of its records", isolation)
	}
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
