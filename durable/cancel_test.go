package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

func TestARunThatWasNeverStartedIsCancelledAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.start(t, "parent")
		h := s.start(t, "a", durable.WithDelay(time.Hour), durable.WithRetention(time.Minute),
			durable.WithParent("parent", durable.CancelOnClose))
		cancelled, err := h.Cancel(t.Context(), "out of tea")
		require.NoError(t, err)
		require.True(t, cancelled)

		_, err = h.Result(t.Context())
		var e *durable.CancelledError
		require.ErrorAs(t, err, &e)
		require.Equal(t, &durable.CancelledError{Run: "a", Reason: "out of tea"}, e)
		require.EqualError(t, err, `run "a" was cancelled: out of tea`)
		require.ErrorIs(t, err, context.Canceled)
		m, err := h.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, durable.Cancelled, m.Status)
		require.Equal(t, "out of tea", m.Reason)
		require.Equal(t, `run "a" was cancelled: out of tea`, m.Error)
		require.WithinDuration(t, time.Now(), m.Finished, 0)
		require.WithinDuration(t, time.Now(), m.CancelRequested, 0)
		require.WithinDuration(t, time.Now().Add(time.Minute), m.Expires, 0)
		require.Zero(t, m.Due)
		require.Zero(t, m.Duration())

		runs := s.claim(t)
		require.Len(t, runs, 1, "the parent")
		require.Len(t, runs[0].Messages, 1)
		require.Equal(t, "baton:child/a", runs[0].Messages[0].Name)
		require.True(t, codec.IsError(runs[0].Messages[0].Payload))

		_, err = h.Cancel(t.Context(), "again")
		require.ErrorIs(t, err, durable.ErrFinished)
		require.EqualError(t, err, `cancel run "a": the run has finished`)
	})
}

func TestARunThatNobodyCarriesOutIsMadeDueToBeCancelled(t *testing.T) {
	t.Parallel()
	for _, status := range []durable.Status{durable.Waiting, durable.Blocked, durable.Paused} {
		s := newShop()
		h := s.start(t, "a")
		s.claim(t)
		s.end(t, "a", func(st *store.State) { st.Status, st.Due = status, time.Time{} })
		require.Empty(t, s.claim(t))
		cancelled, err := h.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		require.True(t, cancelled)
		runs := s.claim(t)
		require.Len(t, runs, 1, status)
		require.NotZero(t, runs[0].Run.State.Cancelled)

		cancelled, err = h.Cancel(t.Context(), "more than enough")
		require.NoError(t, err)
		require.False(t, cancelled, "it was somebody else")
		s.end(t, "a", func(st *store.State) { st.Status, st.Finished = store.Cancelled, time.Now() })
		_, err = h.Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: enough`)
	}
}

func TestTheOwnerOfARunIsToldToCancelIt(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	s.claim(t)
	var told atomic.Int64
	defer s.Store.Watch(func(n store.Notice) { told.Add(1) })()
	cancelled, err := h.Cancel(t.Context(), "")
	require.NoError(t, err)
	require.True(t, cancelled)
	require.EqualValues(t, 1, told.Load())
	r := s.row(t, "a")
	require.Equal(t, store.Running, r.Status)
	require.Equal(t, "test", r.Owner, "the lease is left alone")
	require.NotZero(t, r.State.Cancelled)
}

func TestOneOfManyCancelsARun(t *testing.T) {
	t.Parallel()
	for _, started := range []bool{false, true} {
		s := newShop()
		h := s.start(t, "a")
		if started {
			s.claim(t)
		}
		var wg sync.WaitGroup
		var first atomic.Int64
		for range 20 {
			wg.Go(func() {
				cancelled, err := h.Cancel(t.Context(), "enough")
				if cancelled {
					first.Add(1)
				}
				if err != nil {
					require.ErrorIs(t, err, durable.ErrFinished)
					require.False(t, started)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, first.Load())
	}
}

// interfering changes a run before each of the first writes to it.
type interfering struct {
	store.Store
	before []func()
}

func (i *interfering) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	if len(i.before) > 0 {
		i.before[0]()
		i.before = i.before[1:]
	}
	return i.Store.Commit(ctx, writes)
}

func TestACancelLooksAgainIfTheRunWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	s.start(t, "b", durable.WithDelay(time.Hour))
	c := durable.NewClient(&interfering{s.Store, []func(){
		func() { require.Len(t, s.claim(t), 1) },
	}})
	cancelled, err := c.Cancel(t.Context(), "a", "enough")
	require.NoError(t, err)
	require.True(t, cancelled)
	require.Equal(t, store.Running, s.row(t, "a").Status, "it was started before it could be cancelled at once")
	require.NotZero(t, s.row(t, "a").State.Cancelled)

	c = durable.NewClient(&interfering{s.Store, []func(){
		func() { s.end(t, "b", completed("1")) },
	}})
	_, err = c.Cancel(t.Context(), "b", "enough")
	require.ErrorIs(t, err, durable.ErrFinished)
	require.Equal(t, store.Completed, s.row(t, "b").Status)
}

func TestAReasonThatIsABookIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	_, err := h.Cancel(t.Context(), strings.Repeat("x", 5000))
	require.ErrorIs(t, err, durable.ErrTooLarge)
	require.ErrorContains(t, err, `cancel run "a": the reason is too large: 5000 bytes of at most 4096`)
	require.Zero(t, s.row(t, "a").State.Cancelled)
}

func TestWhatACancelledRunEndedWithIsPartOfTheError(t *testing.T) {
	t.Parallel()
	undo := errors.New("cannot pay back")
	own := codec.ErrorType[*durable.CancelledError]("durable.CancelledError")
	for name, c := range map[string]struct {
		failure error
		text    string
		more    bool
	}{
		"nothing":      {nil, `run "a" was cancelled: row`, false},
		"cancellation": {&durable.CancelledError{Run: "a", Reason: "r"}, `run "a" was cancelled: r`, false},
		"another": {
			&durable.CancelledError{Run: "a", Reason: "r", Err: fmt.Errorf("undo: %w", undo)},
			`run "a" was cancelled: r: undo: cannot pay back`, true,
		},
		"another's": {
			fmt.Errorf("await: %w", &durable.CancelledError{Run: "b", Reason: "r"}),
			`run "a" was cancelled: row: await: run "b" was cancelled: r`, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind := codec.Sentinel("undo", undo)
			s := newShop(durable.ErrorKinds(kind))
			h := s.start(t, "a")
			s.claim(t)
			s.end(t, "a", func(st *store.State) {
				st.Status, st.Reason, st.Finished = store.Cancelled, "row", time.Now()
				st.Failure = encodeError(t, c.failure, kind, own)
			})
			_, err := h.Result(t.Context())
			require.EqualError(t, err, c.text)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, c.more, errors.Is(err, undo))
		})
	}
}

func encodeError(t *testing.T, err error, kinds ...codec.ErrorKind) store.Payload {
	t.Helper()
	set, problem := codec.NewSet(nil)
	require.NoError(t, problem)
	errs, problem := codec.NewErrors(kinds...)
	require.NoError(t, problem)
	p, problem := errs.Encode(set, err)
	require.NoError(t, problem)
	return p
}
