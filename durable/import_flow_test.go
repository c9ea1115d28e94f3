package durable_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// keyed is an action that returns the key of its step.
type keyed struct{ actions.Returns[string] }

var keyedHandler = executor.On(func(ctx context.Context, _ keyed) (string, error) {
	return executor.StepFrom(ctx).Key()
})

// journey receives three events and sleeps between the second and the third.
var journey = durable.Define("journey", func(y actions.Yield, _ string) (string, error) {
	var got []string
	for i := range 3 {
		if i == 2 {
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return "", err
			}
		}
		e, err := orchestrate.Do(y, actions.Receive[string]{Name: "e"})
		if err != nil {
			return "", err
		}
		id, err := orchestrate.Do(y, actions.NewID{})
		if err != nil {
			return "", err
		}
		if err := orchestrate.Tell(y, note{Text: e + " " + id}); err != nil {
			return "", err
		}
		key, err := orchestrate.Do(y, keyed{})
		if err != nil {
			return "", err
		}
		got = append(got, e+" at "+key)
	}
	return strings.Join(got, ", "), nil
})

// move exports a run from one store and imports it into another.
func move(t *testing.T, from, to *durable.Client, id string) []byte {
	t.Helper()
	text, err := from.Export(t.Context(), id)
	require.NoError(t, err)
	got, err := to.Import(t.Context(), text)
	require.NoError(t, err)
	require.Equal(t, id, got)
	return text
}

func TestARunGoesOnInAnotherStore(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
		began := time.Now()
		launch(t, h, journey, "", durable.WithID("a"), durable.WithLabels(map[string]string{"k": "v"}))
		for i := range 2 {
			require.NoError(t, h.Send(t.Context(), "a", "e", strconv.Itoa(i)))
		}
		require.NoError(t, h.Send(t.Context(), "a", "other", "x", durable.DedupKey("once")))
		synctestSleep(time.Minute)
		h.close(t)
		old := h.store
		h.store = memory.New()
		move(t, durable.NewClient(old), durable.NewClient(h.store), "a")
		h.open(t)
		require.NoError(t, h.Send(t.Context(), "a", "other", "x", durable.DedupKey("once")))
		require.NoError(t, h.Send(t.Context(), "a", "e", "new"))
		out := result(t, durable.Attach[string](h, "a"))
		require.Equal(t, time.Hour, since(began), "its timer has its first deadline")
		require.Equal(t, "0 at a/3/durable_test.keyed, 1 at a/7/durable_test.keyed, new at a/12/durable_test.keyed", out)
		require.Len(t, h.written(), 3, "nothing was done twice")
		row := rowOf(t, h.store, "a")
		require.Equal(t, map[string]string{"k": "v"}, row.Labels)
		left, err := h.store.Load(t.Context(), "a", store.Mark{})
		require.NoError(t, err)
		require.Len(t, left.Messages, 1, "its event with a key came once")
	}, keyedHandler)
}

// inEachStatus is a shop with a run in each status, of which the ID is the status.
func inEachStatus(t *testing.T) shop {
	t.Helper()
	s := newShop()
	for status := store.Pending; status <= store.Paused; status++ {
		if status != store.Pending {
			s.start(t, status.String())
			s.stand(t, status.String(), status)
		}
	}
	s.start(t, "pending")
	s.start(t, "later", durable.WithDelay(time.Hour))
	require.NoError(t, s.Pause(t.Context(), "later", "not yet"))
	require.NoError(t, s.Send(t.Context(), "waiting", "e", 1))
	return s
}

