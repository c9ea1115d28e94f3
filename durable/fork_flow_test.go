package durable_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestAForkGoesItsOwnWayUnderKeysOfItsOwn(t *testing.T) {
	t.Parallel()
	var e effects
	inHouse(t, durable.Flows(pay), func(t *testing.T, h *house) {
		require.Equal(t, "ship", result(t, launch(t, h, pay, "", durable.WithID("a"))))
		first := e.took()

		id, err := h.Fork(t.Context(), "a", "3", durable.WithID("late"))
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, pay.Attach(h, id)))
		require.Equal(t, []string{"late/3 ship"}, e.took(), "the identifier in the step before fits")

		id, err = h.Fork(t.Context(), "late", "2", durable.WithID("early"))
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, pay.Attach(h, id)))
		took := e.took()
		require.Len(t, took, 2)
		require.NotEqual(t, strings.TrimPrefix(first[1], "a/"), strings.TrimPrefix(took[0], "early/"),
			"what is done anew has an identifier of its own")

		id, err = h.Fork(t.Context(), "early", "3", durable.WithID("again"))
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, pay.Attach(h, id)), "also where it was derived by a fork of a fork")
		require.Equal(t, []string{"again/3 ship"}, e.took())

		id, err = h.Fork(t.Context(), "a", "0")
		require.NoError(t, err)
		require.Equal(t, "ship", result(t, pay.Attach(h, id)))
		require.Len(t, e.took(), 3, "all of it")
	}, e.handler())
}

func TestABlockedRunIsForkedBeforeTheStepThatChanged(t *testing.T) {
	t.Parallel()
	var version atomic.Int64
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		if err := orchestrate.Tell(y, note{Text: "pick"}); err != nil {
			return "", err
		}
		v, err := orchestrate.Do(y, actions.Version{Change: "pack", Min: 1, Max: int(version.Load())})
		if err != nil {
			return "", err
		}
		if version.Load() == 3 {
			return fmt.Sprint("version ", v), orchestrate.Tell(y, note{Text: "wrap"})
		}
		if err := orchestrate.Tell(y, note{Text: "pack"}); err != nil {
			return "", err
		}
		return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		version.Store(1)
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctest.Wait()
		version.Store(3)
		synctestSleep(2 * time.Hour)
		require.Equal(t, durable.Blocked, h.status(t, "a"))
		_, err := run.Result(t.Context())
		require.ErrorContains(t, err, "step 1: ")
		require.ErrorContains(t, err, "fork the run before this step with Client.Fork")
		id, err := h.Fork(t.Context(), "a", "1")
		require.NoError(t, err)
		require.Equal(t, "version 3", result(t, flow.Attach(h, id)), "it is asked anew")
		require.Equal(t, []string{"pick", "pack", "wrap"}, h.written())
		require.Equal(t, durable.Blocked, h.status(t, "a"))
		m, err := flow.Attach(h, id).Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]string{durable.LabelForkOf: "a"}, m.Labels)
	})
}

// travel has run "a" make the journey, with the three events that it receives, and returns what comes of it.
func travel(t *testing.T, h *house) string {
	t.Helper()
	launch(t, h, journey, "", durable.WithID("a"))
	for _, e := range []string{"1", "2", "3"} {
		require.NoError(t, h.Send(t.Context(), "a", "e", e))
	}
	return result(t, journey.Attach(h, "a"))
}

func TestAForkHasTheEventsThatTheOtherRunReceivedLater(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
		travel(t, h)
		began := time.Now()
		id, err := h.Fork(t.Context(), "a", "4", durable.WithID("b"), durable.WithDelay(time.Hour))
		require.NoError(t, err)
		require.Equal(t, "1 at a/3/durable_test.keyed, 2 at b/7/durable_test.keyed, 3 at b/12/durable_test.keyed",
			result(t, journey.Attach(h, id)))
		require.Equal(t, 2*time.Hour, since(began), "after the delay, it slept again")
	}, keyedHandler)
}

