package durabletest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

func TestHistoriesFitTheCodeThatMadeThem(t *testing.T) {
	t.Parallel()
	s := shopped(t)
	dir := filepath.Join(t.TempDir(), "histories")
	require.NoError(t, durabletest.Keep(t.Context(), s, dir, "well", "badly", "waits"))
	durabletest.ReplayAll(t, os.DirFS(dir), flows(checkout))
	require.ErrorIs(t, durabletest.Keep(t.Context(), s, dir, "nobody"), store.ErrNotFound)
}

func TestACodeThatDoesNotFitIsToldByStepAndField(t *testing.T) {
	t.Parallel()
	s := shopped(t)
	short := func(y actions.Yield, o Order) (string, error) {
		_, err := orchestrate.Do(y, Reserve{Order: o.ID})
		return "", err
	}
	long := func(y actions.Yield, o Order) (string, error) {
		result, err := checkout(y, o)
		if err != nil {
			return "", err
		}
		return result, orchestrate.Tell(y, Release{Order: "more"})
	}
	other := func(y actions.Yield, o Order) (string, error) {
		result, err := checkout(y, o)
		return result + "!", err
	}
	saved := func(y actions.Yield, o Order) (string, error) {
		result, err := checkout(y, o)
		if err != nil {
			return "never mind", nil
		}
		return result, nil
	}
	broken := func(y actions.Yield, o Order) (string, error) {
		_, err := checkout(y, o)
		require.NoError(t, err)
		return "", errNoMoney
	}
	for _, c := range []struct {
		run  string
		flow func(actions.Yield, Order) (string, error)
		want string
	}{
		{"well", dearer, `step 1: the journal has durabletest_test.Charge{"Order":"well","Cents":10}, the code yielded ` +
			`durabletest_test.Charge{"Order":"well","Cents":11} (Cents: recorded 10, got 11)`},
		{"waits", dearer, "(Cents: recorded 20, got 21)"},
		{"badly", dearer, "(Cents: recorded 2000, got 2001)"},
		{"well", short, `step 1: the journal has durabletest_test.Charge{"Order":"well","Cents":10}, which the code did ` +
			`not yield`},
		{"well", long, `step 4: the journal has the end of the run, the code yielded ` +
			`durabletest_test.Release{"Order":"more"}`},
		{"well", other, `its result is another one: [recorded "shelf of well payment of 10", got ` +
			`"shelf of well payment of 10!"]`},
		{"well", broken, "it fails now: there is not enough money"},
		{"badly", saved, "it had failed, and succeeds now"},
		{"waits", checkout, ""},
		{"waits", long, ""},
		{"waits", other, ""},
		{"badly", other, ""},
	} {
		told := &heard{}
		durabletest.Replay(told, history(t, s, c.run), flows(c.flow))
		if c.want == "" {
			require.Empty(t, told.text)
			continue
		}
		require.Contains(t, told.text, `the code does not fit the history of run "`+c.run+`" of flow "checkout", which is `)
		require.Contains(t, told.text, c.want)
	}
}

func TestWhatCannotBeReplayedIsToldToo(t *testing.T) {
	t.Parallel()
	h := history(t, shopped(t), "well")
	for want, c := range map[string]struct {
		spoil  func(h *store.History)
		config durable.Config
	}{
		`there is no flow "checkout"`: {func(*store.History) {}, durable.Config{}},
		`the input of flow "checkout"`: {
			func(h *store.History) { h.Run.Input.Data = []byte("7") }, flows(checkout),
		},
		`two flows are named "checkout"`: {func(*store.History) {}, durable.Config{
			Flows: append(flows(checkout).Flows, flows(checkout).Flows...),
		}},
		"the store is corrupt": {func(h *store.History) { h.Records[0].Path = "x" }, flows(checkout)},
	} {
		spoiled := h
		spoiled.Records = append([]store.Record(nil), h.Records...)
		c.spoil(&spoiled)
		told := &heard{}
		durabletest.Replay(told, spoiled, c.config)
		require.Contains(t, told.text, want)
	}
}