func TestRunsAreImportedAsTheyWere(t *testing.T) {
	t.Parallel()
	s, to := inEachStatus(t), newShop()
	var file bytes.Buffer
	n, err := s.ExportAll(t.Context(), &file, durable.Filter{})
	require.NoError(t, err)
	require.Equal(t, 9, n)
	require.Equal(t, 9, bytes.Count(file.Bytes(), []byte("\n")), "one on each line")
	for range 2 { // the second time it is all there
		n, err = to.ImportAll(t.Context(), bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
		require.Equal(t, 9, n)
	}
	require.Equal(t, s.list(t, durable.Filter{}), to.list(t, durable.Filter{}), "in the same order")
	for _, id := range s.list(t, durable.Filter{}) {
		was, is := s.row(t, id), to.row(t, id)
		switch id {
		case "running":
			require.Equal(t, store.Waiting, is.Status)
			require.NotZero(t, is.Due, "as after a crash")
			is.Status, is.Due = was.Status, was.Due
		case "waiting":
			require.NotZero(t, is.Due, "it has a message")
			is.Due = was.Due
		}
		if !was.Started.IsZero() {
			require.Positive(t, is.Epoch, "an earlier life may have done something")
		}
		is.Lease, is.Settled = was.Lease, was.Settled
		require.Equal(t, was, is)
	}
	require.NoError(t, to.Resume(t.Context(), "later"))
	require.Equal(t, store.Pending, to.row(t, "later").Status)
	require.Equal(t, s.row(t, "later").Created.Add(time.Hour), to.row(t, "later").Due)
}

func TestAnImportThatIsNotTheSameConflicts(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
		run := launch(t, h, journey, "", durable.WithID("a"))
		require.NoError(t, run.Pause(t.Context(), ""))
		early, err := h.Export(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, run.Resume(t.Context()))
		require.NoError(t, h.Send(t.Context(), "a", "e", "1"))
		synctestSleep(time.Minute)
		late, err := h.Export(t.Context(), "a")
		require.NoError(t, err)

		_, err = h.Import(t.Context(), early)
		require.NoError(t, err, "the run has come further meanwhile")
		_, err = h.Import(t.Context(), late)
		require.NoError(t, err)

		other := durable.NewClient(memory.New())
		_, err = other.Import(t.Context(), early)
		require.NoError(t, err)
		_, err = other.Import(t.Context(), late)
		require.ErrorIs(t, err, durable.ErrConflict)
		require.ErrorContains(t, err, `import run "a": there is another run with this ID: it is the same, but its record`)

		another := durable.NewClient(memory.New())
		_, err = journey.Start(t.Context(), another, "", durable.WithID("a"))
		require.NoError(t, err)
		_, err = another.Import(t.Context(), early)
		require.ErrorIs(t, err, durable.ErrConflict)

		text := string(bytes.ReplaceAll(early, []byte("\n"), nil))
		two := text + "\n" + strings.ReplaceAll(text, `"id": "a"`, `"id": "b"`)
		n, err := another.ImportAll(t.Context(), strings.NewReader(two))
		require.Equal(t, 1, n, "those that do not conflict")
		require.ErrorIs(t, err, durable.ErrConflict)
		require.ErrorContains(t, err, "history 1: ")
	}, keyedHandler)
}

// breaking is a store that breaks once, at the n-th of its changes, before or after it was made.
func breaking(st store.Store, n int, after bool) store.Store {
	return storetest.NewFaulty(st, func(c storetest.Call) (f storetest.Fault) {
		switch c.Method {
		case "Create", "Commit", "Send":
			n--
		default:
			return f
		}
		switch {
		case n != 0:
		case after:
			f.After = errBroken
		default:
			f.Before = errBroken
		}
		return f
	})
}

// lengthy is a run with thousands of records and messages.
func lengthy(t *testing.T) []byte {
	t.Helper()
	s := newShop()
	s.start(t, "long")
	s.claim(t)
	records := make([]store.Record, 2500)
	for i := range records {
		records[i] = store.Record{
			N: int64(i), Epoch: 1, Kind: store.Step, Path: strconv.Itoa(i), Name: "work", Number: int64(i % 7),
			Result: store.Payload{Codec: "json", Data: fmt.Append(nil, i)}, Started: time.Now(), Finished: time.Now(),
		}
	}
	s.commit(t, store.Write{Run: "long", Epoch: 1, Records: records})
	for i := range 700 {
		require.NoError(t, s.Send(t.Context(), "long", "e", i))
	}
	s.end(t, "long", func(st *store.State) { st.Status, st.Due = store.Waiting, time.Time{} })
	text, err := s.Export(t.Context(), "long")
	require.NoError(t, err)
	return text
}

