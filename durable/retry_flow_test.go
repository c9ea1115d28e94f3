package durable_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// effect is an action of which the handler keeps the key, and fails while it is told to.
type effect struct {
	actions.Returns[string]
	Name, With string
}

// effects are what was done.
type effects struct {
	mu     sync.Mutex
	keys   []string
	broken atomic.Value // the names of effects that fail
}

func (e *effects) handler() executor.Handler {
	return executor.On(func(ctx context.Context, a effect) (string, error) {
		key, err := executor.StepFrom(ctx).Key()
		if err != nil {
			return "", err
		}
		e.mu.Lock()
		e.keys = append(e.keys, strings.TrimSuffix(key, "/durable_test.effect")+" "+a.Name+a.With)
		e.mu.Unlock()
		if broken, _ := e.broken.Load().(string); strings.Contains(broken, a.Name) {
			return "", errBroken
		}
		return a.Name, nil
	})
}

// took are the keys, and forgets them.
func (e *effects) took() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	keys := e.keys
	e.keys = nil
	return keys
}

// pay charges with an identifier of its own, and ships.
var pay = durable.Define("pay", func(y actions.Yield, _ string) (string, error) {
	if _, err := orchestrate.Do(y, effect{Name: "reserve"}); err != nil {
		return "", err
	}
	id, err := orchestrate.Do(y, actions.NewID{})
	if err != nil {
		return "", err
	}
	if _, err := orchestrate.Do(y, effect{Name: "charge", With: id[:8]}); err != nil {
		return "", err
	}
	return orchestrate.Do(y, effect{Name: "ship"})
})

func fails[Out any](t *testing.T, h *durable.Handle[Out]) {
	t.Helper()
	_, err := h.Result(t.Context())
	var run *durable.RunError
	require.ErrorAs(t, err, &run)
}

func TestARetryGoesOnFromTheLastGoodStepUnderTheSameKeys(t *testing.T) {
	t.Parallel()
	var e effects
	inHouse(t, durable.Flows(pay), func(t *testing.T, h *house) {
		e.broken.Store("charge")
		run := launch(t, h, pay, "", durable.WithID("a"), durable.WithLabels(map[string]string{"k": "v"}),
			durable.WithTimeLimit(time.Hour), durable.WithPriority(3),
			durable.WithQueue("q"), durable.WithQueueKey("tenant"))
		fails(t, run)
		first := e.took()
		require.Len(t, first, 2)
		synctestSleep(24 * time.Hour)

		id, err := h.Retry(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "a.retry-1", id)
		fails(t, pay.Attach(h, id))
		require.Equal(t, first[1:], e.took(), "the same effect, under the same key, with the same identifier")

		e.broken.Store("")
		for range 2 {
			id, err = h.Retry(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, "a.retry-2", id)
			id = "a.retry-1"
		}
		again := pay.Attach(h, "a.retry-2")
		require.Equal(t, "ship", result(t, again))
		require.Equal(t, append(first[1:], "a/3 ship"), e.took())
		m, err := again.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]string{"k": "v", durable.LabelRetryOf: "a.retry-1"}, m.Labels)
		require.Equal(t, m.Created.Add(time.Hour), m.Deadline)
		require.Equal(t, 3, m.Priority)
		require.Equal(t, [2]string{"q", "tenant"}, [2]string{m.Queue, m.QueueKey}, "a tenant's limit counts it")
		require.Equal(t, durable.Failed, h.status(t, "a"), "which never changes")

		_, err = h.Retry(t.Context(), "a.retry-2")
		require.ErrorIs(t, err, durable.ErrNotFailed)
		_, err = h.Retry(t.Context(), "nobody")
		require.ErrorIs(t, err, durable.ErrNotFound)
		_, err = h.Retry(t.Context(), "a", durable.WithID("a.retry-2"))
		require.ErrorIs(t, err, durable.ErrConflict)
		_, err = h.Retry(t.Context(), "a", durable.WithParent("a.retry-2", durable.Abandon))
		require.ErrorIs(t, err, durable.ErrBadOption)
	}, e.handler())
}