func TestAForkHasAnotherInput(t *testing.T) {
	t.Parallel()
	flow := durable.Define("f", func(y actions.Yield, name string) (string, error) {
		if err := orchestrate.Tell(y, note{Text: "hello"}); err != nil {
			return "", err
		}
		return name, orchestrate.Tell(y, note{Text: name})
	}, durable.Version("2"))
	inHouse(t, durable.Flows(flow, dayAndNight), func(t *testing.T, h *house) {
		result(t, launch(t, h, flow, "Ada", durable.WithID("a")))
		for range 2 {
			fork, err := flow.Fork(t.Context(), h, "a", "1", "Bob", durable.WithID("b"))
			require.NoError(t, err)
			require.Equal(t, "Bob", result(t, fork))
		}
		require.Equal(t, []string{"hello", "Ada", "Bob"}, h.written())
		_, err := flow.Fork(t.Context(), h, "a", "1", "Eve", durable.WithID("b"))
		require.ErrorIs(t, err, durable.ErrConflict)
		_, err = h.Fork(t.Context(), "a", "0", durable.WithID("b"))
		require.ErrorIs(t, err, durable.ErrConflict)
		_, err = dayAndNight.Fork(t.Context(), h, "a", "1", 0)
		require.ErrorIs(t, err, durable.ErrBadOption)
		require.ErrorContains(t, err, `fork run "a" at step "1": bad option: it is a run of flow "f"`)
		for at, want := range map[string]string{
			"": `"" is not the path of a step`, "x": `"x" is not`, "-1": `"-1" is not`, "0.1": `"0.1" is not`,
			"0.0.0": "step 0 is no group, but durable_test.note", strings.Repeat("0.0.", 80) + "0": "it is too long",
		} {
			_, err = h.Fork(t.Context(), "a", at)
			require.ErrorContains(t, err, want)
		}
		_, err = h.Fork(t.Context(), "nobody", "0")
		require.ErrorIs(t, err, durable.ErrNotFound)
		_, err = h.Fork(done(t), "a", "0")
		require.Error(t, err)
	})
}

func TestAForkThatEndedInBetweenIsCompletedByAnother(t *testing.T) {
	t.Parallel()
	var e effects
	inHouse(t, durable.Flows(pay), func(t *testing.T, h *house) {
		result(t, launch(t, h, pay, "", durable.WithID("a")))
		for _, after := range []bool{false, true} {
			for n := 1; n <= 2; n++ {
				id := fmt.Sprintf("fork-%d-%t", n, after)
				_, err := durable.NewClient(breaking(h.store, n, after)).Fork(t.Context(), "a", "3", durable.WithID(id))
				require.ErrorIs(t, err, errBroken)
				synctestSleep(time.Minute)
				_, err = h.Fork(t.Context(), "a", "3", durable.WithID(id))
				require.NoError(t, err)
				require.Equal(t, "ship", result(t, pay.Attach(h, id)))
			}
		}
		require.Len(t, e.took(), 3+4)
	}, e.handler())
}

// Wherever a workflow is forked, the fork fits the records that it has kept; and if its result does not depend on time,
// it comes to the same. The same goes for a retry of one that has failed.
func TestAWorkflowCanBeForkedAndRetriedAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		kinds := timeless
		if rapid.Bool().Draw(r, "any kind") {
			kinds = nested
		}
		s := scenes(r, kinds)
		where := rapid.IntRange(0, 1000).Draw(r, "where")
		depth := rapid.IntRange(1, 3).Draw(r, "how often")
		after := rapid.SampledFrom([]time.Duration{1, time.Second, never}).Draw(r, "unload after")
		inBubble(t, func(t *testing.T) string {
			t.Helper()
			w, st := newTheatre(), memory.New()
			flow := durable.Define("play", w.played)
			rt := openWith(t, st, executor.NewMux(executor.On(w.act)), durable.Config{
				Flows: durable.Flows(flow), UnloadAfter: after,
			})
			defer closeNow(t, rt)
			id := "r"
			h := begin(t, rt, flow, id, s)
			send(s, func(e string) { sendSurely(t, rt.Client, e) })
			_, _ = h.Result(t.Context())
			want := w.result
			for n := range depth {
				at := "0"
				if steps, err := rt.Steps(t.Context(), id); len(steps) > 0 {
					require.NoError(t, err)
					at = steps[(where+n)%len(steps)].Path
				}
				fork, err := rt.Fork(t.Context(), id, at, durable.WithID(fmt.Sprint("fork-", n)))
				require.NoError(t, err)
				for _, e := range s.events() {
					if len(kinds) == len(nested) { // it may come by others than before
						_ = rt.Send(t.Context(), fork, strconv.Itoa(e), fmt.Sprint("event ", e))
					}
				}
				endsWell(t, rt, fork)
				if len(kinds) == len(timeless) {
					require.Equal(t, want, w.result, "forked at %s", at)
				}
				id = fork
			}
			if retry, err := rt.Retry(t.Context(), "r"); err == nil {
				for _, e := range s.events() {
					_ = rt.Send(t.Context(), retry, strconv.Itoa(e), fmt.Sprint("event ", e))
				}
				endsWell(t, rt, retry)
				if len(kinds) == len(timeless) {
					require.Equal(t, want, w.result, "retried")
				}
			} else {
				require.ErrorIs(t, err, durable.ErrNotFailed)
			}
			return ""
		})
	})
}

// endsWell waits for the end of a run, which is not blocked.
func endsWell(t *testing.T, rt *durable.Runtime, id string) {
	t.Helper()
	_, err := durable.Attach[string](rt, id).Result(t.Context())
	var blocked *durable.BlockedError
	require.NotErrorAs(t, err, &blocked)
}

