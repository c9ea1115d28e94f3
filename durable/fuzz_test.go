package durable_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
)

// FuzzIDs holds that any text is either refused as an ID, or the ID of a run that is found by it.
func FuzzIDs(f *testing.F) {
	for _, id := range hostile {
		f.Add(id, "1."+id)
	}
	f.Add("order-42:3.1.0@7", "9223372036854775807.a")
	f.Fuzz(func(t *testing.T, id, cursor string) {
		s := newShop()
		h, err := buy.Start(t.Context(), s, order{"tea", 1}, durable.WithID(id))
		if err != nil {
			require.ErrorIs(t, err, durable.ErrBadID)
			require.Less(t, len(err.Error()), 500)
		} else {
			require.Equal(t, id, h.ID())
			m, err := h.Metadata(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{id}, s.list(t, durable.Filter{}))
			require.Empty(t, s.list(t, durable.Filter{After: m.Cursor()}))
			require.Empty(t, s.list(t, durable.Filter{After: m.Cursor(), Newest: true}))
		}
		for _, err := range s.List(t.Context(), durable.Filter{After: cursor, Parent: id}) {
			require.True(t, err == nil || errors.Is(err, durable.ErrBadOption) || errors.Is(err, durable.ErrBadID))
		}
		s.start(t, "there")
		if err := s.Send(t.Context(), "there", cursor, nil); err != nil {
			require.ErrorIs(t, err, durable.ErrBadName)
		}
	})
}
