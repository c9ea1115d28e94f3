package sqlite_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestManyWhoTakeTurnsDoNotLosePatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := sqlite.NewGate(10 * time.Second)
		errs := make([]error, 100)
		var all sync.WaitGroup
		began := time.Now()
		for i := range errs {
			all.Go(func() {
				if errs[i] = g.Pass(t.Context()); errs[i] == nil {
					time.Sleep(8 * time.Second) // synctest
					g.Leave()
				}
			})
		}
		all.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Equal(t, 800*time.Second, time.Since(began), "one at a time")
	})
}

func TestNobodyWaitsForOneWhoStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := sqlite.NewGate(10 * time.Second)
		require.NoError(t, g.Pass(t.Context()))
		var all sync.WaitGroup
		all.Go(func() { // the next one has his turn, and stays
			if err := g.Pass(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		began := time.Now()
		all.Go(func() {
			err := g.Pass(t.Context())
			if err == nil || err.Error() != "a transaction of this process has had the database locked for 10s" {
				t.Error(err)
			}
		})
		time.Sleep(9 * time.Second) // synctest
		g.Leave()
		all.Wait()
		require.Equal(t, 20*time.Second, time.Since(began))
		g.Leave()
		require.NoError(t, g.Pass(t.Context()))
	})
}
