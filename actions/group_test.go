package actions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
)

type (
	fetch struct {
		actions.Returns[[]string]
		Container string
		Items     int
	}
	// last embeds Returns where it should not, which still works.
	last struct {
		N int
		actions.Returns[int]
	}
	// told has a text of its own.
	told struct{ actions.Returns[int] }
	bare struct{ actions.Returns[int] }
)

func (told) String() string { return "a told action" }

func TestModesHaveNames(t *testing.T) {
	t.Parallel()
	for mode, want := range map[actions.Mode]string{
		actions.All: "all", actions.Settle: "settle", actions.Any: "any", actions.Race: "race", 4: "Mode(4)",
	} {
		require.Equal(t, want, mode.String())
	}
	require.Zero(t, actions.All, "the zero group wants all")
}

func TestBranchesPrintAsPlans(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]actions.Branch{
		"flow": {Flow: func(actions.Yield) (any, error) { return nil, nil }},
		"actions_test.fetch{Container:a Items:3}": {Leaf: fetch{Container: "a", Items: 3}},
		"actions_test.bare{}":                     {Leaf: bare{}},
		"actions_test.last{N:1}":                  {Leaf: last{N: 1}},
		"a told action":                           {Leaf: told{}},
		"&actions_test.fetch{Container: Items:1}": {Leaf: &fetch{Items: 1}},
		"shielded actions_test.last{N:2}":         {Leaf: actions.Shielded{Action: last{N: 2}}},
		"actions.Sleep{For:1s}":                   {Leaf: actions.Sleep{For: 1e9}},
		"race[flow all[actions_test.bare{} a told action]]": {Leaf: actions.Group{
			Mode: actions.Race,
			Branches: []actions.Branch{
				{}, {Leaf: actions.Group{Branches: []actions.Branch{{Leaf: bare{}}, {Leaf: told{}}}}},
			},
		}},
		"scope pay[actions_test.bare{}]": {Leaf: actions.Group{
			Scope: "pay", Branches: []actions.Branch{{Leaf: bare{}}},
		}},
	} {
		require.Equal(t, want, b.String())
	}
	pair := actions.Group{Mode: actions.Any, Branches: []actions.Branch{{Leaf: bare{}}, {}}}
	require.Equal(t, "any[actions_test.bare{} flow]", fmt.Sprint(pair), "as it is yielded")
	require.Equal(t, "shielded any[actions_test.bare{} flow]", fmt.Sprint(actions.Shielded{Action: pair}))
	require.Equal(t, "[flow actions_test.bare{}]", fmt.Sprint([]actions.Branch{{}, {Leaf: bare{}}}))
}
