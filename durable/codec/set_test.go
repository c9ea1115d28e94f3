package codec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor/backoff"
)

// Order is a value as flows have them.
type Order struct {
	ID    string
	Cents int64
	Tags  []string       `json:",omitempty"`
	Extra map[string]any `json:",omitempty"`
	Note  *string        `json:",omitempty"`
}

// odd is a codec that does what its functions do.
type odd struct {
	name   string
	encode func(v any) ([]byte, error)
	decode func(data []byte, into any) error
}

func (o *odd) Name() string { return o.name }

func (o *odd) Encode(v any) ([]byte, error) { return o.encode(v) }

func (o *odd) Decode(data []byte, into any) error { return o.decode(data, into) }

// reversed is a codec that writes JSON backwards.
func reversed(name string) codec.Codec {
	flip := func(data []byte) []byte {
		for i, j := 0, len(data)-1; i < j; i, j = i+1, j-1 {
			data[i], data[j] = data[j], data[i]
		}
		return data
	}
	return &odd{
		name: name,
		encode: func(v any) ([]byte, error) {
			data, err := codec.JSON().Encode(v)
			return flip(data), err
		},
		decode: func(data []byte, into any) error {
			return codec.JSON().Decode(flip([]byte(strings.Clone(string(data)))), into)
		},
	}
}

func newSet(tb testing.TB, write codec.Codec, read ...codec.Codec) *codec.Set {
	tb.Helper()
	s, err := codec.NewSet(write, read...)
	require.NoError(tb, err)
	return s
}

func TestWhatIsWrittenIsReadByEverySetThatHasTheCodec(t *testing.T) {
	t.Parallel()
	want := Order{ID: "r-42", Cents: 1250, Tags: []string{"<new>", "ü"}}
	everything := newSet(t, nil, reversed("one"), reversed("two"), codec.Gob(), codec.JSON())
	for name, s := range map[string]*codec.Set{
		"json": newSet(t, nil), "gob": newSet(t, codec.Gob()), "one": newSet(t, reversed("one"), reversed("two")),
	} {
		p, err := s.Encode(want)
		require.NoError(t, err)
		require.Equal(t, name, p.Codec)
		require.False(t, codec.IsError(p))
		for _, reader := range []*codec.Set{s, everything} {
			var got Order
			require.NoError(t, reader.Decode(p, &got))
			require.Equal(t, want, got)
		}
	}
}

func TestTheZeroSetWritesJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []*codec.Set{nil, {}, newSet(t, nil)} {
		p, err := s.Encode([]int{1})
		require.NoError(t, err)
		require.Equal(t, store.Payload{Codec: "json", Data: []byte("[1]")}, p)
		var got []int
		require.NoError(t, s.Decode(p, &got))
		require.Equal(t, []int{1}, got)
		p, err = newSet(t, codec.Gob()).Encode("x")
		require.NoError(t, err)
		var text string
		require.NoError(t, s.Decode(p, &text))
		require.Equal(t, "x", text)
	}
}

func TestTheZeroPayloadLeavesTheValueAsItIs(t *testing.T) {
	t.Parallel()
	got := 3
	require.NoError(t, newSet(t, nil).Decode(store.Payload{}, &got))
	require.Equal(t, 3, got)
}

func TestBadCodecsAreRefused(t *testing.T) {
	t.Parallel()
	var none *odd
	for want, codecs := range map[string][]codec.Codec{
		"codec: a codec is nil":                                             {nil, nil},
		"codec: the name of a codec is empty: *codec_test.odd":              {reversed("")},
		`codec: the name "json" of a codec is reserved: *codec_test.odd`:    {nil, reversed("json")},
		`codec: the name "gob" of a codec is reserved: *codec_test.odd`:     {reversed("gob")},
		`codec: the name "error+x" of a codec is reserved: *codec_test.odd`: {reversed("error+x")},
		`codec: two codecs are named "a"`:                                   {reversed("a"), reversed("a")},
	} {
		_, err := codec.NewSet(codecs[0], codecs[1:]...)
		require.EqualError(t, err, want)
	}
	_, err := codec.NewSet(none)
	require.EqualError(t, err, "codec: a codec is nil")
}

func TestAnUnknownCodecIsNamedWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	s := newSet(t, nil, reversed("zip"))
	err := s.Decode(store.Payload{Codec: "aes", Data: []byte("x")}, new(int))
	require.EqualError(t, err, `codec "aes" is not known (there are gob, json, zip): `+
		"give it to the set as one that reads")
	var unknown *codec.UnknownCodecError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, &codec.UnknownCodecError{Name: "aes", Known: []string{"gob", "json", "zip"}}, unknown)
	require.ErrorAs(t, (*codec.Set)(nil).Decode(store.Payload{Data: []byte("x")}, new(int)), &unknown)
}

// Bomb is a value that panics when it is encoded or decoded.
type Bomb struct{}

func (Bomb) MarshalJSON() ([]byte, error) { panic("boom") }

func (*Bomb) UnmarshalJSON([]byte) error { panic("boom") }

func TestAValueThatCannotBeEncodedIsAnErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	refusal := errors.New("no room")
	refusing := newSet(t, &odd{"small", func(any) ([]byte, error) { return nil, refusal }, nil})
	loop := map[string]any{}
	loop["loop"] = loop
	for _, c := range []struct {
		set   *codec.Set
		value any
		want  string
	}{
		{nil, make(chan int), `type chan int cannot be encoded by codec "json": json: unsupported type: chan int`},
		{nil, Bomb{}, `type codec_test.Bomb cannot be encoded by codec "json": panic: boom`},
		{refusing, 1, `type int cannot be encoded by codec "small": no room`},
	} {
		p, err := c.set.Encode(c.value)
		require.EqualError(t, err, "a value of "+c.want)
		require.Zero(t, p)
	}
	_, err := newSet(t, nil).Encode(loop)
	require.ErrorContains(t, err, "encountered a cycle")
	_, err = refusing.Encode(1)
	require.ErrorIs(t, err, refusal)
	var encoding *codec.EncodeError
	require.ErrorAs(t, err, &encoding)
	require.Equal(t, &codec.EncodeError{Type: "int", Codec: "small", Err: refusal}, encoding)
	require.True(t, backoff.IsPermanent(err), "the next time it cannot be encoded either")
}

func TestAPayloadThatCannotBeDecodedIsAnErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	s := newSet(t, nil)
	for _, c := range []struct {
		payload store.Payload
		into    any
		want    string
	}{
		{
			store.Payload{Codec: "json", Data: []byte(`"x"`)},
			new(int),
			`what codec "json" wrote cannot be decoded as int: json: cannot unmarshal string into Go value of type int`,
		},
		{
			store.Payload{Codec: "json", Data: []byte(`1`)},
			new(Bomb),
			`what codec "json" wrote cannot be decoded as codec_test.Bomb: panic: boom`,
		},
		{store.Payload{Codec: "gob", Data: []byte("x")}, new(Order), `what codec "gob" wrote cannot be decoded as ` +
			`codec_test.Order: gob: there is less data than it says`},
		{
			store.Payload{Codec: "error+json", Data: []byte(`{}`)},
			new(int),
			`what codec "error+json" wrote cannot be decoded as int: the payload is an error`,
		},
	} {
		require.EqualError(t, s.Decode(c.payload, c.into), c.want)
	}
}

func payload(name string, data []byte) store.Payload { return store.Payload{Codec: name, Data: data} }