func TestAFlowThatPanickedGoesOnBehindAllItsSteps(t *testing.T) {
	t.Parallel()
	var e effects
	var mended atomic.Bool
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		_, _ = orchestrate.Do(y, effect{Name: "bad"}) // whose failure is no matter
		if _, err := orchestrate.Do(y, effect{Name: "good"}); err != nil {
			return "", err
		}
		if !mended.Load() {
			panic("a bug")
		}
		return orchestrate.Do(y, effect{Name: "last"})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		e.broken.Store("bad")
		fails(t, launch(t, h, flow, "", durable.WithID("a")))
		mended.Store(true)
		e.took()
		id, err := h.Retry(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "last", result(t, flow.Attach(h, id)))
		require.Equal(t, []string{"a/2 last"}, e.took())
	}, e.handler())
}

func TestARunThatWasTerminatedGoesOnWhereItStood(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
		run := launch(t, h, journey, "", durable.WithID("a"))
		require.NoError(t, h.Send(t.Context(), "a", "e", "1"))
		require.NoError(t, h.Send(t.Context(), "a", "other", "kept", durable.DedupKey("k")))
		synctestSleep(time.Minute)
		require.NoError(t, run.Terminate(t.Context(), "by mistake"))
		id, err := h.Retry(t.Context(), "a")
		require.NoError(t, err)
		for _, e := range []string{"2", "3"} {
			require.NoError(t, h.Send(t.Context(), id, "e", e))
		}
		require.Equal(t, "1 at a/3/durable_test.keyed, 2 at a/7/durable_test.keyed, 3 at a/12/durable_test.keyed",
			result(t, journey.Attach(h, id)))
		require.Len(t, h.written(), 3)
		left, err := h.store.Load(t.Context(), id, store.Mark{})
		require.NoError(t, err)
		require.Len(t, left.Messages, 1)
		require.Equal(t, "other", left.Messages[0].Name)
		require.Equal(t, "k", left.Messages[0].Key)
	}, keyedHandler)
}

func TestWhatAFailureHasCutOffIsDoneAgainAndItsTimersBeginAnew(t *testing.T) {
	t.Parallel()
	var e effects
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		out, err := orchestrate.WithTimeout(y, time.Hour, func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y,
				orchestrate.Lift(effect{Name: "one"}),
				func(y actions.Yield) (string, error) {
					// Until the first has ended, or it would be cut off as well.
					if err := orchestrate.Tell(y, actions.Sleep{For: time.Second}); err != nil {
						return "", err
					}
					if _, err := orchestrate.Do(y, effect{Name: "before"}); err != nil {
						return "", err
					}
					return orchestrate.Do(y, effect{Name: "two"})
				},
				func(y actions.Yield) (string, error) {
					if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
						return "", err
					}
					return orchestrate.Do(y, effect{Name: "three"})
				})
		})
		return strings.Join(out, " "), err
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		e.broken.Store("two")
		fails(t, launch(t, h, flow, "", durable.WithID("a")))
		e.took()
		synctestSleep(24 * time.Hour)
		e.broken.Store("")
		began := time.Now()
		id, err := h.Retry(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "one two three", result(t, flow.Attach(h, id)))
		require.Equal(t, time.Minute, since(began))
		took := e.took()
		require.Len(t, took, 2)
		require.Contains(t, took[0], " two")
		require.Contains(t, took[1], " three")
	}, e.handler())
}

