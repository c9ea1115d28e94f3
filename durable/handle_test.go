package durable_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// refusals are the errors of everything that asks about a run, or does something to it.
func refusals(ctx context.Context, c *durable.Client, h *durable.Handle[string]) map[string]error {
	errs := map[string]error{}
	_, errs["Status"] = h.Status(ctx)
	_, errs["Ready"] = h.Ready(ctx)
	_, errs["Result"] = h.Result(ctx)
	_, _, errs["TryResult"] = h.TryResult(ctx)
	_, errs["Cancel"] = h.Cancel(ctx, "enough")
	_, errs["Metadata"] = h.Metadata(ctx)
	_, errs["Progress"] = h.Progress(ctx)
	_, errs["Published"] = h.Published(ctx, "value", new(int))
	_, errs["Steps"] = h.Steps(ctx)
	errs["Send"] = c.Send(ctx, h.ID(), "event", 1)
	errs["Delete"] = c.Delete(ctx, h.ID())
	return errs
}

func TestARunThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	s := newShop()
	for method, err := range refusals(t.Context(), s.Client, durable.Attach[string](s, "gone")) {
		require.ErrorIs(t, err, durable.ErrNotFound, method)
		require.ErrorContains(t, err, `"gone"`, method)
	}
}

func TestNothingIsAskedUnderADoneContext(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	for method, err := range refusals(done(t), s.Client, h) {
		require.ErrorIs(t, err, context.Canceled, method)
	}
	for method, err := range refusals(nil, s.Client, h) { //nolint:staticcheck // somebody will
		require.ErrorContains(t, err, "the context is nil", method)
	}
	require.Zero(t, s.row(t, "a").State.Cancelled)
	_, err := s.Sweep(done(t))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Stats(done(t), durable.Filter{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Stats(done(t), durable.Filter{Text: "x"})
	require.ErrorIs(t, err, context.Canceled)
	for _, err := range s.List(done(t), durable.Filter{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestAClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	require.NoError(t, s.Store.Close())
	for method, err := range refusals(t.Context(), s.Client, h) {
		require.ErrorIs(t, err, store.ErrClosed, method)
	}
	_, err := buy.Start(t.Context(), s, order{})
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = s.Sweep(t.Context())
	require.ErrorIs(t, err, store.ErrClosed)
	_, err = s.Stats(t.Context(), durable.Filter{})
	require.ErrorIs(t, err, store.ErrClosed)
	for _, err := range s.List(t.Context(), durable.Filter{}) {
		require.ErrorIs(t, err, store.ErrClosed)
	}
}

func TestARunThatHasNotEndedHasNoResult(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	for _, status := range []durable.Status{durable.Pending, durable.Running, durable.Waiting, durable.Paused} {
		if status == durable.Running {
			s.claim(t)
		}
		r := s.row(t, "a")
		r.Status = status
		s.commit(t, store.Write{Run: "a", Epoch: r.Epoch, State: &r.State, Revision: r.Revision})
		got, err := h.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, status, got)
		ready, err := h.Ready(t.Context())
		require.NoError(t, err)
		require.False(t, ready)
		out, done, err := h.TryResult(t.Context())
		require.NoError(t, err)
		require.False(t, done)
		require.Empty(t, out)
	}
}

func TestTheResultOfACompletedRun(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	s.claim(t)
	s.end(t, "a", completed(`"paid"`))
	ready, err := h.Ready(t.Context())
	require.NoError(t, err)
	require.True(t, ready)
	for range 2 {
		out, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "paid", out)
		out, done, err := h.TryResult(t.Context())
		require.NoError(t, err)
		require.True(t, done)
		require.Equal(t, "paid", out)
	}
	_, err = durable.Attach[int](s, "a").Result(t.Context())
	require.ErrorContains(t, err, `the result of run "a": `, "it is of another type")
}

func TestABlockedRunNeedsSomebody(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	s.claim(t)
	s.end(t, "a", func(st *store.State) { st.Status, st.Reason = store.Blocked, "step 3: the code has changed" })
	_, err := h.Result(t.Context())
	require.EqualError(t, err, `run "a" is blocked: step 3: the code has changed`)
	var blocked *durable.BlockedError
	require.ErrorAs(t, err, &blocked)
	require.Equal(t, "a", blocked.Run)
	_, done, err := h.TryResult(t.Context())
	require.ErrorAs(t, err, &blocked)
	require.False(t, done)
	ready, err := h.Ready(t.Context())
	require.NoError(t, err)
	require.False(t, ready)
}

func TestMetadataTellsTheTimesAndTheDuration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, start := newShop(), time.Now()
		flow := durable.Define("buy", nothing, durable.Version("7"))
		h, err := flow.Start(t.Context(), s, 1, durable.WithID("a"), durable.WithDelay(time.Minute),
			durable.WithLabels(map[string]string{"k": "v"}), durable.WithPriority(5), durable.WithQueue("slow"),
			durable.WithTimeLimit(time.Hour))
		require.NoError(t, err)
		m, err := h.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, durable.Metadata{
			ID: "a", Flow: "buy", Version: "7", Status: durable.Pending, Queue: "slow", Priority: 5,
			Labels: map[string]string{"k": "v"}, Created: start.UTC(), Due: start.Add(time.Minute).UTC(),
			Deadline: start.Add(61 * time.Minute).UTC(),
		}, inUTC(m))
		require.Zero(t, m.Duration())

		synctestSleep(time.Minute)
		require.Len(t, s.claim(t), 1)
		synctestSleep(time.Second)
		m, err = h.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, "test", m.Owner)
		require.Zero(t, m.Due, "it is under way")
		require.Zero(t, m.Duration())
		s.end(t, "a", completed("1"))
		m, err = h.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Second, m.Duration())
		require.Equal(t, durable.Completed, m.Status)
		require.WithinDuration(t, start.Add(61*time.Second), m.Finished, 0)
		require.Empty(t, m.Owner)
	})
}

