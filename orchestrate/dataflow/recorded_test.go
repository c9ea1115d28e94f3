package dataflow_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

// everyKind is all kinds of errors.
var everyKind = []dataflow.Kind{
	dataflow.ErrDefinition, dataflow.ErrEmpty, dataflow.ErrNotCallable, dataflow.ErrBadFunction, dataflow.ErrMissing,
	dataflow.ErrDuplicate, dataflow.ErrType, dataflow.ErrSetting, dataflow.ErrTooDeep,
	dataflow.ErrRun, dataflow.ErrStep, dataflow.ErrMerge, dataflow.ErrMap, dataflow.ErrDispatch, dataflow.ErrRepeat,
}

// recorded is what comes out of a store for an error of a workflow.
func recorded(t *testing.T, f func(actions.Yield, none) (none, error)) error {
	t.Helper()
	flow := durable.Define("flow", f)
	exec := dataflow.Steps(executor.NewMux())
	rt, err := durable.Open(t.Context(), memory.New(), exec, durable.Config{Flows: durable.Flows(flow)})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
	run, err := flow.Start(t.Context(), rt, none{})
	require.NoError(t, err)
	_, err = run.Result(t.Context())
	var failed *durable.RunError
	require.ErrorAs(t, err, &failed)
	return err
}

func TestAnErrorIsWhatItWasWhenItComesOutOfAStore(t *testing.T) {
	t.Parallel()
	eof := dataflow.Step("reads", func(context.Context, none) (none, error) { return none{}, io.EOF })
	never := func(none) bool { return false }
	for name, parts := range map[string][]dataflow.Part{
		"a step":     {dataflow.Must(dataflow.New("inner", eof))},
		"a merge":    {dataflow.Par(gives("one", a{1}), gives("two", a{2}))},
		"a type":     {gives("one", struct{ A any }{"text"}), wants[a]("two")},
		"a dispatch": {dataflow.Dispatch("by", dataflow.By(func(none) string { return "x" }), dataflow.Case("y", eof))},
		"a repeat":   {dataflow.Repeat(gives("one", none{}), dataflow.Until(never), dataflow.Max(2))},
		"all of a group": {
			dataflow.CollectErrors(),
			dataflow.Par(gives("one", a{1}), eof, dataflow.Par(gives("b1", b{1}), gives("b2", b{2}))),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t, parts...)
			_, was := dataflow.Run[none](t.Context(), f, none{}, dataflow.Local())
			require.ErrorIs(t, was, dataflow.ErrRun)
			is := recorded(t, dataflow.Typed[none, none](f))
			for _, kind := range everyKind {
				require.Equal(t, errors.Is(was, kind), errors.Is(is, kind), "%s", kind)
			}
			require.Equal(t, errors.Is(was, io.EOF), errors.Is(is, io.EOF))
			requireSame(t, was, is)
		})
	}
}

// requireSame compares what errors.As finds.
func requireSame(t *testing.T, was, is error) {
	t.Helper()
	var w, i *dataflow.Error
	require.ErrorAs(t, was, &w)
	require.ErrorAs(t, is, &i)
	require.Equal(t, []any{w.Kind, w.Path, w.Run, w.Error()}, []any{i.Kind, i.Path, i.Run, i.Error()})
	var wasMerge, isMerge *dataflow.MergeError
	require.Equal(t, errors.As(was, &wasMerge), errors.As(is, &isMerge))
	if wasMerge != nil {
		require.Equal(t, []any{wasMerge.Name, wasMerge.Steps}, []any{isMerge.Name, isMerge.Steps})
		require.Equal(t, [2]any{1.0, 2.0}, isMerge.Values, "as JSON brings them back")
	}
}

// TestADefinitionsErrorIsRecordedAsOne has a workflow build a flow that is wrong.
func TestADefinitionsErrorIsRecordedAsOne(t *testing.T) {
	t.Parallel()
	is := recorded(t, func(actions.Yield, none) (none, error) {
		_, err := dataflow.New("flow", dataflow.Takes[many](), wants[struct{ A16x int }]("one"), gives("one", none{}))
		return none{}, err
	})
	require.ErrorIs(t, is, dataflow.ErrDefinition)
	require.ErrorIs(t, is, dataflow.ErrMissing)
	require.ErrorIs(t, is, dataflow.ErrDuplicate)
	require.NotErrorIs(t, is, dataflow.ErrRun)
	var missing *dataflow.MissingError
	require.ErrorAs(t, is, &missing)
	require.Equal(t, "A16x", missing.Input)
	require.Len(t, missing.Visible, 20)
	require.Equal(t, 1, missing.More)
	require.Equal(t, "A16", missing.Near[0])
	require.ErrorContains(t, missing, `and 1 more are; did you mean "A16"?`)
}

type many struct {
	A01, A02, A03, A04, A05, A06, A07, A08, A09, A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20, A21 int
}
