package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/orchestrate/rules"
)

// A verdict is the result of a run, and is recorded as that.
func TestVerdictsAndTracesAreEncodedButForTheirErrors(t *testing.T) {
	t.Parallel()
	rule := rules.Then(rules.Retry(rules.Parallel(deny, lost), rules.Attempts{Max: 1}), rules.And(older, broken))
	traced, err := rule.Trace(byTrust(true), ada)
	require.NoError(t, err)
	require.ErrorIs(t, traced.Err(), errBoom)
	require.ErrorIs(t, traced.Notes[0].Errs[0], errBoom)
	want := traced
	want.Reasons = []rules.Reason{{Rule: "broken", Message: "check failed: broken: boom", Path: "1.1"}}
	want.Notes = []rules.Note{{Rule: "parallel", Path: "0.0"}}
	want.Ran = append([]rules.Ran(nil), traced.Ran...)
	for i := range want.Ran {
		want.Ran[i].Err = nil
	}
	for _, c := range []codec.Codec{codec.JSON(), codec.Gob()} {
		data, err := c.Encode(traced)
		require.NoError(t, err, c.Name())
		var got rules.Traced[User]
		require.NoError(t, c.Decode(data, &got))
		require.Equal(t, want, got, c.Name())
	}
}

func byTrust(ok bool) actions.Yield {
	y, _ := answers(func(string) (bool, error) { return ok, nil })
	return y
}