func TestAnImportThatEndedInBetweenIsCompletedByAnother(t *testing.T) {
	t.Parallel()
	text := lengthy(t)
	whole := newShop()
	_, err := whole.Import(t.Context(), text)
	require.NoError(t, err)
	want, err := whole.Export(t.Context(), "long")
	require.NoError(t, err)
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			st := memory.New()
			c := durable.NewClient(breaking(st, at, after))
			_, err := c.Import(t.Context(), text)
			if err == nil {
				require.Equal(t, 7, at, "that is how many transactions it takes, and one")
				break
			}
			require.ErrorIs(t, err, errBroken)
			if row, ok := begunIn(t, st, "long"); ok {
				require.Equal(t, store.Paused, row.Status)
				require.Zero(t, row.Due, "nobody carries it out")
				require.ErrorContains(t, c.Resume(t.Context(), "long"), "its import has not been completed")
				require.ErrorContains(t, c.Pause(t.Context(), "long", ""), "its import has not been completed")
				_, err = c.Export(t.Context(), "long")
				require.ErrorContains(t, err, "its import has not been completed")
				_, err = c.Import(t.Context(), bytes.Replace(text, []byte(`"long"`), []byte(`"long"`+" "), 1))
				require.NoError(t, err, "what it says counts, not how")
			}
			_, err = c.Import(t.Context(), text)
			require.NoError(t, err)
			got, err := c.Export(t.Context(), "long")
			require.NoError(t, err)
			require.Equal(t, withoutDue(want), withoutDue(got))
		}
	}
}

// begunIn is a run whose import was begun and not completed.
func begunIn(t *testing.T, st store.Store, id string) (row store.Run, ok bool) {
	t.Helper()
	runs, err := st.List(t.Context(), store.Query{IDs: []string{id}, Statuses: []store.Status{store.Paused}})
	require.NoError(t, err)
	if len(runs) == 0 {
		return row, false
	}
	return runs[0], true
}

// withoutDue is a history without the line of when it is due, which differs.
func withoutDue(text []byte) string {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), `"due"`) {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

func TestAnImportThatWasBegunIsNoOtherOne(t *testing.T) {
	t.Parallel()
	text := lengthy(t)
	c := durable.NewClient(breaking(memory.New(), 2, false))
	_, err := c.Import(t.Context(), text)
	require.ErrorIs(t, err, errBroken)
	other := bytes.Replace(text, []byte(`"retention"`), []byte(`"reason": "another","retention"`), 1)
	_, err = c.Import(t.Context(), other)
	require.ErrorIs(t, err, durable.ErrConflict)
	require.ErrorContains(t, err, "another history of it was begun to be imported")
	require.NoError(t, c.Terminate(t.Context(), "long", "it is not wanted"))
	require.NoError(t, c.Delete(t.Context(), "long"))
	_, err = c.Import(t.Context(), text)
	require.NoError(t, err)
}

func TestManyImportTheSameRunAtOnce(t *testing.T) {
	t.Parallel()
	text, st := lengthy(t), memory.New()
	errs := make(chan error)
	for range 8 {
		go func() {
			_, err := durable.NewClient(st).Import(context.Background(), text)
			errs <- err
		}()
	}
	for range 8 {
		require.NoError(t, <-errs)
	}
	h, err := st.Load(t.Context(), "long", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Records, 2500)
	require.Len(t, h.Messages, 700)
	require.EqualValues(t, 1, h.Run.Epoch)
}
