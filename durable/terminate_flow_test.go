package durable_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// toiling toils, and would put things right.
var toiling = durable.Define("toiling", func(y actions.Yield, name string) (string, error) {
	err := orchestrate.Tell(y, toil{Name: name})
	_, _ = orchestrate.Shield(y, orchestrate.Lift(note{Text: "put right"}))
	return "", err
})

func TestATerminatedRunEndsAtOnceAndItsFlowIsNotAsked(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(toiling), func(t *testing.T, h *house) {
		run := launch(t, h, toiling, "x", durable.WithID("a"))
		synctest.Wait()
		require.NoError(t, run.Terminate(t.Context(), "it does harm"))
		_, err := run.Result(t.Context())
		require.EqualError(t, err, `run "a" of flow "toiling" failed: run "a" was terminated: it does harm`)
		require.ErrorIs(t, err, durable.ErrTerminated)
		var ended *durable.TerminatedError
		require.ErrorAs(t, err, &ended)
		require.Equal(t, "it does harm", ended.Reason)
		synctest.Wait()
		require.Equal(t, []string{"begin x"}, h.written())
		require.Len(t, h.ends, 1)
		require.ErrorIs(t, h.ends[0], durable.ErrTerminated, "the handler is told why")
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, durable.Failed, m.Status)
		require.Equal(t, "it does harm", m.Reason)
		require.NotZero(t, m.Expires)
		require.ErrorIs(t, run.Terminate(t.Context(), "again"), durable.ErrFinished)
	})
}

func TestARunThatWasToBeCancelledIsCancelledWhenItIsTerminated(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(saved), func(t *testing.T, h *house) {
		run := launch(t, h, saved, "", durable.WithID("a"))
		synctestSleep(time.Minute)
		_, err := run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		synctestSleep(time.Second)
		require.NoError(t, run.Terminate(t.Context(), "it takes too long"))
		_, err = run.Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: enough: run "a" was terminated: it takes too long`)
		require.ErrorIs(t, err, durable.ErrTerminated)
		require.Equal(t, durable.Cancelled, h.status(t, "a"))
		synctestSleep(time.Hour)
		require.Equal(t, []string{"undo"}, h.written())
	})
}

func TestChildrenEndWithARunThatIsTerminatedAndItsParentIsTold(t *testing.T) {
	t.Parallel()
	child := durable.Define("child", func(y actions.Yield, name string) (string, error) {
		return "", orchestrate.Tell(y, toil{Name: name})
	})
	middle := durable.Define("middle", func(y actions.Yield, _ string) (string, error) {
		if _, err := child.StartChild(y, "bound", durable.WithID("bound")); err != nil {
			return "", err
		}
		_, err := child.RunChild(y, "free", durable.WithID("free"), durable.OnParentClose(durable.Abandon))
		return "", err
	})
	top := durable.Define("top", func(y actions.Yield, _ string) (string, error) {
		_, err := middle.RunChild(y, "", durable.WithID("middle"))
		if err == nil {
			return "", nil
		}
		return err.Error(), nil
	})
	inHouse(t, durable.Flows(child, middle, top), func(t *testing.T, h *house) {
		run := launch(t, h, top, "", durable.WithID("top"))
		synctestSleep(time.Second)
		require.NoError(t, h.Terminate(t.Context(), "middle", "stop"))
		told, bound, free := result(t, run), h.status(t, "bound"), h.status(t, "free")
		require.NoError(t, h.Terminate(t.Context(), "free", ""))
		require.Contains(t, told, `run "middle" was terminated: stop`)
		require.Equal(t, durable.Cancelled, bound)
		require.Equal(t, durable.Running, free)
	})
}

func TestWhatNobodyCanCarryOutCanBeTerminated(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(dayAndNight), func(t *testing.T, h *house) {
		unknown := launch(t, h, buy, order{"tea", 1}, durable.WithID("unknown"))
		dead := launch(t, h, buy, order{"tea", 1}, durable.WithID("dead"))
		claimed, err := h.store.Claim(t.Context(), store.Claim{
			Owner: "dead", Lease: time.Hour, Max: 9, Flows: []string{"buy"},
		})
		require.NoError(t, err)
		require.Len(t, claimed.Runs, 2)
		errs, err := h.store.Commit(t.Context(), []store.Write{{
			Run: "unknown", Epoch: 1, Revision: 1, State: &store.State{Status: store.Blocked, Reason: "odd"}, Release: true,
		}})
		require.NoError(t, err)
		for _, err := range errs {
			require.NoError(t, err)
		}
		for _, run := range []*durable.Handle[string]{unknown, dead} {
			require.NoError(t, run.Terminate(t.Context(), "nobody has it"))
			_, err := run.Result(t.Context())
			require.ErrorIs(t, err, durable.ErrTerminated)
		}
		errs, err = h.store.Commit(t.Context(), []store.Write{{Run: "dead", Epoch: 1, Records: []store.Record{{N: 1}}}})
		require.NoError(t, err)
		require.ErrorIs(t, errs[0], store.ErrFinished, "whoever had it writes nothing more")
	})
}

// hooked is a store in memory with something that happens right before a call.
type hooked struct {
	*memory.Store
	create, commit func()
}

func (h *hooked) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	if f := h.create; f != nil {
		h.create = nil
		f()
		ctx = context.WithoutCancel(ctx) // it has begun, and goes on
	}
	return h.Store.Create(ctx, runs)
}

func (h *hooked) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	if f := h.commit; f != nil {
		h.commit = nil
		f()
	}
	return h.Store.Commit(ctx, writes)
}

func TestAChildThatIsStartedWhileItsParentIsTerminatedEndsToo(t *testing.T) {
	t.Parallel()
	st := memory.New()
	client := durable.NewClient(st)
	begin(t, client, dayAndNight, "a", 0)
	h := &hooked{Store: st, commit: func() {
		begin(t, client, dayAndNight, "child", 0, durable.WithParent("a", durable.CancelOnClose))
	}}
	require.NoError(t, durable.NewClient(h).Terminate(t.Context(), "a", ""))
	require.Equal(t, store.Cancelled, rowOf(t, st, "child").Status)
}

func TestAChildThatIsStartedAfterItsParentWasTerminatedEndsToo(t *testing.T) {
	t.Parallel()
	parent := durable.Define("parent", func(y actions.Yield, _ int) (string, error) {
		_, err := dayAndNight.StartChild(y, time.Hour, durable.WithID("child"))
		return "", err
	})
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		client := durable.NewClient(st)
		run := begin(t, client, parent, "a", 0)
		h := &hooked{Store: st, create: func() { require.NoError(t, run.Terminate(t.Context(), "")) }}
		rt := openWith(t, h, executor.NewMux(), durable.Config{Flows: durable.Flows(parent)})
		synctest.Wait()
		closeNow(t, rt)
		require.Equal(t, store.Failed, rowOf(t, st, "a").Status)
		require.Equal(t, store.Cancelled, rowOf(t, st, "child").Status)
	})
}