func inUTC(m durable.Metadata) durable.Metadata {
	for _, at := range []*time.Time{&m.Created, &m.Due, &m.Started, &m.Finished, &m.Deadline, &m.Expires} {
		if !at.IsZero() {
			*at = at.UTC()
		}
	}
	return m
}

func TestWhatARunPublishedCanBeRead(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	h := s.start(t, "a")
	p, err := h.Progress(ctx)
	require.NoError(t, err)
	require.Zero(t, p)
	found, err := h.Published(ctx, "cart", new([]string))
	require.NoError(t, err)
	require.False(t, found)

	s.claim(t)
	publish := func(data string) {
		s.commit(t, store.Write{Run: "a", Epoch: s.row(t, "a").Epoch, Published: []byte(data)})
	}
	publish(`{"progress":{"done":3,"total":4,"message":"packing","at":"2026-01-02T03:04:05Z"},` +
		`"values":{"cart":{"Codec":"json","Data":"WyJ0ZWEiXQ=="}}}`)
	p, err = h.Progress(ctx)
	require.NoError(t, err)
	require.Equal(t, durable.Progress{
		Done: 3, Total: 4, Message: "packing", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}, p)
	var cart []string
	found, err = h.Published(ctx, "cart", &cart)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, []string{"tea"}, cart)
	found, err = h.Published(ctx, "cart", new(int))
	require.True(t, found)
	require.ErrorContains(t, err, `run "a": what is published as "cart": `)
	publish(`{`)
	_, err = h.Progress(ctx)
	require.ErrorIs(t, err, store.ErrCorrupt)
	_, err = h.Published(ctx, "cart", &cart)
	require.ErrorIs(t, err, store.ErrCorrupt)
}

func TestTheJournalCanBeReadByPeople(t *testing.T) {
	t.Parallel()
	s := newShop()
	h := s.start(t, "a")
	s.claim(t)
	steps, err := h.Steps(t.Context())
	require.NoError(t, err)
	require.Empty(t, steps)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.commit(t, store.Write{Run: "a", Epoch: s.row(t, "a").Epoch, Records: []store.Record{
		{
			N: 1, Kind: store.Step, Path: "0", Name: "shop.Charge",
			Action: store.Payload{Codec: "json", Data: []byte(`{"Cents":5}`)},
			Result: store.Payload{Codec: "json", Data: []byte(`"receipt"`)}, Started: at, Finished: at.Add(time.Second),
		},
		{N: 2, Kind: store.Decision, Path: "1", Number: 1},
		{N: 3, Kind: store.Change, Path: "2", Name: "fees", Number: 2},
		{
			N: 4, Kind: store.Step, Path: "2", Name: "shop.Ship", Number: 9,
			Action: store.Payload{Codec: "gob", Data: []byte{1}},
			Result: store.Payload{Codec: "json", Data: []byte("{")}, Started: at, Finished: at,
		},
	}})
	steps, err = h.Steps(t.Context())
	require.NoError(t, err)
	for i := range steps {
		if steps[i].Kind == "step" {
			steps[i].Started, steps[i].Finished = steps[i].Started.UTC(), steps[i].Finished.UTC()
		}
	}
	require.Equal(t, []durable.Step{
		{
			Kind: "step", Path: "0", Name: "shop.Charge",
			Action: []byte(`{"Cents":5}`), Result: []byte(`"receipt"`),
			Started: at, Finished: at.Add(time.Second),
		},
		{Kind: "decision", Path: "1", Number: 1},
		{Kind: "change", Path: "2", Name: "fees", Number: 2},
		{Kind: "step", Path: "2", Name: "shop.Ship", Started: at, Finished: at},
	}, steps)
}

