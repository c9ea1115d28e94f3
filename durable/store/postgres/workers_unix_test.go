//go:build unix

package postgres_test

import (
	"os/exec"
	"testing"

	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

func TestAWorkerWithoutTheLeaseRecordsNothing(t *testing.T) {
	t.Parallel()
	name, dsn := schema(), pgserver.DSN(t)
	runstest.Workers(t, openAt(t, dsn, postgres.Config{Schema: name}), func(worker string) *exec.Cmd {
		return children.Command(t, "work", dsn, name, worker)
	})
}
