package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func TestStatusesAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	finished := map[store.Status]bool{store.Completed: true, store.Failed: true, store.Cancelled: true}
	for want, s := range map[string]store.Status{
		"unknown": 0, "pending": 1, "running": 2, "waiting": 3, "completed": 4, "failed": 5, "cancelled": 6,
		"blocked": 7, "paused": 8,
	} {
		require.Equal(t, want, s.String())
		require.Equal(t, finished[s], s.Finished(), want)
	}
	for want, k := range map[string]store.RecordKind{"unknown": 0, "step": 1, "decision": 2, "change": 3} {
		require.Equal(t, want, k.String())
	}
}
