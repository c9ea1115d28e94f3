package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// ending is when a run is cancelled, or too late; zero is never.
type ending struct{ cancel, deadline time.Duration }

// inProcess plays a scene without a runtime.
func inProcess(t *testing.T, s scene, end ending) string {
	t.Helper()
	w := newTheatre()
	exec := combinators.Parallelize()(executor.System(executor.NewMux(executor.On(w.act), executor.On(w.receive))))
	ctx, cancel := context.WithCancelCause(executor.WithRun(context.Background(), "r"))
	defer cancel(nil)
	if end.cancel > 0 {
		time.AfterFunc(end.cancel, func() { cancel(errPlayCancelled) })
	}
	if end.deadline > 0 {
		late := fmt.Errorf("the deadline of run \"r\" has passed: %w", context.DeadlineExceeded)
		var stop context.CancelFunc
		ctx, stop = context.WithDeadlineCause(ctx, w.began.Add(end.deadline), late)
		defer stop()
	}
	send(s, func(e string) { w.send(e) })
	_, _ = orchestrate.Run(ctx, orchestrate.Bind(w.played, s), exec)
	return w.told()
}

// send sends the events of a scene, each at its time.
func send(s scene, to func(e string)) {
	for _, id := range s.events() {
		time.AfterFunc(duration("event", id), func() { to(strconv.Itoa(id)) })
	}
}

// onRuntime plays it on one.
func onRuntime(t *testing.T, s scene, end ending, unloadAfter time.Duration) string {
	t.Helper()
	w, st := newTheatre(), memory.New()
	flow := durable.Define("play", w.played)
	client := durable.NewClient(st)
	exec := executor.NewMux(executor.On(w.act))
	var opts []durable.StartOption
	if end.deadline > 0 {
		opts = with(durable.WithTimeLimit(end.deadline))
	}
	h := begin(t, client, flow, "r", s, opts...)
	send(s, func(e string) { sendSurely(t, client, e) })
	if end.cancel > 0 {
		time.AfterFunc(end.cancel, func() { _, _ = client.Cancel(context.Background(), "r", errPlayCancelled.Reason) })
	}
	rt := openWith(t, st, exec, durable.Config{Flows: durable.Flows(flow), UnloadAfter: unloadAfter})
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	_, _ = h.Result(ctx)
	closeNow(t, rt)
	row := rowOf(t, st, "r")
	want := store.Completed
	switch {
	case !row.Cancelled.IsZero():
		want = store.Cancelled
	case row.Failure.Codec != "":
		want = store.Failed
	}
	require.Equal(t, want, row.Status)
	require.Empty(t, row.Owner)
	return w.told()
}

func sendSurely(t *testing.T, c *durable.Client, e string) {
	t.Helper()
	if err := c.Send(context.Background(), "r", e, "event "+e); err != nil && !errors.Is(err, durable.ErrFinished) {
		t.Error(err)
	}
}

// inShortLives plays a scene on runtimes that are closed after the given times, with steps under way, and the last one
// that is not. It returns what the scene comes to.
func inShortLives(t *testing.T, s scene, lives []int, unloadAfter time.Duration) string {
	t.Helper()
	w, st := newTheatre(), memory.New()
	c := &crew{store: st}
	exec := executor.NewMux(executor.On(func(ctx context.Context, a act) (string, error) {
		if _, err := c.work(ctx, work{Name: "a step that has no record yet"}); err != nil {
			return "", err
		}
		return w.act(ctx, a)
	}))
	flow := durable.Define("play", w.played)
	h := begin(t, durable.NewClient(st), flow, "r", s)
	send(s, func(e string) { sendSurely(t, durable.NewClient(st), e) })
	for i := range len(lives) + 1 {
		rt := openWith(t, st, exec, durable.Config{Flows: durable.Flows(flow), UnloadAfter: unloadAfter})
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		if i < len(lives) {
			ctx, cancel = context.WithTimeout(context.Background(), time.Duration(lives[i])*time.Millisecond)
		}
		_, _ = h.Result(ctx)
		cancel()
		_ = rt.Close(ctx)
		require.Empty(t, rowOf(t, st, "r").Owner)
	}
	require.True(t, rowOf(t, st, "r").Status.Finished())
	c.onceAfterRecord(t)
	return w.result
}

// inBubble runs f in a bubble of its own.
func inBubble(t *testing.T, f func(t *testing.T) string) (told string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { told = f(t) })
	return told
}

// Whatever a workflow is made of, it does the same, at the same time, and comes to the same, in a process and on
// a runtime, whether it is unloaded at every wait or never.
func TestAWorkflowIsTheSameInAProcessAndOnARuntimeAndUnloaded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := scenes(r, nested)
		var end ending
		switch rapid.IntRange(0, 3).Draw(r, "end") {
		case 0:
			end.cancel = duration("cancel", rapid.IntRange(0, 100).Draw(r, "when"))
		case 1:
			end.deadline = duration("deadline", rapid.IntRange(0, 100).Draw(r, "when"))
		case 2:
			end.cancel = duration("cancel", rapid.IntRange(0, 100).Draw(r, "when"))
			end.deadline = duration("deadline", rapid.IntRange(0, 100).Draw(r, "too late"))
		}
		want := inBubble(t, func(t *testing.T) string {
			t.Helper()
			return inProcess(t, s, end)
		})
		for name, after := range map[string]time.Duration{"never unloaded": never, "always unloaded": 1} {
			got := inBubble(t, func(t *testing.T) string {
				t.Helper()
				return onRuntime(t, s, end, after)
			})
			if got != want {
				r.Fatalf("%s:\n%s\n\nin a process:\n%s\n\n%+v", name, got, want, s)
			}
		}
	})
}

// A workflow of which the result does not depend on time comes to the same, however often its runtime is closed while
// steps are under way, and no step is begun again that has a record.
func TestAWorkflowComesToTheSameAlthoughItIsInterrupted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := scenes(r, timeless)
		lives := rapid.SliceOfN(rapid.IntRange(1, 3000), 1, 8).Draw(r, "lives")
		after := rapid.SampledFrom([]time.Duration{1, time.Second, never}).Draw(r, "unload after")
		want := inBubble(t, func(t *testing.T) string {
			t.Helper()
			return lastLine(inProcess(t, s, ending{}))
		})
		got := inBubble(t, func(t *testing.T) string {
			t.Helper()
			return inShortLives(t, s, lives, after)
		})
		if got != want {
			r.Fatalf("interrupted after %v ms:\n%s\n\nin a process:\n%s\n\n%+v", lives, got, want, s)
		}
	})
}

// lastLine is the result that theatre.told ends with, without its time.
func lastLine(told string) string {
	_, result, _ := strings.Cut(told[strings.LastIndex(told, "\n")+1:], " ")
	return result
}
