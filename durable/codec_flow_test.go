package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// gather receives texts until it has three, with an event of which the codec may change from one to the next.
var gather = durable.Define("gather", func(y actions.Yield, first string) (string, error) {
	all := first
	for range 3 {
		s, err := orchestrate.Do(y, actions.Receive[string]{Name: "text"})
		if err != nil {
			return "", err
		}
		all += " " + s
		if err := orchestrate.Tell(y, note{Text: all}); err != nil {
			return "", err
		}
	}
	return all, nil
})

func TestTheCodecMayChangeWhileARunIsUnderWay(t *testing.T) {
	t.Parallel()
	mine := sealed{"mine", new(atomic.Int64)}
	inHouse(t, durable.Flows(gather), func(t *testing.T, h *house) {
		launch(t, h, gather, "began", durable.WithID("a"))
		for _, c := range []codec.Codec{codec.JSON(), codec.Gob(), mine} {
			h.close(t)
			h.config.Codec, h.config.ReadCodecs = c, []codec.Codec{mine}
			if c.Name() == mine.Name() {
				h.config.ReadCodecs = nil
			}
			h.open(t)
			require.NoError(t, h.Send(t.Context(), "a", "text", c.Name()))
			synctestSleep(time.Minute)
		}
		run := durable.Attach[string](h, "a")
		require.Equal(t, "began json gob sealed", result(t, run))
		require.Equal(t, []string{"began json", "began json gob", "began json gob sealed"}, h.written())

		plain := durable.Attach[string](durable.NewClient(h.store), "a")
		_, err := plain.Result(t.Context())
		var unknown *codec.UnknownCodecError
		require.ErrorAs(t, err, &unknown, "whoever has not the key cannot read what was sealed")
		require.Equal(t, "sealed", unknown.Name)
		steps, err := plain.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 6)
		require.JSONEq(t, `"json"`, string(steps[0].Result))
		require.Nil(t, steps[2].Result, "it was gob")
		require.Nil(t, steps[4].Result)
		require.Equal(t, "4", steps[4].Path)
	})
}

func TestAResultThatIsTooMuchForTheStoreFailsTheRun(t *testing.T) {
	t.Parallel()
	channel := durable.Define("channel", func(actions.Yield, int) (chan int, error) { return make(chan int), nil })
	huge := durable.Define("huge", func(actions.Yield, int) (string, error) { return strings.Repeat("x", 101), nil })
	inHouse(t, durable.Flows(channel, huge), func(t *testing.T, h *house) {
		h.close(t)
		h.config.MaxPayload = 100
		h.open(t)
		_, err := launch(t, h, channel, 1).Result(t.Context())
		var failed *durable.RunError
		require.ErrorAs(t, err, &failed)
		require.Contains(t, failed.Message, "the result: ")
		var bad *codec.EncodeError
		require.ErrorAs(t, err, &bad)
		_, err = launch(t, h, huge, 1).Result(t.Context())
		require.ErrorIs(t, err, durable.ErrTooLarge)
		require.ErrorContains(t, err, "the result is too large: 103 bytes of at most 100")
	})
}

func TestAResultOfAStepThatIsTooMuchForTheStoreIsItsError(t *testing.T) {
	t.Parallel()
	careful := durable.Define("careful", func(y actions.Yield, _ int) (string, error) {
		_, err := orchestrate.Do(y, fetch{})
		if !errors.Is(err, durable.ErrTooLarge) {
			return "", errors.New("it was kept")
		}
		if _, err := orchestrate.Do(y, actions.Receive[int]{Name: "go on"}); err != nil {
			return "", err
		}
		return "", err
	})
	fetched := 0
	inHouse(t, durable.Flows(careful), func(t *testing.T, h *house) {
		h.close(t)
		h.config.MaxPayload = 100
		h.open(t)
		run := launch(t, h, careful, 1, durable.WithID("a"))
		synctestSleep(time.Minute)
		require.NoError(t, h.Send(t.Context(), "a", "go on", 1)) // it is told the same in the next life
		_, err := run.Result(t.Context())
		require.ErrorIs(t, err, durable.ErrTooLarge)
		var large *journal.TooLargeError
		require.ErrorAs(t, err, &large)
		require.Equal(t, &journal.TooLargeError{Action: "durable_test.fetch", Size: 102, Limit: 100}, large)
		require.Equal(t, 1, fetched)
	}, executor.On(func(context.Context, fetch) (string, error) {
		fetched++
		return strings.Repeat("x", 100), nil
	}))
}

