package durable_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

func TestEventsAreKeptInOrder(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	s.start(t, "a")
	require.NoError(t, s.Send(ctx, "a", "paid", 5))
	require.NoError(t, s.Send(ctx, "a", "shipped", nil))
	require.NoError(t, s.Send(ctx, "a", "paid", 6, durable.DedupKey("6")))
	require.NoError(t, s.Send(ctx, "a", "paid", 7, durable.DedupKey("6")))
	type event struct{ name, payload string }
	var got []event
	for i, m := range s.claim(t)[0].Messages {
		require.EqualValues(t, i+1, m.Seq)
		got = append(got, event{m.Name, string(m.Payload.Data)})
	}
	require.Equal(t, []event{{"paid", "5"}, {"shipped", ""}, {"paid", "6"}}, got)
}

func TestAnEventForARunThatHasEndedIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	s.claim(t)
	s.end(t, "a", completed("1"))
	err := s.Send(t.Context(), "a", "paid", 5)
	require.ErrorIs(t, err, durable.ErrFinished)
	require.EqualError(t, err, `send "paid" to run "a": the run has finished`)
	require.EqualError(t, s.Send(t.Context(), "b", "paid", 5), `send "paid" to run "b": there is no such run`)
}

func TestBadEventsAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(durable.MaxPayload(30))
	s.start(t, "a")
	for name, want := range map[string]string{
		"":                       "not a name: the event name is empty",
		"a\x00":                  `not a name: the event name "a\x00" has characters that are not printable`,
		"baton:child/b":          `the event name "baton:child/b" begins with "baton:", as the runtime's own do`,
		strings.Repeat("x", 201): "is longer than 200 characters",
	} {
		err := s.Send(t.Context(), "a", name, 1)
		require.ErrorIs(t, err, durable.ErrBadName)
		require.ErrorContains(t, err, want)
		if name != "" {
			err = s.Send(t.Context(), "a", "paid", 1, durable.DedupKey(name))
			require.ErrorIs(t, err, durable.ErrBadName)
			require.ErrorContains(t, err, strings.ReplaceAll(want, "event name", "deduplication key"))
		}
	}
	require.ErrorIs(t, s.Send(t.Context(), "a", "paid", 1, durable.DedupKey("")), durable.ErrBadName)
	require.ErrorIs(t, s.Send(t.Context(), "a", "paid", 1, nil), durable.ErrBadOption)
	err := s.Send(t.Context(), "a", "paid", "a long story, and it goes on.")
	require.ErrorIs(t, err, durable.ErrTooLarge)
	require.ErrorContains(t, err, "the payload is too large: 31 bytes of at most 30")
	h, err := s.Store.Load(t.Context(), "a", store.Mark{})
	require.NoError(t, err)
	require.Empty(t, h.Messages)
}