func TestTheClockOfAForkIsThatOfTheForkAndStaysSo(t *testing.T) {
	t.Parallel()
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		var seen []string
		for range 3 {
			now, err := orchestrate.Do(y, actions.Now{})
			if err != nil {
				return "", err
			}
			seen = append(seen, now.Format(time.RFC3339))
			if err := orchestrate.Tell(y, note{Text: now.Format(time.RFC3339)}); err != nil {
				return "", err
			}
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return "", err
			}
		}
		return strings.Join(seen, " "), nil
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		began := time.Now().UTC()
		at := func(d time.Duration) string { return began.Add(d).Format(time.RFC3339) }
		result(t, launch(t, h, flow, "", durable.WithID("a")))
		synctestSleep(21 * time.Hour)
		id, err := h.Fork(t.Context(), "a", "4", durable.WithID("b"))
		require.NoError(t, err)
		require.Equal(t, strings.Join([]string{at(0), at(24 * time.Hour), at(25 * time.Hour)}, " "),
			result(t, flow.Attach(h, id)), "the second is asked for behind all that was kept")
		require.Len(t, h.written(), 5)
	})
}

func TestAForkThatIsDelayedBeginsAtItsTime(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(t *testing.T, h *house, id string){
		"by an event": func(t *testing.T, h *house, id string) {
			t.Helper()
			require.NoError(t, h.Send(t.Context(), id, "other", ""))
		},
		"by a pause": func(t *testing.T, h *house, id string) {
			t.Helper()
			require.NoError(t, h.Pause(t.Context(), id, ""))
			synctestSleep(time.Minute)
			require.NoError(t, h.Resume(t.Context(), id))
			require.NoError(t, h.Send(t.Context(), id, "other", ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
				travel(t, h)
				id, err := h.Fork(t.Context(), "a", "4", durable.WithDelay(10*time.Hour))
				require.NoError(t, err)
				began := time.Now()
				disturb(t, h, id)
				synctestSleep(time.Hour)
				require.Equal(t, durable.Pending, h.status(t, id))
				require.Len(t, h.written(), 3, "nothing new")
				result(t, journey.Attach(h, id))
				require.Equal(t, 11*time.Hour, since(began), "an hour of them is that of the flow")
			}, keyedHandler)
		})
	}
}

func TestAForkIsRefusedToWhoeverCannotReadWhatTheRunReceived(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(journey), func(t *testing.T, h *house) {
		h.close(t)
		h.config.Codec = sealed{"mine", new(atomic.Int64)}
		h.open(t)
		want := travel(t, h)
		_, err := durable.NewClient(h.store).Fork(t.Context(), "a", "4", durable.WithID("b"))
		var unknown *codec.UnknownCodecError
		require.ErrorAs(t, err, &unknown)
		require.ErrorContains(t, err, `fork run "a" at step "4": what step 4 has received: codec "sealed" is not known`)
		_, err = journey.Attach(h, "b").Status(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)

		id, err := h.Fork(t.Context(), "a", "0", durable.WithID("a2"))
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(want, "a/", "a2/"), result(t, journey.Attach(h, id)))
	}, keyedHandler)
}

func TestAForkIsTheSameWhateverTheEncodingOfItsInput(t *testing.T) {
	t.Parallel()
	flow := durable.Define("f", func(_ actions.Yield, name string) (string, error) { return "hello " + name, nil })
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		h.close(t)
		h.config.Codec = sealed{"mine", new(atomic.Int64)} // no two encodings are the same
		h.open(t)
		result(t, launch(t, h, flow, "Ada", durable.WithID("a")))
		for range 2 {
			fork, err := flow.Fork(t.Context(), h, "a", "0", "Grace", durable.WithID("b"))
			require.NoError(t, err)
			require.Equal(t, "hello Grace", result(t, fork))
		}
		_, err := flow.Fork(t.Context(), h, "a", "0", "Joan", durable.WithID("b"))
		require.ErrorIs(t, err, durable.ErrConflict)

		breaks := durable.NewClient(breaking(h.store, 2, false), durable.Codec(h.config.Codec))
		_, err = flow.Fork(t.Context(), breaks, "a", "0", "Grace", durable.WithID("c"))
		require.ErrorIs(t, err, errBroken)
		_, err = flow.Fork(t.Context(), h, "a", "0", "Joan", durable.WithID("c"))
		require.ErrorIs(t, err, durable.ErrConflict, "also while it is not complete")
		fork, err := flow.Fork(t.Context(), h, "a", "0", "Grace", durable.WithID("c"))
		require.NoError(t, err)
		require.Equal(t, "hello Grace", result(t, fork))
	})
}
