package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

var errDeclined = errors.New("declined")

// cardError has a code and details.
type cardError struct{ Card string }

func (e *cardError) Error() string { return "card " + e.Card + " was refused" }

func (e *cardError) Code() string { return "card_refused" }

func (e *cardError) Details() any { return map[string]string{"card": e.Card} }

func (e *cardError) Unwrap() error { return errDeclined }

// failed is the end of a run that failed.
func failed(p store.Payload) func(*store.State) {
	return func(s *store.State) { s.Status, s.Failure, s.Finished = store.Failed, p, time.Now() }
}

func TestTheErrorOfAFailedRunComesBack(t *testing.T) {
	t.Parallel()
	kind := codec.Sentinel("declined", errDeclined)
	s := newShop(durable.ErrorKinds(kind))
	h := s.start(t, "a")
	s.claim(t)
	s.end(t, "a", failed(encodeError(t, fmt.Errorf("charge: %w", &cardError{"42"}), kind)))

	out, err := h.Result(t.Context())
	require.Empty(t, out)
	var e *durable.RunError
	require.ErrorAs(t, err, &e)
	require.EqualError(t, err, `run "a" of flow "buy" failed: charge: card 42 was refused`)
	require.Equal(t, "a", e.Run)
	require.Equal(t, "buy", e.Flow)
	require.Equal(t, "card_refused", e.Code)
	require.Equal(t, "charge: card 42 was refused", e.Message)
	require.JSONEq(t, `{"card":"42"}`, string(e.Details))
	require.ErrorIs(t, err, errDeclined)

	_, done, err := h.TryResult(t.Context())
	require.True(t, done)
	require.ErrorAs(t, err, &e)
	ready, err := h.Ready(t.Context())
	require.NoError(t, err)
	require.True(t, ready)
	m, err := h.Metadata(t.Context())
	require.NoError(t, err)
	require.Equal(t, "charge: card 42 was refused", m.Error)

	_, err = durable.Attach[string](durable.NewClient(s.Store), "a").Result(t.Context())
	require.EqualError(t, err, `run "a" of flow "buy" failed: charge: card 42 was refused`)
	require.NotErrorIs(t, err, errDeclined, "nobody registered it there")
}

func TestTheErrorsOfThisPackageComeBackAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		kind codec.ErrorKind
		is   error
	}{
		"sentinel": {
			fmt.Errorf("look: %w", durable.ErrNotFound), codec.Sentinel("durable.ErrNotFound", durable.ErrNotFound),
			durable.ErrNotFound,
		},
		"conflict": {
			&durable.ConflictError{Run: "a", Have: "b", Want: "c"},
			codec.ErrorType[*durable.ConflictError]("durable.ConflictError"), durable.ErrConflict,
		},
		"child": {
			&durable.CancelledError{Run: "child", Reason: "enough"},
			codec.ErrorType[*durable.CancelledError]("durable.CancelledError"), context.Canceled,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop()
			h := s.start(t, "a")
			s.claim(t)
			s.end(t, "a", failed(encodeError(t, c.err, c.kind)))
			_, err := h.Result(t.Context())
			require.ErrorIs(t, err, c.is)
			require.ErrorContains(t, err, c.err.Error())
		})
	}
}

func TestAnErrorThatCannotBeReadSaysSo(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]store.Payload{
		"no error was recorded":          {},
		"an error that cannot be read: ": {Codec: "error+secret", Data: []byte("?")},
		"an error that cannot be read":   {Codec: "json", Data: []byte("1")},
	} {
		s := newShop()
		h := s.start(t, "a")
		s.claim(t)
		s.end(t, "a", failed(p))
		_, err := h.Result(t.Context())
		var e *durable.RunError
		require.ErrorAs(t, err, &e)
		require.Contains(t, e.Message, want)
		require.Empty(t, e.Code)
		require.Equal(t, json.RawMessage(nil), e.Details)
	}
}

func TestARunWithoutAnErrorUnwrapsToNothing(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &durable.CancelledError{Run: "a"}, `run "a" was cancelled`)
	require.NoError(t, (&durable.RunError{}).Unwrap())
}
