package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func TestAWriteIsRefusedByWhereTheRunStands(t *testing.T) {
	t.Parallel()
	leased := store.Lease{Owner: "me", Epoch: 3, Revision: 7}
	free := store.Lease{Epoch: 3, Revision: 7}
	state := &store.State{}
	for name, c := range map[string]struct {
		write  store.Write
		status store.Status
		lease  store.Lease
		want   error
	}{
		"under the lease":                 {store.Write{Epoch: 3}, store.Running, leased, nil},
		"a state under the lease":         {store.Write{Epoch: 3, State: state, Revision: 7}, store.Running, leased, nil},
		"a state without a lease":         {store.Write{State: state, Revision: 7}, store.Waiting, free, nil},
		"a state beside somebody's lease": {store.Write{State: state, Revision: 7}, store.Running, leased, nil},
		"after the end":                   {store.Write{Epoch: 3}, store.Completed, leased, store.ErrFinished},
		"a state after the end":           {store.Write{State: state, Revision: 6}, store.Failed, free, store.ErrFinished},
		"under an older epoch":            {store.Write{Epoch: 2}, store.Running, leased, store.ErrFenced},
		"after the lease":                 {store.Write{Epoch: 3}, store.Waiting, free, store.ErrFenced},
		"neither an epoch nor a state":    {store.Write{}, store.Waiting, store.Lease{}, store.ErrFenced},
		"a state of another revision":     {store.Write{State: state, Revision: 6}, store.Waiting, free, store.ErrChanged},
		"of another epoch and revision":   {store.Write{Epoch: 2, State: state}, store.Running, leased, store.ErrFenced},
		"of another revision, leased":     {store.Write{Epoch: 3, State: state}, store.Running, leased, store.ErrChanged},
	} {
		require.Equal(t, c.want, c.write.Refused(c.status, c.lease), name)
	}
}
