package journal_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// everything leaves records of each kind, and payloads of each sort.
func everything(y actions.Yield) (string, error) {
	v, err := version(y, "packing", 0, 3)
	if err != nil {
		return "", err
	}
	a, err := do(y, "a")
	if err != nil {
		return "", err
	}
	if _, err := do(y, "bad"); !errors.Is(err, errEmpty) || !errors.Is(err, context.DeadlineExceeded) {
		return "", errors.New("the error is another one")
	}
	if _, err := do(y, "panic"); err == nil {
		return "", errors.New("there was a panic")
	}
	signal, err := orchestrate.Do(y, actions.Receive[string]{Name: "signal"})
	if err != nil {
		return "", err
	}
	if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
		return "", err
	}
	now, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		return "", err
	}
	id, err := orchestrate.Do(y, actions.NewID{})
	if err != nil {
		return "", err
	}
	won, err := orchestrate.Race(y, never, leaf("quick"), inPart(doing("a"), never))
	if err != nil {
		return "", err
	}
	if _, err := orchestrate.All(y, leaf("bad"), never); err == nil {
		return "", errors.New("one of them fails")
	}
	one, err := orchestrate.Any(y, leaf("bad"), doing("a", "b"))
	if err != nil {
		return "", err
	}
	both, err := orchestrate.All(y, leaf("a"), doing("b"))
	if err != nil {
		return "", err
	}
	return a + signal + won + one + both[0] + both[1] + string(rune('0'+v)) + now.Format(time.RFC3339) + id, nil
}

func goldenKinds(t *testing.T) func(*journal.Config) {
	t.Helper()
	kinds, err := codec.NewErrors(codec.Sentinel("empty", errEmpty))
	require.NoError(t, err)
	return func(c *journal.Config) { c.ID, c.Seed, c.Errors = "golden", []byte("0123456789abcdef"), kinds }
}

// TestHistoriesOfEachFormatAreStillReplayed has a file for each format of records that there has been. They are never
// edited: runs that were begun then may be under way.
func TestHistoriesOfEachFormatAreStillReplayed(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"testdata/history-v1.json"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		h, err := journal.Import(text)
		require.NoError(t, err)
		again, err := journal.Export(h)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))

		kinds := map[store.RecordKind]int{}
		for _, r := range h.Records {
			kinds[r.Kind]++
		}
		require.Len(t, kinds, 3)
		exec := executor.Func(func(_ context.Context, a actions.Action) (any, error) {
			return nil, errors.New("it is on record")
		})
		log := &memory{records: h.Records}
		j := begin(t, log, exec, goldenKinds(t), func(c *journal.Config) { c.Started = h.Run.Started })
		result, err := run(t, j, everything)
		require.NoError(t, err)
		require.Equal(t, "asaidquicka bab32000-01-01T00:01:00Zae0d3043-7ca1-4790-ac2f-753e38516def", result)
		require.Zero(t, log.appends)
	}
}
