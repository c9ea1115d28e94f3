package postgres_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

func TestNothingIsLostWhenTheProcessIsKilled(t *testing.T) {
	dsn := pgserver.DSN(t)
	t.Setenv(pgserver.Variable, dsn) // for the processes that are killed
	durabletest.Crash(t, durabletest.Crashes{
		Open: func(ctx context.Context, _ string) (store.Store, error) {
			return postgres.OpenConfig(ctx, dsn, postgres.Config{Schema: "crash"})
		},
	})
}
