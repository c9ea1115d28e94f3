package postgres_test

import (
	"testing"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/runstest"
)

func TestPostgreSQLIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, postgres.Config{})
	})
}

func TestPostgreSQLIsAStoreBehindAProxy(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, postgres.Config{PollOnly: true})
	})
}

func TestOperationsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	runstest.Operate(t, open(t, postgres.Config{}))
}
