package postgres

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config is what may be chosen about a store. The zero Config is the safe choice.
type Config struct {
	// Schema is the schema that holds the store's tables, and nothing else. "" stands for "baton". Stores in several
	// schemas of one database have nothing to do with each other.
	Schema string
	// Migrate says what Open does if the tables are missing or old.
	Migrate Migrate
	// PollOnly keeps to what a proxy lets through that gives each transaction another session: no LISTEN, and no prepared
	// statements. What other processes do is then only found by looking: see [Store.Deaf].
	PollOnly bool
	// AllowLoss lets Open use a server, or a user, whose settings let a crash undo what was acknowledged: fsync,
	// full_page_writes or synchronous_commit is off. Steps are then carried out again whose effects have happened.
	AllowLoss bool
}

// Migrate says what is done if the tables in the schema are missing or old.
type Migrate int

const (
	// Auto makes the schema and the tables, or brings them up to date. It needs the right to do so only then.
	Auto Migrate = iota
	// Check makes Open an error if the tables are not up to date.
	Check
)

const defaultSchema = "baton"

func (c Config) checked() (Config, error) {
	if c.Schema == "" {
		c.Schema = defaultSchema
	}
	const longest = 63 // PostgreSQL cuts longer names, so that two of them may be the same
	switch {
	case len(c.Schema) > longest:
		return c, fmt.Errorf("the name of the schema, %q, has more than %d bytes", c.Schema, longest)
	case !utf8.ValidString(c.Schema) || strings.ContainsRune(c.Schema, 0):
		return c, fmt.Errorf("the name of the schema, %q, is no text", c.Schema)
	case c.Migrate < Auto || c.Migrate > Check:
		return c, fmt.Errorf("unknown choice Migrate(%d)", int(c.Migrate))
	}
	return c, nil
}

// poolOf makes a pool of the store's own.
func poolOf(dsn string, c Config) (*pgxpool.Config, error) {
	p, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err // it hides the password
	}
	if c.PollOnly {
		p.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	const usual = 10 // unless the DSN says pool_max_conns
	if !strings.Contains(dsn, "pool_max_conns") {
		p.MaxConns = max(p.MaxConns, usual)
	}
	return p, nil
}

// usable refuses pools with which a store would not work.
func usable(p *pgxpool.Config, c Config) error {
	if p.MaxConns < 2 {
		return errors.New("the pool has one connection only: a handler's transaction and the store need one each")
	}
	if mode := p.ConnConfig.DefaultQueryExecMode; c.PollOnly && mode != pgx.QueryExecModeExec {
		return fmt.Errorf("PollOnly needs a pool whose DefaultQueryExecMode is pgx.QueryExecModeExec; it is %q", mode)
	}
	return nil
}
