package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// silent is a store that tells nothing.
type silent struct{ store.Store }

// loud is one that tells about changes.
type loud struct {
	silent
	store.Hub
}

// hard is one that may not hear of all.
type hard struct {
	loud
	deaf bool
}

func (h *hard) Deaf() bool { return h.deaf }

func TestAStoreMayHearOfLessThanAll(t *testing.T) {
	t.Parallel()
	require.False(t, store.HearsAll(silent{}))
	require.True(t, store.HearsAll(&loud{}))
	require.True(t, store.HearsAll(&hard{}))
	require.False(t, store.HearsAll(&hard{deaf: true}))
}
