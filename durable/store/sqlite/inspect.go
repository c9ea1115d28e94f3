package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/baton-go/baton/durable/store"
)

// application is the application_id of files that a store made: "Batn".
const application = 0x4261746e

// smallest is the size of the smallest database.
const smallest = 512

// inspect refuses what is no file of ours, and writes nothing to it. Only SQLite opens the file: to close it otherwise
// would end the locks of others in this process.
func inspect(ctx context.Context, path string, adopt bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Size() == 0:
		return nil
	case info.Size() < smallest:
		return fmt.Errorf("%w: the file is no SQLite database", store.ErrCorrupt)
	}
	parameters := []string{"mode=ro"}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		parameters = append(parameters, "immutable=1") // otherwise files would appear beside it
	}
	db, err := sql.Open("sqlite", dsn(path, parameters...))
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
