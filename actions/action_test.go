package actions_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
)

// wrapped embeds an action and not Returns.
type wrapped struct{ actions.Action }

// sized has nothing but a field of four bytes and Returns.
type sized struct {
	actions.Returns[[]string]
	N int32
}

func TestReturnsHasNoSize(t *testing.T) {
	t.Parallel()
	require.Zero(t, unsafe.Sizeof(actions.Returns[[64]int]{}))
	require.EqualValues(t, 4, unsafe.Sizeof(sized{}))
}

func TestActionsAreComparableIfTheirFieldsAre(t *testing.T) {
	t.Parallel()
	var a, b actions.Action = fetch{Items: 1}, fetch{Items: 1}
	require.Equal(t, a, b)
	require.Len(t, map[actions.Action]bool{a: true, b: true}, 1)
}

func TestActionsAreEncodedByTheirFieldsAlone(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(fetch{Container: "a", Items: 3})
	require.NoError(t, err)
	require.JSONEq(t, `{"Container": "a", "Items": 3}`, string(text))
	text, err = json.Marshal(actions.Receive[int]{Name: "n"})
	require.NoError(t, err)
	require.JSONEq(t, `{"Name": "n"}`, string(text))
}

func TestAResultIsDecodedAsTheActionsType(t *testing.T) {
	t.Parallel()
	from := func(text string) func(any) error {
		return func(into any) error { return json.Unmarshal([]byte(text), into) }
	}
	for _, c := range []struct {
		action actions.Action
		text   string
		want   any
	}{
		{fetch{}, `["a", "b"]`, []string{"a", "b"}},
		{fetch{}, `null`, []string(nil)},
		{&fetch{}, `[]`, []string{}},
		{bare{}, `7`, 7},
		{actions.Sleep{}, `{}`, actions.Void{}},
		{actions.Receive[map[string]int]{}, `{"a": 1}`, map[string]int{"a": 1}},
		{actions.Shielded{Action: actions.Shielded{Action: bare{}}}, `8`, 8},
		{actions.Group{}, `{"Decided": 1}`, actions.GroupResult{Decided: 1}},
	} {
		got, err := actions.DecodeResult(c.action, from(c.text))
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
}

func TestAResultThatCannotBeDecodedIsAnError(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad record")
	fail := func(any) error { return bad }
	v, err := actions.DecodeResult(bare{}, fail)
	require.Equal(t, bad, err)
	require.Nil(t, v)
	for _, a := range []actions.Action{nil, actions.Shielded{}} {
		_, err = actions.DecodeResult(a, fail)
		require.ErrorIs(t, err, actions.ErrNil)
	}
	_, err = actions.DecodeResult(wrapped{bare{}}, fail)
	require.EqualError(t, err,
		"actions: actions_test.wrapped embeds an action and not actions.Returns: its result cannot be decoded")
}
