package durable_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// told is what a listener has heard about runs since it was asked last, in one line.
func (l *listener) told() string {
	var lines []string
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.heard {
		switch e := e.(type) {
		case *fact.Changed:
			lines = append(lines, fmt.Sprint(e.Run.ID, " ", e.Status))
		case *fact.Imported:
			lines = append(lines, fmt.Sprint(e.Run.ID, " ", e.Name(), " ", e.Status))
		}
	}
	l.heard = nil
	return strings.Join(lines, ", ")
}

func TestOperationsTellWhatTheyHaveMadeOfRuns(t *testing.T) {
	t.Parallel()
	st, l := memory.New(), &listener{}
	client := durable.NewClient(st, durable.Observe(l))
	ctx := t.Context()
	export := func(id string) []byte {
		text, err := client.Export(ctx, id)
		require.NoError(t, err)
		return text
	}
	var text []byte
	claim := func() {
		claimed, err := st.Claim(ctx, store.Claim{Owner: "o", Lease: time.Hour, Max: 9, Flows: []string{"steps"}})
		require.NoError(t, err)
		require.Len(t, claimed.Runs, 1)
	}
	_, err := durable.NewClient(st).Fork(ctx, "nobody", "0")
	require.ErrorIs(t, err, durable.ErrNotFound)
	for _, c := range []struct {
		does string
		do   func() error
		want string
	}{
		{"start", func() error { begin(t, client, steps, "a", 1); return nil }, "a pending"},
		{"start again", func() error { begin(t, client, steps, "a", 1); return nil }, ""},
		{"send", func() error { return client.Send(ctx, "a", "e", 1) }, ""},
		{"pause", func() error { return client.Pause(ctx, "a", "x") }, "a paused"},
		{"pause again", func() error { return client.Pause(ctx, "a", "y") }, ""},
		{"resume", func() error { return client.Resume(ctx, "a") }, "a pending"},
		{"resume again", func() error { return client.Resume(ctx, "a") }, ""},
		{"pause under way", func() error { claim(); return client.Pause(ctx, "a", "x") }, "a paused"},
		{"resume under way", func() error { return client.Resume(ctx, "a") }, "a running"},
		{"cancel under way", func() error { _, err := client.Cancel(ctx, "a", "x"); return err }, ""},
		{"terminate what is cancelled", func() error { return client.Terminate(ctx, "a", "x") }, "a cancelled"},
		{"start", func() error { begin(t, client, steps, "b", 1); return nil }, "b pending"},
		{"start a child", func() error {
			begin(t, client, steps, "c", 1, durable.WithParent("b", durable.CancelOnClose))
			return nil
		}, "c pending"},
		{"terminate with a child", func() error { return client.Terminate(ctx, "b", "x") }, "c cancelled, b failed"},
		{"retry", func() error { _, err := client.Retry(ctx, "b"); return err }, "b.retry-1 pending"},
		{"retry again", func() error { _, err := client.Retry(ctx, "b"); return err }, ""},
		{"fork", func() error { _, err := client.Fork(ctx, "a", "0", durable.WithID("f")); return err }, "f pending"},
		{"fork again", func() error { _, err := client.Fork(ctx, "a", "0", durable.WithID("f")); return err }, ""},
		{"cancel", func() error { _, err := client.Cancel(ctx, "f", "x"); return err }, "f cancelled"},
		{"export", func() error { text = export("f"); return nil }, ""},
		{"import what is there", func() error { _, err := client.Import(ctx, text); return err }, ""},
		{"delete", func() error { return client.Delete(ctx, "f") }, ""},
		{"import", func() error { _, err := client.Import(ctx, text); return err }, "f run imported cancelled"},
		{"import again", func() error { _, err := client.Import(ctx, text); return err }, ""},
	} {
		require.NoError(t, c.do(), c.does)
		require.Equal(t, c.want, l.told(), c.does)
	}
}

func TestWhatIsMadeOfAnotherRunIsToldOfAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, l := memory.New(), &listener{}
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(compensating)})
		begin(t, rt, compensating, "r", "receive", durable.WithLabels(map[string]string{"k": "v"}))
		time.Sleep(time.Minute) // synctest
		client := durable.NewClient(st, durable.Observe(l))
		id, err := client.Fork(t.Context(), "r", "1", durable.WithDelay(time.Hour))
		require.NoError(t, err)
		changes := heardOf[*fact.Changed](l)
		require.Len(t, changes, 1)
		require.Equal(t, store.Pending, changes[0].Status, "it begins later")
		require.WithinDuration(t, time.Now().Add(time.Hour), changes[0].Due, time.Second)
		require.Equal(t, fact.Run{
			ID: id, Flow: "compensating", Labels: map[string]string{"k": "v", durable.LabelForkOf: "r"},
		}, changes[0].Run)
	})
}

func TestWhatOperatorsDoToRunsUnderWayIsToldAsTheStoreHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, theirs, ours := newChronicle(memory.New()), &listener{}, &listener{}
		open(t, held, &crew{}, durable.Config{
			Flows: durable.Flows(compensating), UnloadAfter: time.Second, Observe: []combinators.Sink{theirs},
		})
		client := durable.NewClient(held, durable.Observe(ours))
		for i, unloaded := range []bool{false, true} {
			id := runID(i)
			h := begin(t, client, compensating, id, "receive")
			settle := func() {
				synctest.Wait()
				if unloaded {
					time.Sleep(time.Minute) // synctest
				}
			}
			settle()
			require.NoError(t, h.Pause(t.Context(), "an incident"))
			settle()
			require.NoError(t, h.Resume(t.Context()))
			settle()
			require.NoError(t, h.Pause(t.Context(), "another"))
			require.NoError(t, h.Resume(t.Context()))
			settle()
			require.NoError(t, h.Terminate(t.Context(), "enough"))
			synctest.Wait()
			want := slices.Compact(statuses(held.of(id)[1:]))
			told := [][]string{statuses(theirs.changes(id)), statuses(ours.changes(id))}
			for _, told := range told { // which of the two tells first nobody knows
				requireInOrder(t, want, told)
			}
			require.ElementsMatch(t, want, slices.Concat(told...))
		}
		require.Empty(t, heardOf[*fact.LeaseLost](theirs), "it was not lost, but ended")
	})
}

// statuses are those of lines.
func statuses(lines []string) (all []string) {
	for _, l := range lines {
		status, _, _ := strings.Cut(l, " ")
		all = append(all, status)
	}
	return all
}
