package journal_test

import (
	"bytes"
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
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// fuzzed is the flow that the fuzz target replays: a bit of everything, which takes errors as they come.
func fuzzed(y actions.Yield) (string, error) {
	var told strings.Builder
	tell := func(text any, err error) {
		if err != nil {
			text = "failed"
		}
		fmt.Fprint(&told, text, ";")
	}
	tell(version(y, "c", 1, 2))
	tell(do(y, "a"))
	tell(orchestrate.Race(y, leaf("quick"), cleanedUp, receiving("y", 1)))
	tell(orchestrate.All(y, doing("b", "c"), inPart(doing("d"), doing("e")), leaf("f")))
	tell(orchestrate.WithTimeout(y, time.Hour, receiving("x", 2)))
	tell(orchestrate.Any(y, leaf("bad"), doing("g", "bad"), doing("h")))
	tell(do(y, "z"))
	return told.String(), nil
}

func fuzzedDesk() *desk {
	exec := &desk{}
	exec.on("bad", fails)
	exec.on("work", waits)
	for _, name := range []string{"quick", "h"} { // the others have come to their ends by then
		exec.on(name, func(context.Context) (string, error) {
			<-time.After(time.Second)
			return name, nil
		})
	}
	return exec
}

// replayed runs the flow over records, and gives up after a year.
func replayed(t *testing.T, log *memory, exec executor.Executor) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 365*24*time.Hour)
	defer cancel()
	j, err := journal.New(journal.Config{
		ID: "r", Executor: exec, Log: log, Records: log.history(), Started: epoch, Resumed: true,
		Messages: []store.Message{event(1, "x", `"1"`)}, MaxSteps: 200,
	})
	if err != nil {
		return "", err
	}
	result, err := journal.Run(ctx, j, func(y actions.Yield) (any, error) { return fuzzed(y) })
	text, _ := result.(string)
	return text, err
}

// spoil changes a record as three bytes say.
func spoil(records []store.Record, which, how, with byte) []store.Record {
	if len(records) == 0 {
		return records
	}
	i := int(which) % len(records)
	r := &records[i]
	switch how % 14 {
	case 0:
		return slices.Delete(records, i, i+1)
	case 1:
		return append(records, *r)
	case 2:
		r.Path = records[int(with)%len(records)].Path
	case 3:
		r.Path = string(append([]byte(r.Path), with))
	case 4:
		r.Path = []string{"", "0", "-1", "9", "0.0", "2.9.0", "2.0.0.0.0", "01", "+1", "x", "2.x.0", "1.0.0"}[with%12]
	case 5:
		r.Kind = store.RecordKind(with % 5)
	case 6:
		r.Name = records[int(with)%len(records)].Name
	case 7:
		r.Digest = append(bytes.Clone(r.Digest), with)
	case 8:
		r.Result.Data = append(bytes.Clone(r.Result.Data), with)
	case 9:
		r.Result, r.Failure = records[int(with)%len(records)].Result, records[int(with)%len(records)].Failure
	case 10:
		r.Failure = store.Payload{Codec: []string{"", "json", "error+json", "error+x"}[with%4], Data: []byte{with}}
	case 11:
		r.Number = int64(int8(with))
	case 12:
		r.N = int64(int8(with))
	case 13:
		r.Finished = r.Finished.Add(time.Duration(int8(with)) * time.Hour)
	}
	return records
}

// FuzzReplay replays the beginnings of histories, and such as no journal has written: the run is right, or it says what
// is wrong, and does nothing that is on record.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{})
	for n := range byte(30) {
		f.Add([]byte{n})
		f.Add([]byte{255, n, n, n})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, want := &memory{}, ""
		synctest.Test(t, func(t *testing.T) {
			var err error
			want, err = replayed(t, whole, fuzzedDesk())
			require.NoError(t, err)
		})
		synctest.Test(t, func(t *testing.T) { // whose clock has been set back, as it were
			records := whole.history()
			if len(data) > 0 {
				records = records[:min(int(data[0]), len(records))]
				data = data[1:]
			}
			spoiled := len(data) >= 3
			for ; len(data) >= 3; data = data[3:] {
				records = spoil(records, data[0], data[1], data[2])
			}
			log := &memory{records: slices.Clone(records)}
			exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
				path := executor.StepFrom(ctx).Path()
				for _, r := range records {
					require.False(t, r.Kind == store.Step && r.Path == path, "%v is on record at %s", a, path)
				}
				return fuzzedDesk().Execute(ctx, a)
			})
			got, err := replayed(t, log, exec)
			_, mismatched := errors.AsType[*journal.MismatchError](err)
			_, ranAway := errors.AsType[*journal.RunawayError](err)
			switch {
			case !spoiled:
				require.NoError(t, err)
				require.Equal(t, want, got)
				require.ElementsMatch(t, whole.lines(), log.lines())
			case mismatched, ranAway, errors.Is(err, store.ErrCorrupt):
			default:
				require.NoError(t, err)
				require.NotEmpty(t, got)
			}
		})
	})
}
