package durable_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/orchestrate"
)

// tally adds up the numbers that it is sent, two in each generation.
type tally struct{ Total, Left int }

var endless = durable.Define("endless", func(y actions.Yield, in tally) (int, error) {
	for range 2 {
		if in.Left == 0 {
			return in.Total, nil
		}
		n, err := orchestrate.Do(y, actions.Receive[int]{Name: "number"})
		if err != nil {
			return 0, err
		}
		in.Total += n
		in.Left--
	}
	return 0, durable.ContinueAsNew(in)
})

func TestARunContinuesAsNewWithItsEventsAndItsWaiters(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(endless), func(t *testing.T, h *house) {
		run := launch(t, h, endless, tally{0, 7}, durable.WithID("a"))
		done := make(chan int)
		go func() {
			out, err := run.Result(context.WithoutCancel(t.Context()))
			if err != nil {
				out = -1
			}
			done <- out
		}()
		for i := range 3 {
			require.NoError(t, h.Send(t.Context(), "a", "number", 1+i))
		}
		synctestSleep(time.Hour)
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 1, m.Generation)
		steps, err := run.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 1, "the log begins anew")

		again := launch(t, h, endless, tally{0, 7}, durable.WithID("a"))
		require.False(t, again.New(), "starting it is idempotent as before")
		for i := range 4 { // more than one generation takes
			require.NoError(t, h.Send(t.Context(), "a", "number", 4+i))
		}
		require.Equal(t, 28, <-done)
		require.Equal(t, 28, result(t, run))
		m, err = run.Metadata(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, m.Generation)
	})
}

func TestARunContinuesWithAnInputOfItsOwnType(t *testing.T) {
	t.Parallel()
	wrong := durable.Define("wrong", func(actions.Yield, int) (int, error) {
		return 0, durable.ContinueAsNew("seven")
	})
	inHouse(t, durable.Flows(wrong), func(t *testing.T, h *house) {
		_, err := launch(t, h, wrong, 1).Result(t.Context())
		require.ErrorContains(t, err, `flow "wrong" continues as new with an input of type string, not int`)
	})
}

func TestAnInputToContinueWithThatCannotBeKeptFailsTheRun(t *testing.T) {
	t.Parallel()
	type cargo struct {
		Text string
		Odd  any
	}
	var next cargo
	grows := durable.Define("grows", func(_ actions.Yield, in cargo) (string, error) {
		if in.Text == "" {
			return "", durable.ContinueAsNew(next)
		}
		return in.Text, nil
	})
	inHouse(t, durable.Flows(grows), func(t *testing.T, h *house) {
		h.close(t)
		h.config.MaxPayload = 100
		h.open(t)
		next = cargo{Text: "a little"}
		require.Equal(t, "a little", result(t, launch(t, h, grows, cargo{})))
		next = cargo{Text: strings.Repeat("x", 100)}
		_, err := launch(t, h, grows, cargo{}).Result(t.Context())
		require.ErrorIs(t, err, durable.ErrTooLarge)
		require.ErrorContains(t, err, "the input is too large: ")
		next = cargo{Odd: func() {}}
		_, err = launch(t, h, grows, cargo{}).Result(t.Context())
		var bad *codec.EncodeError
		require.ErrorAs(t, err, &bad)
		require.ErrorContains(t, err, "the input: ")
	})
}

func TestACancelledRunDoesNotContinue(t *testing.T) {
	t.Parallel()
	again := durable.Define("again", func(y actions.Yield, n int) (int, error) {
		_ = orchestrate.Tell(y, toil{Name: "on"})
		return 0, durable.ContinueAsNew(n + 1)
	})
	inHouse(t, durable.Flows(again), func(t *testing.T, h *house) {
		run := launch(t, h, again, 0, durable.WithID("a"))
		synctest.Wait()
		_, err := run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		_, err = run.Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: enough`)
	})
}

func TestEveryGenerationHasChildrenOfItsOwn(t *testing.T) {
	t.Parallel()
	nursery := durable.Define("nursery", func(y actions.Yield, n int) (int, error) {
		id, err := twice.StartChild(y, n)
		if err != nil {
			return 0, err
		}
		out, err := twice.Await(y, id)
		if err != nil || n == 3 {
			return out, err
		}
		return 0, durable.ContinueAsNew(n + 1)
	})
	inHouse(t, durable.Flows(nursery, twice), func(t *testing.T, h *house) {
		run := launch(t, h, nursery, 1, durable.WithID("p"))
		require.Equal(t, 6, result(t, run))
		children := childrenOf(t, h, "p")
		require.Len(t, children, 3)
		require.Regexp(t, "^p:0-[0-9a-f]{8}$", children[0])
		require.Regexp(t, "^p:0@1-[0-9a-f]{8}$", children[1])
		require.Regexp(t, "^p:0@2-[0-9a-f]{8}$", children[2])
	})
}
