package durable_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// stamped returns an identifier of its own and its input.
var stamped = durable.Define("stamped", func(y actions.Yield, text string) (string, error) {
	id, err := orchestrate.Do(y, actions.NewID{})
	return fmt.Sprint(text, " ", id), err
})

func TestARunUnfoldsToWhatTheRuntimeMakesOfIt(t *testing.T) {
	t.Parallel()
	s := memory.New()
	config := durable.Config{Flows: durable.Flows(stamped)}
	rt, err := durable.Open(t.Context(), s, executor.NewMux(), config)
	require.NoError(t, err)
	run, err := stamped.Start(t.Context(), rt, "hello", durable.WithID("a"))
	require.NoError(t, err)
	want, err := run.Result(t.Context())
	require.NoError(t, err)
	require.NoError(t, rt.Close(t.Context()))

	h, err := s.Load(t.Context(), "a", store.Mark{})
	require.NoError(t, err)
	c, flow, err := durable.Unfold(config, h)
	require.NoError(t, err)
	c.Dry = true
	j, err := journal.New(c)
	require.NoError(t, err)
	got, err := journal.Run(context.Background(), j, flow)
	require.NoError(t, err)
	require.Equal(t, want, got, "the same seed, ID and input")

	h.Run.Generation = 1
	c, _, err = durable.Unfold(config, h)
	require.NoError(t, err)
	require.Equal(t, "a~1", c.ID)
	require.Equal(t, h.Run.Started, c.Started)

	plain := durable.Func("stamped", func(_ context.Context, text string) (string, error) { return text, nil })
	c, _, err = durable.Unfold(durable.Config{Flows: durable.Flows(plain)}, h)
	require.NoError(t, err)
	require.Equal(t, journal.Batched, c.Treat(nil).Durability, "what a function came to is the end of its run, too")
}

func TestWhatDoesNotUnfold(t *testing.T) {
	t.Parallel()
	h := store.History{Run: store.Run{ID: "a", Flow: "stamped", Input: store.Payload{Codec: "json", Data: []byte("7")}}}
	for want, flows := range map[string][]durable.AnyFlow{
		`unfold run "a": there is no flow "stamped"`:    nil,
		`unfold run "a": two flows are named "stamped"`: durable.Flows(stamped, stamped),
		`unfold run "a": the input of flow "stamped": `: durable.Flows(stamped),
		`unfold run "a": flow 0: the flow is the zero`:  durable.Flows(durable.Flow[int, int]{}),
	} {
		_, _, err := durable.Unfold(durable.Config{Flows: flows}, h)
		require.ErrorContains(t, err, want)
	}
}
