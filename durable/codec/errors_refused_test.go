package codec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/executor"
)

// limited is a codec that refuses what is too long.
func limited(size int) codec.Codec {
	return &odd{
		name: "limited",
		encode: func(v any) ([]byte, error) {
			data, err := codec.JSON().Encode(v)
			if len(data) > size {
				return nil, fmt.Errorf("%d bytes are too many", len(data))
			}
			return data, err
		},
		decode: codec.JSON().Decode,
	}
}

func TestAnErrorThatIsTooLongForTheCodecLosesItsDetails(t *testing.T) {
	t.Parallel()
	e := shopErrors(t)
	err := fmt.Errorf("%w: %w: %s", executor.ErrNotDone, &DeclinedError{"no", 7}, strings.Repeat("x", 10_000))
	back := roundTrip(t, e, newSet(t, limited(2000)), err)
	require.ErrorContains(t, back, "the action was not done: declined: no: xxx")
	require.ErrorContains(t, back, "more bytes are not recorded")
	require.ErrorIs(t, back, executor.ErrNotDone)
	require.True(t, executor.NotDone(back))
	require.NotErrorAs(t, back, new(*DeclinedError))
	recorded, ok := errors.AsType[*codec.Recorded](back)
	require.True(t, ok)
	require.Equal(t, "declined", recorded.Code())

	_, problem := e.Encode(newSet(t, limited(20)), err)
	var encoding *codec.EncodeError
	require.ErrorAs(t, problem, &encoding)
	require.Equal(t, "limited", encoding.Codec)
	require.Equal(t, "*fmt.wrapErrors", encoding.Type)
}

func TestACodecOfOnlyItsOwnTypesLeavesErrorsToJSON(t *testing.T) {
	t.Parallel()
	picky := newSet(t, &odd{
		name:   "picky",
		encode: func(v any) ([]byte, error) { return nil, fmt.Errorf("%T: %w", v, errors.ErrUnsupported) },
	})
	p, err := shopErrors(t).Encode(picky, errBusy)
	require.NoError(t, err)
	require.Equal(t, "error+json", p.Codec)
	require.JSONEq(t, `{"text": "busy", "is": ["shop.errBusy"]}`, string(p.Data))
	back, err := shopErrors(t).Decode(picky, p)
	require.NoError(t, err)
	require.ErrorIs(t, back, errBusy)
}

func TestAPanicOfTheCodecIsAnError(t *testing.T) {
	t.Parallel()
	s := newSet(t, &odd{name: "bad"}) // its functions are nil
	_, err := shopErrors(t).Encode(s, errBusy)
	var panicked *executor.PanicError
	require.ErrorAs(t, err, &panicked)
	require.ErrorContains(t, err, `a value of type *errors.errorString cannot be encoded by codec "bad": panic: `)
	_, err = shopErrors(t).Decode(s, payload("error+bad", []byte("x")))
	require.ErrorAs(t, err, &panicked)
	require.ErrorContains(t, err, `what codec "bad" wrote cannot be decoded as error: panic: `)
}

func TestTheZeroRecordedSaysNothing(t *testing.T) {
	t.Parallel()
	e := &codec.Recorded{}
	require.Empty(t, e.Error()+e.Code()+string(e.Details()))
	require.False(t, e.NotDone() || e.Permanent())
	require.EqualError(t, roundTrip(t, newErrors(t), nil, e), "")
}
