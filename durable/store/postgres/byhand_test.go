package postgres_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// What operations.md says about migrations by hand.
func TestTheScriptsCanBeRunByHand(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	root := openAt(t, server.DSN(), postgres.Config{Schema: "another"})
	sql(t, root, "CREATE SCHEMA baton; CREATE ROLE app LOGIN")
	scripts, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, name := range scripts { // in order
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		_, err = root.Pool().Exec(t.Context(), string(text))
		require.NoError(t, err, name)
	}
	_, err = root.Pool().Exec(t.Context(), "UPDATE baton.baton_schema SET version = $1", len(scripts))
	require.NoError(t, err)
	_, err = root.Pool().Exec(t.Context(), "GRANT USAGE ON SCHEMA baton TO app; "+
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA baton TO app")
	require.NoError(t, err)
	s := openAt(t, server.DSN()+" user=app", postgres.Config{Migrate: postgres.Check})
	commit(t, s, step(leased(t, s, "r")[0], 1))
}
