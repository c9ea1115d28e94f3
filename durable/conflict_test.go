package durable_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
)

// sealed is a codec like one that encrypts: it never writes a value twice in the same way, and cannot read what has
// another key.
type sealed struct {
	key   string
	nonce *atomic.Int64
}

func (s sealed) Name() string { return "sealed" }

func (s sealed) Encode(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return fmt.Appendf(nil, "%s %d %s", s.key, s.nonce.Add(1), text), err
}

func (s sealed) Decode(data []byte, into any) error {
	parts := strings.SplitN(string(data), " ", 3)
	if parts[0] != s.key {
		return fmt.Errorf("the key is not %s", s.key)
	}
	return json.Unmarshal([]byte(parts[2]), into)
}

func TestInputsAreTheSameWhateverTheirEncodings(t *testing.T) {
	t.Parallel()
	type input struct {
		Tags  []string
		Stock map[string]int
	}
	f := durable.Define("f", func(actions.Yield, input) (int, error) { return 0, nil })
	st := newShop().Store
	mine := sealed{"mine", new(atomic.Int64)}
	for i, c := range []*durable.Client{
		durable.NewClient(st, durable.Codec(mine)),
		durable.NewClient(st, durable.Codec(mine)),
		durable.NewClient(st, durable.ReadCodecs(mine)),
		durable.NewClient(st, durable.Codec(codec.Gob()), durable.ReadCodecs(mine)),
	} {
		stock := map[string]int{"tea": 1, "coffee": 2, "cake": 3}
		h, err := f.Start(t.Context(), c, input{[]string{"a"}, stock}, durable.WithID("a"))
		require.NoError(t, err)
		require.Equal(t, i == 0, h.New())
		stock["tea"] = 7
		_, err = f.Start(t.Context(), c, input{[]string{"a"}, stock}, durable.WithID("a"))
		require.ErrorIs(t, err, durable.ErrConflict)
		require.ErrorContains(t, err, " bytes of sealed; not flow", "what is sealed is not shown")
	}
	_, err := f.Start(t.Context(), durable.NewClient(st, durable.Codec(sealed{"yours", mine.nonce})), input{},
		durable.WithID("a"))
	require.ErrorIs(t, err, durable.ErrConflict, "what cannot be read is another")
}

func TestALongInputIsShownInPart(t *testing.T) {
	t.Parallel()
	f := durable.Define("f", func(actions.Yield, string) (int, error) { return 0, nil })
	s := newShop()
	_, err := f.Start(t.Context(), s, strings.Repeat("é", 1000), durable.WithID("a"))
	require.NoError(t, err)
	_, err = f.Start(t.Context(), s, "e", durable.WithID("a"))
	require.EqualError(t, err, `start run "a": there is another run with this ID: flow "f" with input "`+
		strings.Repeat("é", 99)+`…; not flow "f" with input "e"`)
}
