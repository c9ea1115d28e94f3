package codec_test

import (
	"bytes"
	"encoding/gob"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
)

type (
	// List is a type that holds itself.
	List struct {
		Value int
		Next  *List
	}
	// Tree is one that does so in three ways.
	Tree struct {
		Kids  []Tree
		Named map[string]*Tree
		Any   any
	}
)

func gobTrip[T any](t *testing.T, v T) T {
	t.Helper()
	data, err := codec.Gob().Encode(v)
	require.NoError(t, err)
	var got T
	require.NoError(t, codec.Gob().Decode(data, &got))
	return got
}

func TestGobKeepsWhatJSONLoses(t *testing.T) {
	t.Parallel()
	byKey := map[[2]int]float32{{1, 2}: 0.5}
	require.Equal(t, byKey, gobTrip(t, byKey))
	type floats struct{ A any }
	require.Equal(t, floats{int64(1) << 60}, gobTrip(t, floats{int64(1) << 60}))
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	require.Equal(t, at, gobTrip(t, at))
	require.Equal(t, actions.Void{}, gobTrip(t, actions.Void{}), "what actions without a result return")
	require.Equal(t, Charge{Card: "1"}, gobTrip(t, Charge{Card: "1"}))
	require.Equal(t, &List{1, &List{2, nil}}, gobTrip(t, &List{1, &List{2, nil}}))
	require.Nil(t, gobTrip[*List](t, nil))
	require.Nil(t, gobTrip[any](t, nil))
}

func TestEveryGobPayloadStandsAlone(t *testing.T) {
	t.Parallel()
	first, err := codec.Gob().Encode(Order{ID: "1"})
	require.NoError(t, err)
	second, err := codec.Gob().Encode(Order{ID: "1"})
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestAValueThatHoldsItselfIsNoGob(t *testing.T) {
	t.Parallel()
	list := &List{}
	list.Next = list
	tree := Tree{Named: map[string]*Tree{}}
	tree.Named["self"] = &tree
	kids := Tree{Kids: make([]Tree, 1)}
	kids.Kids[0].Kids = kids.Kids
	held := &Tree{}
	held.Any = held
	var deep *List
	for range 10_001 {
		deep = &List{Next: deep}
	}
	for _, v := range []any{list, tree, kids, held, deep} {
		_, err := codec.Gob().Encode(v)
		require.EqualError(t, err, "gob: the value holds itself, or is more than 10000 levels deep")
	}
	deep = nil
	for range 4990 { // a pointer and its struct are two levels
		deep = &List{Next: deep}
	}
	count := 0
	for l := gobTrip(t, deep); l != nil; l = l.Next {
		count++
	}
	require.Equal(t, 4990, count)
}

// nested is a gob of lists, each in the one before.
func nested(t *testing.T, levels int) []byte {
	t.Helper()
	var data bytes.Buffer
	require.NoError(t, gob.NewEncoder(&data).Encode(List{Value: 1}))
	def := data.Bytes()[:1+int(data.Bytes()[0])]
	id := data.Bytes()[len(def)+1 : data.Len()-3] // what is left is the field 1, the value 1 and the end
	body := append(bytes.Clone(id), bytes.Repeat([]byte{2}, levels)...)
	body = append(body, make([]byte, levels+1)...)
	size := []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}
	return append(append(bytes.Clone(def), 0xfd, size[0], size[1], size[2]), body[:]...)
}

// Crowd is a type for hostile payloads: everything in it is large, or has a number of elements.
type Crowd struct {
	ID    string
	Tags  []string
	Extra map[string]any
	Many  [][1 << 8]int
	Maps  []map[int]string
}

func TestAHostileGobIsAnErrorAndTakesLittle(t *testing.T) { //nolint:paralleltest // it measures the memory of all
	gob.Register(map[string]any{})
	good, err := codec.Gob().Encode(Crowd{
		"1", []string{"a", "b"}, map[string]any{"a": map[string]any{"b": 1}}, nil, []map[int]string{{1: "a"}, {2: "b"}},
	})
	require.NoError(t, err)
	var before, after runtime.MemStats
	try := func(data []byte) {
		runtime.ReadMemStats(&before)
		_ = (*codec.Set)(nil).Decode(payload("gob", data), &Crowd{})
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "%q", data)
	}
	for i := range good {
		try(good[:i])
		for _, b := range []byte{0, 1, 2, 3, 0x7e, 0x7f, 0x80, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff} {
			data := bytes.Clone(good)
			data[i] = b
			try(data)
			try(append(data[:i:i], append([]byte{0xfb, 0x3f, 0xff, 0xff, 0xff, 0xff}, good[i+1:]...)...))
		}
	}
	require.EqualError(t, codec.Gob().Decode(nested(t, 1_000_000), &List{}),
		"gob: values are more than 10000 levels deep in one another")
	require.NoError(t, codec.Gob().Decode(nested(t, 10_000), &List{}))
}
