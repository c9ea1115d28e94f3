package durable_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

func TestAStartedRunIsInTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		h, err := buy.Start(t.Context(), s, order{"tea", 2})
		require.NoError(t, err)
		require.True(t, h.New())
		id, err := uuid.Parse(h.ID())
		require.NoError(t, err)
		require.Equal(t, uuid.Version(7), id.Version())
		r := s.row(t, h.ID())
		require.Equal(t, "buy", r.Flow)
		require.Equal(t, store.Pending, r.Status)
		require.JSONEq(t, `{"Item":"tea","Count":2}`, string(r.Input.Data))
		require.Len(t, r.Seed, 16)
		require.WithinDuration(t, time.Now(), r.Created, 0)
		require.Equal(t, r.Created, r.Due)
		require.Equal(t, durable.DefaultRetention, r.Retention)
		require.True(t, r.Deadline.IsZero())
		require.Len(t, s.claim(t), 1, "it is due at once")
	})
}

func TestEveryRunHasASeedOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	s.start(t, "b")
	require.NotEqual(t, s.row(t, "a").Seed, s.row(t, "b").Seed)
}

func with(opts ...durable.StartOption) []durable.StartOption { return opts }

// hostile are IDs that are none.
var hostile = map[string]string{
	"empty": "", "parent directory": "../x", "slash": "a/b", "backslash": `a\b`, "nul": "a\x00b", "leading dot": ".a",
	"leading dash": "-rf", "long": strings.Repeat("x", 10_000), "just too long": strings.Repeat("x", 201),
	"unicode": "ünï", "look-alike": "аbc", "invalid": "a\xffb", "space": "a b", "newline": "a\n", "quote": "a'--",
	"percent": "a%00", "tilde": "a~1", "wildcard": "a*",
}

func TestHostileIDsAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	for name, id := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := newShop(), t.Context()
			_, err := buy.Start(ctx, s, order{}, durable.WithID(id))
			require.ErrorIs(t, err, durable.ErrBadID)
			require.Less(t, len(err.Error()), 300, "what is shown of it is bounded")
			h := durable.Attach[string](s, id)
			for _, err := range refusals(ctx, s.Client, h) {
				require.ErrorIs(t, err, durable.ErrBadID)
				require.Less(t, len(err.Error()), 300)
			}
		})
	}
}

func TestIDsOfEveryAllowedCharacterAreIDs(t *testing.T) {
	t.Parallel()
	s := newShop()
	for _, id := range []string{"a", "0", "Az09._:@-", strings.Repeat("x", 200), "a..b", "order-42:3.1.0@7"} {
		require.Equal(t, id, s.start(t, id).ID())
	}
}

func TestAnInputThatCannotBeEncodedStartsNothing(t *testing.T) {
	t.Parallel()
	type node struct{ Next *node }
	cycle := &node{}
	cycle.Next = cycle
	cannot(t, make(chan int))
	cannot(t, func() {})
	cannot(t, cycle)
	cannot(t, math.NaN())
	cannot(t, map[struct{ A int }]int{{1}: 2})
	cannot(t, marshals(func() ([]byte, error) { return nil, errors.New("not today") }))
}

type marshals func() ([]byte, error)

func (m marshals) MarshalJSON() ([]byte, error) { return m() }

func cannot[In any](t *testing.T, in In) {
	t.Helper()
	f := durable.Define("f", func(actions.Yield, In) (int, error) { return 0, nil })
	s := newShop()
	_, err := f.Start(t.Context(), s, in)
	var e *codec.EncodeError
	require.ErrorAs(t, err, &e)
	require.ErrorContains(t, err, `start a run of flow "f": the input: `)
	_, err = f.StartMany(t.Context(), s, []In{in, in}, nil)
	require.ErrorContains(t, err, `start a run of flow "f": input 0: the input: `)
	for range s.List(t.Context(), durable.Filter{}) {
		t.Fatal("a run was started")
	}
	s.start(t, "there")
	require.ErrorAs(t, s.Send(t.Context(), "there", "event", in), &e)
}

func TestAnInputThatIsTooLargeStartsNothing(t *testing.T) {
	t.Parallel()
	f := durable.Define("f", func(actions.Yield, string) (int, error) { return 0, nil })
	s := newShop(durable.MaxPayload(100))
	_, err := f.Start(t.Context(), s, strings.Repeat("x", 98)) // and two quotes
	require.NoError(t, err)
	_, err = f.Start(t.Context(), s, strings.Repeat("x", 99))
	require.ErrorIs(t, err, durable.ErrTooLarge)
	require.EqualError(t, err, `start a run of flow "f": the input is too large: 101 bytes of at most 100: `+
		"keep it elsewhere, and pass a reference to it")
	var e *durable.TooLargeError
	require.ErrorAs(t, err, &e)
	require.Equal(t, 101, e.Size)

	s = newShop()
	_, err = f.Start(t.Context(), s, strings.Repeat("x", 4<<20-2))
	require.NoError(t, err)
	_, err = f.Start(t.Context(), s, strings.Repeat("x", 4<<20))
	require.ErrorIs(t, err, durable.ErrTooLarge)
}

func TestAClientThatCannotWorkPanicsWhereItIsMade(t *testing.T) {
	t.Parallel()
	s := newShop().Store
	for want, opt := range map[string]durable.ClientOption{
		"durable.NewClient: an option is nil":                                                  nil,
		"durable.NewClient: a payload of -1 bytes at most":                                     durable.MaxPayload(-1),
		"durable.NewClient: bad option: the retention of -2ns is neither positive nor Forever": durable.Retention(-2),
	} {
		require.PanicsWithValue(t, want, func() { durable.NewClient(s, opt) })
	}
	require.PanicsWithValue(t, "durable.NewClient: the store is nil", func() { durable.NewClient(nil) })
	require.Panics(t, func() { durable.NewClient(s, durable.ReadCodecs(nil)) })
	require.PanicsWithValue(t, "durable.Attach: the client is nil", func() { durable.Attach[int](nil, "x") })
	var none *durable.Client
	for _, c := range []durable.Starter{nil, none, &durable.Client{}} {
		_, err := buy.Start(t.Context(), c, order{})
		require.ErrorContains(t, err, "the client is nil")
	}
	for _, c := range []*durable.Client{nil, {}} {
		for method, err := range refusals(t.Context(), c, &durable.Handle[string]{}) {
			require.ErrorContains(t, err, "the client is nil, or was not made by NewClient or Open", method)
		}
		_, err := c.Sweep(t.Context())
		require.ErrorContains(t, err, "the client is nil")
		_, err = c.Stats(t.Context(), durable.Filter{})
		require.ErrorContains(t, err, "the client is nil")
		for _, err := range c.List(t.Context(), durable.Filter{}) {
			require.ErrorContains(t, err, "the client is nil")
		}
	}
}

func TestAStartUnderADoneContextStartsNothing(t *testing.T) {
	t.Parallel()
	s := newShop()
	why := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := buy.Start(ctx, s, order{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	_, err = buy.Start(nil, s, order{}) //nolint:staticcheck // somebody will
	require.EqualError(t, err, `start a run of flow "buy": the context is nil`)
	for range s.List(t.Context(), durable.Filter{}) {
		t.Fatal("a run was started")
	}
}
