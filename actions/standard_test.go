package actions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
)

func TestAsidesAndWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action      actions.Action
		aside, wait bool
	}{
		{nil, false, false},
		{fetch{}, false, false},
		{actions.Log{}, true, false},
		{actions.Progress{}, true, false},
		{actions.Publish{}, true, false},
		{actions.Version{}, true, false},
		{actions.Sleep{}, false, true},
		{actions.Receive[int]{}, false, true},
		{actions.Now{}, false, false},
		{actions.NewID{}, false, false},
		{actions.Random{}, false, false},
		{actions.Group{Branches: []actions.Branch{{Leaf: actions.Log{}}, {Leaf: actions.Sleep{}}}}, false, false},
	} {
		for _, a := range []actions.Action{
			c.action,
			actions.Shielded{Action: c.action},
			actions.Shielded{Action: actions.Shielded{Action: c.action}},
		} {
			require.Equal(t, c.aside, actions.IsAside(a), "%T", a)
			require.Equal(t, c.wait, actions.IsWait(a), "%T", a)
		}
	}
}