func TestAChildThatFailedIsStartedAnew(t *testing.T) {
	t.Parallel()
	var e effects
	parent := durable.Define("parent", func(y actions.Yield, _ string) (string, error) {
		early, err := pay.StartChild(y, "early")
		if err != nil {
			return "", err
		}
		if _, err := pay.RunChild(y, "late"); err != nil {
			return "", err
		}
		return pay.Await(y, early)
	})
	inHouse(t, durable.Flows(pay, parent), func(t *testing.T, h *house) {
		e.broken.Store("")
		run := launch(t, h, parent, "", durable.WithID("b"))
		require.Equal(t, "ship", result(t, run))
		e.took()
		id, err := h.Fork(t.Context(), "b", "1")
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, parent.Attach(h, id)), "which has heard of the end of the early child, too")
		require.Len(t, e.took(), 3, "of another late child")
	}, e.handler())
	alone := durable.Define("alone", func(y actions.Yield, _ string) (string, error) { return pay.RunChild(y, "") })
	inHouse(t, durable.Flows(pay, alone), func(t *testing.T, h *house) {
		e.broken.Store("charge")
		fails(t, launch(t, h, alone, "", durable.WithID("c")))
		e.broken.Store("")
		id, err := h.Retry(t.Context(), "c")
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, alone.Attach(h, id)))
	}, e.handler())
}

func TestTheStepThatFailedIsFoundAlsoIfTheFlowHasAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	var e effects
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		_, _ = orchestrate.Do(y, effect{Name: "one"})
		if _, err := orchestrate.Do(y, effect{Name: "two"}); err != nil {
			_, _ = orchestrate.Do(y, effect{Name: "undo"})
			return "", errors.New("it did not work out")
		}
		return orchestrate.Do(y, effect{Name: "three"})
	})
	plain := durable.Func("plain", func(context.Context, string) (string, error) {
		if strings.Contains(e.broken.Load().(string), "two") {
			return "", errBroken
		}
		return "did", nil
	})
	inHouse(t, durable.Flows(flow, plain), func(t *testing.T, h *house) {
		e.broken.Store("one two")
		fails(t, launch(t, h, flow, "", durable.WithID("a")))
		fails(t, launch(t, h, plain, "", durable.WithID("p")))
		e.took()
		e.broken.Store("one")
		id, err := h.Retry(t.Context(), "a", durable.WithID("b"))
		require.NoError(t, err)
		require.Equal(t, "three", result(t, flow.Attach(h, id)))
		require.Equal(t, []string{"a/1 two", "a/2 three"}, e.took())
		id, err = h.Retry(t.Context(), "p")
		require.NoError(t, err)
		require.Equal(t, "did", result(t, plain.Attach(h, id)))
	}, e.handler())
}

func TestARetryIsRefusedToWhoeverCannotReadWhyTheRunFailed(t *testing.T) {
	t.Parallel()
	var e effects
	inHouse(t, durable.Flows(pay), func(t *testing.T, h *house) {
		h.close(t)
		h.config.Codec = sealed{"mine", new(atomic.Int64)}
		h.open(t)
		e.broken.Store("ship")
		fails(t, launch(t, h, pay, "", durable.WithID("a")))
		_, err := durable.NewClient(h.store).Retry(t.Context(), "a")
		var unknown *codec.UnknownCodecError
		require.ErrorAs(t, err, &unknown)
		require.ErrorContains(t, err, `retry run "a": its error: codec "sealed" is not known`)
	}, e.handler())
}

func TestAChildThatFailedUnderAChosenIDIsDeletedBeforeItsParentIsRetried(t *testing.T) {
	t.Parallel()
	var e effects
	child := durable.Define("child", func(y actions.Yield, name string) (string, error) {
		return orchestrate.Do(y, effect{Name: name})
	})
	parent := durable.Define("parent", func(y actions.Yield, name string) (string, error) {
		return child.RunChild(y, name, durable.WithID("c"))
	})
	inHouse(t, durable.Flows(child, parent), func(t *testing.T, h *house) {
		e.broken.Store("pack")
		fails(t, launch(t, h, parent, "pack", durable.WithID("p")))
		e.broken.Store("")
		id, err := h.Retry(t.Context(), "p")
		require.NoError(t, err)
		_, err = parent.Attach(h, id).Result(t.Context())
		require.ErrorIs(t, err, durable.ErrConflict, "the child is that of the failed run")

		require.NoError(t, h.Delete(t.Context(), "c"))
		id, err = h.Retry(t.Context(), "p", durable.WithID("again"))
		require.NoError(t, err)
		require.Equal(t, "pack", result(t, parent.Attach(h, id)), "and the end of the other child is not taken for its")
	}, e.handler())
}
