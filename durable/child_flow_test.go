package durable_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// twice is a child: it doubles a number, but not those below zero.
var twice = durable.Define("twice", func(y actions.Yield, n int) (int, error) {
	if n < 0 {
		return 0, errors.New("below zero")
	}
	return 2 * n, orchestrate.Tell(y, actions.Sleep{For: time.Hour})
})

// sum is a parent: it adds up what its children make of numbers.
var sum = durable.Define("sum", func(y actions.Yield, ns []int) (int, error) {
	var ids []string
	for _, n := range ns {
		id, err := twice.StartChild(y, n)
		if err != nil {
			return 0, err
		}
		ids = append(ids, id)
	}
	total := 0
	for _, id := range ids {
		n, err := twice.Await(y, id)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
})

func TestAParentAwaitsItsChildren(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		start := time.Now()
		run := launch(t, h, sum, []int{1, 2, 3}, durable.WithID("p"))
		synctestSleep(time.Minute)
		require.Equal(t, durable.Waiting, h.status(t, "p"))
		children := childrenOf(t, h, "p")
		require.Len(t, children, 3)
		for i, id := range children {
			require.Regexp(t, fmt.Sprintf("^p:%d-[0-9a-f]{8}$", i), id)
			require.Equal(t, durable.Waiting, h.status(t, id))
		}
		require.Equal(t, 12, result(t, run))
		require.Equal(t, time.Hour, since(start), "they ran beside each other")
		require.Equal(t, 4, result(t, durable.Attach[int](h, children[1])), "a child is a run like any other")
	})
}

// childrenOf lists the IDs of the children of a run, in order.
func childrenOf(t *testing.T, h *house, parent string) []string {
	t.Helper()
	var ids []string
	for m, err := range h.List(t.Context(), durable.Filter{Parent: parent}) {
		require.NoError(t, err)
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestTheErrorOfAChildIsTheErrorOfItsAwait(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		run := launch(t, h, sum, []int{-1}, durable.WithID("p"))
		_, err := run.Result(t.Context())
		require.ErrorContains(t, err, "below zero")
		_, err = durable.Attach[int](h, childrenOf(t, h, "p")[0]).Result(t.Context())
		require.ErrorContains(t, err, ` of flow "twice" failed: below zero`)
	})
}

func TestACancelledParentCancelsItsChildren(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		run := launch(t, h, sum, []int{1, 2}, durable.WithID("p"))
		synctestSleep(time.Minute)
		_, err := run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		_, err = run.Result(t.Context())
		require.EqualError(t, err, `run "p" was cancelled: enough`)
		for _, id := range childrenOf(t, h, "p") {
			require.Equal(t, durable.Cancelled, h.status(t, id))
		}
	})
}

func TestACancelledChildIsAnErrorThatTheParentMayHandle(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		run := launch(t, h, sum, []int{1}, durable.WithID("p"))
		synctestSleep(time.Minute)
		child := childrenOf(t, h, "p")[0]
		_, err := h.Cancel(t.Context(), child, "not this one")
		require.NoError(t, err)
		_, err = run.Result(t.Context())
		var failed *durable.RunError
		require.ErrorAs(t, err, &failed, "the parent was not cancelled: it failed with what it returned")
		require.Contains(t, failed.Message, fmt.Sprintf("run %q was cancelled: not this one", child))
	})
}

// leaving starts children and returns without them.
var leaving = durable.Define("leaving", func(y actions.Yield, onClose durable.ParentClose) (string, error) {
	return twice.StartChild(y, 1, durable.OnParentClose(onClose), durable.WithID("child"))
})

func TestTheEndOfAParentIsTheEndOfItsChildrenUnlessTheyAreAbandoned(t *testing.T) {
	t.Parallel()
	for onClose, want := range map[durable.ParentClose]durable.Status{
		durable.CancelOnClose: durable.Cancelled, durable.Abandon: durable.Waiting,
	} {
		inHouse(t, durable.Flows(leaving, twice), func(t *testing.T, h *house) {
			require.Equal(t, "child", result(t, launch(t, h, leaving, onClose)))
			synctestSleep(time.Minute)
			require.Equal(t, want, h.status(t, "child"))
		})
	}
}

// impatient waits for a child, but not for ever; then once more, without an end.
var impatient = durable.Define("impatient", func(y actions.Yield, _ struct{}) (int, error) {
	id, err := twice.StartChild(y, 1)
	if err != nil {
		return 0, err
	}
	await := func(y actions.Yield) (int, error) { return twice.Await(y, id) }
	if n, err := orchestrate.WithTimeout(y, time.Minute, await); err == nil {
		return n, errors.New("it was too quick")
	}
	if err := orchestrate.Tell(y, note{Text: "still waiting"}); err != nil {
		return 0, err
	}
	return await(y)
})

func TestAnAwaitMayHaveATimeoutAndBeRepeated(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(impatient, twice), func(t *testing.T, h *house) {
		start := time.Now()
		run := launch(t, h, impatient, struct{}{})
		synctestSleep(61 * time.Second)
		require.Equal(t, []string{"still waiting"}, h.written())
		require.Equal(t, 2, result(t, run))
		require.Equal(t, time.Hour, since(start))
	})
}