func TestWhatLeavesNoRecordIsReadAgain(t *testing.T) {
	t.Parallel()
	rated := func(actions.Yield) func(y actions.Yield, o Order) (string, error) {
		return func(y actions.Yield, o Order) (string, error) {
			rate, err := orchestrate.Do(y, Rate{})
			if err != nil {
				return "", err
			}
			return orchestrate.Do(y, Charge{Order: o.ID, Cents: o.Cents * rate})
		}
	}(nil)
	config := flows(rated)
	config.Treat = func(a actions.Action) journal.Treatment {
		if _, ok := a.(Rate); ok {
			return journal.Treatment{Durability: journal.Unrecorded}
		}
		return journal.Treatment{}
	}
	s := memory.New()
	rt, err := durable.Open(t.Context(), s, handlers(), config)
	require.NoError(t, err)
	run, err := durable.Define("checkout", rated).Start(t.Context(), rt, Order{ID: "a", Cents: 5}, durable.WithID("a"))
	require.NoError(t, err)
	_, err = run.Result(t.Context())
	require.NoError(t, err)
	require.NoError(t, rt.Close(t.Context()))

	h := history(t, s, "a")
	durabletest.Replay(t, h, config) // as far as it goes
	durabletest.ReplayReading(t, h, config, handlers())
	told := &heard{}
	durabletest.ReplayReading(told, h, config, executor.NewMux(
		executor.On(func(context.Context, Rate) (int, error) { return 3, nil })))
	require.Contains(t, told.text, "(Cents: recorded 10, got 15)")
}

func TestARunMayEndWithWhatLeavesNoRecord(t *testing.T) {
	t.Parallel()
	rated := func(y actions.Yield, o Order) (int, error) {
		if _, err := orchestrate.Do(y, Reserve{Order: o.ID}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, Rate{})
	}
	flow := durable.Define("rated", rated)
	config := durable.Config{Flows: durable.Flows(flow), Treat: func(a actions.Action) journal.Treatment {
		if _, ok := a.(Rate); ok {
			return journal.Treatment{Durability: journal.Unrecorded}
		}
		return journal.Treatment{}
	}}
	s := memory.New()
	rt, err := durable.Open(t.Context(), s, handlers(), config)
	require.NoError(t, err)
	run, err := flow.Start(t.Context(), rt, Order{ID: "a"}, durable.WithID("a"))
	require.NoError(t, err)
	_, err = run.Result(t.Context())
	require.NoError(t, err)
	require.NoError(t, rt.Close(t.Context()))

	h := history(t, s, "a")
	durabletest.Replay(t, h, config)
	durabletest.ReplayReading(t, h, config, handlers())
	told := &heard{}
	durabletest.ReplayReading(told, h, config, executor.NewMux(
		executor.On(func(context.Context, Rate) (int, error) { return 3, nil })))
	require.Contains(t, told.text, "its result is another one: [recorded 2, got 3]")

	file := filepath.Join(t.TempDir(), "rated.json")
	cc := cassette.Config{Workflow: "rated"}
	err = durabletest.Cassette(file, h, config, nil, cc)
	require.ErrorContains(t, err, "it stands at step 1, durabletest_test.Rate{}")
	require.NoError(t, durabletest.Cassette(file, h, config, handlers(), cc))
	player, err := cassette.Load(file, cc)
	require.NoError(t, err)
	rate, err := orchestrate.Run(t.Context(), orchestrate.Bind(rated, Order{ID: "a"}), player)
	require.NoError(t, err)
	require.Equal(t, 2, rate)
}

func TestTheRunsOfProductionGoOn(t *testing.T) {
	t.Parallel()
	durabletest.ReplayAll(t, os.DirFS("testdata/histories"), flows(checkout))
}