// fetch is an action with a large result.
type fetch struct{ actions.Returns[string] }

func TestWhyARunIsBlockedShowsNothingThatACodecHides(t *testing.T) {
	t.Parallel()
	var secret atomic.Value
	mine := sealed{"mine", new(atomic.Int64)}
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		if err := orchestrate.Tell(y, note{Text: secret.Load().(string)}); err != nil {
			return "", err
		}
		return "", orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	})
	for _, c := range []struct {
		was, is codec.Codec
		want    string
	}{
		{codec.JSON(), codec.JSON(), `the journal has durable_test.note{"Text":"4111"}, the code yielded ` +
			`durable_test.note{"Text":"4222"} (Text: recorded "4111", got "4222"): run`},
		{codec.Gob(), codec.Gob(), `(Text: recorded "4111", got "4222")`},
		{
			mine, mine,
			`the journal has durable_test.note, the code yielded durable_test.note (Text differs): run`,
		},
		{
			codec.JSON(), mine,
			`the journal has durable_test.note{"Text":"4111"}, the code yielded durable_test.note (Text differs): run`,
		},
	} {
		inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
			secret.Store("4111")
			h.close(t)
			h.config.Codec = c.was
			h.open(t)
			run := launch(t, h, flow, "", durable.WithID("a"))
			synctestSleep(time.Minute)
			h.close(t)
			secret.Store("4222")
			h.config.Codec = c.is
			h.open(t)
			synctestSleep(2 * time.Hour)
			m, err := run.Metadata(t.Context())
			require.NoError(t, err)
			require.Equal(t, durable.Blocked, m.Status)
			require.Contains(t, m.Reason, c.want)
		})
	}
}

func TestAnInputThatIsNotTheFlowsBlocksTheRun(t *testing.T) {
	t.Parallel()
	old := durable.Define("changed", func(_ actions.Yield, s string) (string, error) { return s, nil })
	changed := durable.Define("changed", func(_ actions.Yield, n int) (string, error) { return strconv.Itoa(n), nil })
	inHouse(t, durable.Flows(changed), func(t *testing.T, h *house) {
		run := launch(t, h, old, "seven")
		_, err := run.Result(t.Context())
		var blocked *durable.BlockedError
		require.ErrorAs(t, err, &blocked)
		require.Contains(t, blocked.Reason, `the input of flow "changed"`)
		h.close(t)
		h.config.Flows = durable.Flows(old)
		h.open(t)
		require.Equal(t, "seven", result(t, durable.Attach[string](h, run.ID())))
	})
}

// echo returns what it is given, by way of an event.
func echo[T any](name string) durable.Flow[T, T] {
	return durable.Define(name, func(y actions.Yield, in T) (T, error) {
		out, err := orchestrate.Do(y, actions.Receive[T]{Name: "echo"})
		if err != nil {
			return in, err
		}
		if fmt.Sprintf("%#v", in) != fmt.Sprintf("%#v", out) {
			return in, fmt.Errorf("%#v became %#v", in, out)
		}
		return out, nil
	})
}

func TestValuesOfEveryKindComeThrough(t *testing.T) {
	t.Parallel()
	comes(t, struct{}{})
	comes(t, 7)
	comes(t, -0.25)
	comes(t, "héllo\x00 \u2028 </script>")
	comes(t, []byte{0, 1, 255})
	comes(t, []int(nil))
	comes(t, []string{})
	comes(t, map[string]int{"a": 1})
	comes(t, (*order)(nil))
	comes(t, order{"tea", 2})
	comes(t, [2]bool{true, false})
	comes(t, any(nil))
	comes(t, any("text"))
	comes(t, time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC))
	comes(t, durable.Completed)
}

// comes sends a value through a run: as its input, as an event and as its result.
func comes[T any](t *testing.T, v T) {
	t.Helper()
	flow := echo[T]("echo")
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, v, durable.WithID("a"))
		require.NoError(t, h.Send(t.Context(), "a", "echo", v))
		require.Equal(t, v, result(t, run))
		require.False(t, launch(t, h, flow, v, durable.WithID("a")).New())
		synctest.Wait()
	})
}