func TestAChildIsStartedOnceAlsoIfTheParentIsInterrupted(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		run := launch(t, h, sum, []int{1, 2, 3}, durable.WithID("p"))
		for range 5 {
			synctestSleep(10 * time.Minute)
			h.close(t)
			h.open(t)
		}
		require.Equal(t, 12, result(t, durable.Attach[int](h, run.ID())))
		stats, err := h.Stats(t.Context(), durable.Filter{})
		require.NoError(t, err)
		require.EqualValues(t, 4, stats.Total)
	})
}

func TestAChildIDThatIsTakenIsAnErrorOfTheStart(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(leaving, twice), func(t *testing.T, h *house) {
		launch(t, h, twice, 1, durable.WithID("child"))
		_, err := launch(t, h, leaving, durable.Abandon).Result(t.Context())
		require.ErrorContains(t, err, "there is another run with this ID")
		require.ErrorIs(t, err, durable.ErrConflict)
		synctest.Wait()
	})
}

func TestARunUnderAnIDThatWasUsedBeforeHasChildrenOfItsOwn(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(sum, twice), func(t *testing.T, h *house) {
		start := time.Now()
		for i := range 3 {
			run := launch(t, h, sum, []int{1}, durable.WithID("p"))
			require.True(t, run.New())
			require.Equal(t, 2, result(t, run))
			require.Equal(t, time.Duration(i+1)*time.Hour, since(start))
			require.NoError(t, h.Delete(t.Context(), "p")) // and its children are kept
		}
		require.Len(t, childrenOf(t, h, "p"), 3)
	})
}

// fixed starts a child under an ID of its own and awaits it.
var fixed = durable.Define("fixed", func(y actions.Yield, _ struct{}) (int, error) {
	id, err := twice.StartChild(y, 5, durable.WithID("child"))
	if err != nil {
		return 0, err
	}
	return twice.Await(y, id)
})

func TestAChildUnderAChosenIDThatHasEndedIsAwaitedAllTheSame(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(fixed, twice), func(t *testing.T, h *house) {
		start := time.Now()
		for range 3 {
			require.Equal(t, 10, result(t, launch(t, h, fixed, struct{}{}, durable.WithID("p"))))
			require.NoError(t, h.Delete(t.Context(), "p"))
		}
		require.Equal(t, time.Hour, since(start), "the child ran once")
	})
}

func TestAChildIsStartedAsItIsTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	parent := durable.Define("parent", func(y actions.Yield, _ struct{}) (string, error) {
		_, err := twice.StartChild(y, 1, durable.WithID("later"), durable.WithStartAt(at), durable.WithDeadline(at.Add(1)))
		if !errors.Is(err, durable.ErrBadOption) {
			return "", err // a store keeps microseconds
		}
		if _, err := orchestrate.Do(y, durable.Start[int]{Flow: "\x00"}); !errors.Is(err, durable.ErrBadName) {
			return "", err
		}
		return twice.StartChild(y, 1, durable.OnParentClose(durable.Abandon), durable.WithDelay(time.Hour),
			durable.WithTimeLimit(time.Minute), durable.WithRetention(time.Second), durable.WithPriority(3),
			durable.WithQueue("slow"), durable.WithLabels(map[string]string{"k": "v"}))
	})
	inHouse(t, durable.Flows(parent, twice), func(t *testing.T, h *house) {
		long := strings.Repeat("p", 200)
		id := result(t, launch(t, h, parent, struct{}{}, durable.WithID(long)))
		require.Regexp(t, "^child:[0-9a-f]{64}$", id, "the parent's ID and the step would be too long")
		m, err := durable.Attach[int](h, id).Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, long, m.Parent)
		require.Equal(t, time.Hour, m.Due.Sub(m.Created))
		require.Equal(t, time.Minute, m.Deadline.Sub(m.Due))
		require.Equal(t, 3, m.Priority)
		require.Equal(t, "slow", m.Queue)
		require.Equal(t, map[string]string{"k": "v"}, m.Labels)
		_, err = durable.Attach[int](h, id).Result(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded, "twice takes an hour")
		m, err = durable.Attach[int](h, id).Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Second, m.Expires.Sub(m.Finished))
	})
}

func TestAChildUnderAnIDThatIsFreeAgainIsAwaitedAgain(t *testing.T) {
	t.Parallel()
	child := durable.Define("child", func(_ actions.Yield, n int) (int, error) { return 2 * n, nil })
	parent := durable.Define("parent", func(y actions.Yield, days int) (sum int, err error) {
		for day := range days {
			n, err := child.RunChild(y, day, durable.WithID("daily"), durable.WithRetention(time.Minute))
			if err != nil {
				return 0, err
			}
			sum += n
			if err := orchestrate.Tell(y, actions.Sleep{For: 24 * time.Hour}); err != nil {
				return 0, err
			}
		}
		return sum, nil
	})
	inHouse(t, durable.Flows(child, parent), func(t *testing.T, h *house) {
		launch(t, h, parent, 3, durable.WithID("a"))
		synctestSleep(80 * time.Hour)
		require.Equal(t, durable.Completed, h.status(t, "a"))
		require.Equal(t, 6, result(t, parent.Attach(h, "a")))
	})
}
