package actions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
)

type (
	// renamed keeps its old name, moved has it from the struct that it embeds.
	renamed struct {
		actions.Returns[int]
		N int
	}
	moved struct{ renamed }
	// pointed has a name by its pointer only, which no value has.
	pointed struct{ actions.Returns[int] }
)

func (renamed) ActionName() string { return "shop.Old" }

func (*pointed) ActionName() string { return "never" }

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action actions.Action
		want   string
	}{
		{nil, "nil"},
		{fetch{}, "actions_test.fetch"},
		{&fetch{}, "actions_test.fetch"},
		{(*fetch)(nil), "actions_test.fetch"},
		{renamed{N: 1}, "shop.Old"},
		{&renamed{}, "shop.Old"},
		{(*renamed)(nil), "shop.Old"},
		{moved{}, "shop.Old"},
		{pointed{}, "actions_test.pointed"},
		{&pointed{}, "actions_test.pointed"},
		{actions.Receive[fetch]{}, "actions.Receive[github.com/baton-go/baton/actions_test.fetch]"},
		{actions.Sleep{}, "actions.Sleep"},
		{actions.Shielded{}, "nil"},
		{actions.Shielded{Action: renamed{}}, "shop.Old"},
		{actions.Group{Mode: actions.Race}, "race"},
		{actions.Group{Scope: "payment", Mode: actions.Race}, "scope payment"},
		{struct{ actions.Returns[int] }{}, "struct { actions.Returns[int] }"},
	} {
		require.Equal(t, c.want, actions.Name(c.action))
	}
}
