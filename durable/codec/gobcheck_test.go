package codec_test

import (
	"bytes"
	"encoding/gob"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
)

// The types are registered by the tests that need them.
type (
	holderA struct{ X, Y any }
	holderB struct{ Z any }
	holderC struct {
		Z []any
		N *int
	}
	everyKind struct {
		Bool    bool
		Int     int8
		Uint    uint64
		Float   float32
		Complex complex128
		Text    string
		Bytes   []byte
		Array   [3]string
		Map     map[string]map[int][]bool
		Pointer **int
		Big     *big.Int
		Time    time.Time
		URL     *url.URL
		Any     any
		Nothing struct{}
	}
)

func TestAGobOfEveryKindOfValueIsRead(t *testing.T) {
	t.Parallel()
	gob.Register(holderA{})
	gob.Register(holderB{})
	gob.Register(holderC{})
	gob.Register([]any{})
	gob.Register(everyKind{})
	n := 7
	pointer := &n
	every := everyKind{
		true, -128, 1<<64 - 1, 0.5, 1 + 2i, "ü",
		[]byte{0, 255},
		[3]string{"a"},
		map[string]map[int][]bool{
			"a": {1: {true}, 1000: nil}, "b": {},
		},
		&pointer, big.NewInt(1 << 60), time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		&url.URL{Host: "x"},
		"text",
		struct{}{},
	}
	deep := every
	deep.Any = holderA{holderB{every}, []any{1, nil, holderC{Z: []any{every, holderB{}}, N: &n}, 2i, []byte("x")}}
	require.Equal(t, every, gobTrip(t, every))
	require.Equal(t, deep.Any, gobTrip(t, deep).Any)
	require.Equal(t, []any{1, "a", holderB{3}, holderB{"c"}}, gobTrip(t, []any{1, "a", holderB{3}, holderB{"c"}}))
	require.Equal(t, map[string]int{"a": 1}, gobTrip(t, map[string]int{"a": 1}))
	require.Equal(t, 2i, gobTrip(t, 2i))
}

// Package gob itself fails at this: it defines types in the midst of a value, and stumbles where it ignores that.
func TestAFieldThatIsGoneIsIgnoredWhateverItHeld(t *testing.T) {
	t.Parallel()
	gob.Register(holderA{})
	gob.Register(holderB{})
	gob.Register(holderC{})
	was := holderA{X: holderB{holderC{}}, Y: "y"}
	data, err := codec.Gob().Encode(was)
	require.NoError(t, err)
	var now struct{ Y any }
	require.NoError(t, codec.Gob().Decode(data, &now))
	require.Equal(t, "y", now.Y)
	var theirs holderA
	require.NoError(t, gob.NewDecoder(bytes.NewReader(data)).Decode(&theirs), "it is a stream like others")
	require.Equal(t, was, theirs)
}

func TestAGobThatIsNotAsItShouldBeIsRefused(t *testing.T) {
	t.Parallel()
	good, err := codec.Gob().Encode(holderB{})
	require.NoError(t, err)
	// Type 64 is defined by 0x7f, the number of a field of wireType, and its own fields. A value of it begins with 0xff,
	// 0x80; that of a type that is not a struct goes on with 0.
	tower := append([]byte{7, 0x7f, 2, 2, 0xff, 0x80, 0, 0, 0xfe, 0x75, 0x34, 0xff, 0x80, 0}, bytes.Repeat([]byte{1},
		30_000)...)
	for _, c := range []struct {
		want string
		data []byte
	}{
		{"there is data behind the value", append(bytes.Clone(good), 0)},
		{"there is less data than it says", []byte{5, 4, 0}},
		{"there are fewer elements than it says", []byte{6, 0x7f, 2, 2, 4, 0, 0, 4, 0xff, 0x80, 0, 9}},
		{"a number has more than 8 bytes", []byte{1, 0xf0}},
		{"a type is defined twice, or where it must not be", []byte{2, 3, 0}},
		{"a type is defined twice, or where it must not be", []byte{5, 16, 0, 1, 'x', 0x7f}},
		{"a type is of no kind, or of two", []byte{2, 0x7f, 9}},
		{"a type is of no kind, or of two", []byte{5, 0x7f, 2, 0, 1, 0}},
		{"there is data behind the definition of a type", []byte{5, 0x7f, 5, 0, 0, 1}},
		{"a type is described in a way that is not known", []byte{3, 0x7f, 2, 3}},
		{"a name has more than a number", []byte{4, 0x7f, 2, 1, 3}},
		{"a struct has no such field", []byte{4, 0x7f, 3, 0, 0, 3, 0xff, 0x80, 1}},
		{"a struct has no such field", []byte{10, 0x7f, 0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{"a value that is no struct begins like one", []byte{3, 4, 1, 2}},
		{"a type is not defined", []byte{2, 40, 0}},
		{"a type is not defined", []byte{2, 0x7f, 0, 3, 0xff, 0x80, 0}},
		{"a value goes on in the next message", []byte{4, 16, 0, 1, 'x', 3, 4, 0, 0}},
		{"the length of a value is wrong", []byte{8, 16, 0, 1, 'x', 4, 9, 0, 5}},
		{"values are more than 10000 levels deep in one another", append(tower, 0)},
	} {
		require.EqualError(t, codec.Gob().Decode(c.data, new(any)), "gob: "+c.want, "%v", c.data)
	}
}
