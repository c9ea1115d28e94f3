package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/baton-go/baton/durable/store"
)

// application is the application_id of files that a store made: "Batn".
const application = 0x4261746e

const magic = "SQLite format 3\x00"

// inspect refuses what is no file of ours without writing to it.
func inspect(ctx context.Context, path string, adopt bool) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	_ = f.Close()
	switch {
	case errors.Is(err, io.EOF):
		return nil // empty
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(head[:n]) != magic:
		return fmt.Errorf("%w: the file is no SQLite database", store.ErrCorrupt)
	}
	db, err := sql.Open("sqlite", dsn(path, "mode=ro"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	var ours, others, id, version int
	row := db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'baton_schema'),
		(SELECT count(*) FROM sqlite_schema), (SELECT application_id FROM pragma_application_id)`)
	if err := row.Scan(&ours, &others, &id); err != nil {
		return err
	}
	if ours > 0 {
		if err := db.QueryRowContext(ctx, "SELECT version FROM baton_schema").Scan(&version); err != nil {
			return err
		}
		return known(version)
	}
	if (others > 0 || id != 0 && id != application) && !adopt {
		return fmt.Errorf("%w: the file is a database of another application (its application_id is %#x)",
			store.ErrCorrupt, id)
	}
	return nil
}
