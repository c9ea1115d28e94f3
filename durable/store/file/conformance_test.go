package file_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/internal/runstest"
)

func TestADirectoryIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t)
	})
}

// In the second one the files of the runs are brought up to date all the time.
func TestADirectoryWithAShortJournalIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := file.OpenOn(newMachine(), 2000)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	})
}

func TestOperationsInADirectory(t *testing.T) {
	t.Parallel()
	runstest.Operate(t, open(t))
}