func TestAHandleNamesItsRun(t *testing.T) {
	t.Parallel()
	require.Equal(t, `run "a"`, fmt.Sprint(newShop().start(t, "a")))
}

func TestARunThatStartsAgainUnderItsIDIsTheSame(t *testing.T) {
	t.Parallel()
	s := newShop()
	require.True(t, s.start(t, "a").New())
	again := s.start(t, "a", durable.WithPriority(7))
	require.False(t, again.New())
	require.Zero(t, s.row(t, "a").Priority, "what is there stays as it is")
	s.claim(t)
	s.end(t, "a", completed(`"paid"`))
	out, err := s.start(t, "a").Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, "paid", out)
	require.NoError(t, s.Delete(t.Context(), "a"))
	require.True(t, s.start(t, "a").New(), "the ID is free again")
}

func TestAnotherInputOrFlowIsAConflictThatShowsBoth(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	s.start(t, "a")
	h, err := buy.Start(ctx, s, order{"coffee", 1}, durable.WithID("a"))
	require.Nil(t, h)
	require.ErrorIs(t, err, durable.ErrConflict)
	require.EqualError(t, err, `start run "a": there is another run with this ID: `+
		`flow "buy" with input {"Item":"tea","Count":1}; not flow "buy" with input {"Item":"coffee","Count":1}`)
	var e *durable.ConflictError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "a", e.Run)

	_, err = durable.Define("sell", nothing).Start(ctx, s, 1, durable.WithID("a"))
	require.EqualError(t, err, `start run "a": there is another run with this ID: `+
		`flow "buy" with input {"Item":"tea","Count":1}; not flow "sell" with input 1`)
	s.start(t, "parent")
	_, err = buy.Start(ctx, s, order{"tea", 1}, durable.WithID("a"), durable.WithParent("parent", durable.Abandon))
	require.ErrorContains(t, err,
		` and parent ""; not flow "buy" with input {"Item":"tea","Count":1} and parent "parent"`)
}

func TestADeadlineThatHasPassedDoesNotHideTheRunThatHadIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		deadline := durable.WithDeadline(time.Now().Add(time.Hour))
		s.start(t, "a", deadline)
		synctestSleep(2 * time.Hour)
		require.False(t, s.start(t, "a", deadline).New())
		_, err := buy.Start(t.Context(), s, order{"tea", 1}, durable.WithID("b"), deadline)
		require.ErrorIs(t, err, durable.ErrBadOption)
	})
}

func TestARunThatHasContinuedAsNewIsFoundByAnyInput(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.start(t, "a")
	s.claim(t)
	r := s.row(t, "a")
	r.Generation = 1
	s.commit(t, store.Write{
		Run: "a", Epoch: r.Epoch, State: &r.State, Revision: r.Revision,
		Restart: &store.Payload{Codec: "json", Data: []byte("{}")},
	})
	require.False(t, s.start(t, "a").New())
	_, err := durable.Define("sell", nothing).Start(t.Context(), s, 1, durable.WithID("a"))
	require.ErrorIs(t, err, durable.ErrConflict)
}

// picky is a store of which some methods fail.
type picky struct {
	store.Store
	err error
}

func (p *picky) Create(context.Context, []store.Run) ([]store.Created, error) { return nil, p.err }

func TestAnErrorOfTheStoreIsTheErrorOfTheStart(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	_, err := buy.Start(t.Context(), durable.NewClient(&picky{newShop().Store, full}), order{})
	require.ErrorIs(t, err, full)
	require.EqualError(t, err, `start a run of flow "buy": disk full`)
	_, err = buy.Start(t.Context(), durable.NewClient(&picky{newShop().Store, nil}), order{})
	require.EqualError(t, err, `start a run of flow "buy": the store answered for 0 runs of 1`)
}
