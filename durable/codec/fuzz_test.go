package codec_test

import (
	"encoding/gob"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func FuzzGob(f *testing.F) {
	gob.Register(map[string]any{})
	gob.Register([]any{})
	gob.Register(holderA{})
	for _, v := range []any{
		"text", 7,
		List{1, &List{2, nil}},
		Tree{Kids: []Tree{{}}, Any: "x"},
		Order{ID: "1", Tags: []string{"a"}},
		map[string]any{"a": []any{1, "b", nil, map[string]any{}}},
		smallValue,
		holderA{holderA{1, 2}, "x"},
		Crowd{Maps: []map[int]string{{1: "a"}}, Many: make([][256]int, 2)},
	} {
		data, err := codec.Gob().Encode(v)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"a": [1, "b", null, {"c": {}}], "d": true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		for _, into := range []any{
			new(string), &List{}, &Tree{}, &Order{}, &Crowd{}, &map[string]any{}, new(any), &struct{ Tags map[int]int }{},
		} {
			runtime.ReadMemStats(&before)
			_ = (*codec.Set)(nil).Decode(payload("gob", data), into)
			runtime.ReadMemStats(&after)
			// An element of Crowd.Many takes 2 KiB, and a byte of the payload.
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20+4096*len(data)))
		}
		var v map[string]any
		if json.Unmarshal(data, &v) == nil && len(v) > 0 {
			require.Equal(t, v, gobTrip(t, v))
		}
	})
}

func FuzzErrors(f *testing.F) {
	text, err := os.ReadFile("testdata/errors1.json")
	require.NoError(f, err)
	var forms []recordedError
	require.NoError(f, json.Unmarshal(text, &forms))
	for _, form := range forms {
		f.Add([]byte(form.JSON))
		f.Add(form.Gob)
	}
	e := shopErrors(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"error+json", "error+gob"} {
			first, err := e.Decode(nil, payload(name, data))
			if err != nil {
				require.NoError(t, first)
				continue
			}
			second := roundTrip(t, e, nil, first)
			third := roundTrip(t, e, newSet(t, codec.Gob()), second)
			require.Equal(t, second.Error(), third.Error())
			for _, is := range []error{errBusy, io.EOF, executor.ErrNotDone} {
				require.Equal(t, errors.Is(second, is), errors.Is(third, is))
			}
			require.Equal(t, executor.NotDone(second), executor.NotDone(third))
			require.Equal(t, backoff.IsPermanent(second), backoff.IsPermanent(third))
		}
	})
}
