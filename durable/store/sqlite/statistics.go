package sqlite

import "context"

// forget removes what ANALYZE has collected about the store's tables. The statements are written for many rows; where a
// table had one or none when statistics were collected, SQLite would rather look at all rows than use an index, however
// many there are by now.
func (s *Store) forget(ctx context.Context) error {
	var tables []string
	err := use(ctx, s.writers, func(c *conn) error {
		const query = "SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')"
		return c.once(ctx, query, func(r *row) error {
			tables = append(tables, r.text(0))
			return nil
		})
	})
	if err != nil || len(tables) == 0 {
		return err
	}
	err = s.write(ctx, func(w *work) error {
		for _, table := range tables {
			if _, err := w.exec("DELETE FROM " + table + " WHERE tbl GLOB 'baton_*'"); err != nil {
				return err
			}
		}
		return nil
	})
	// The connection has read them: another one takes its place.
	s.writers.SetMaxIdleConns(0)
	s.writers.SetMaxIdleConns(1)
	return err
}
