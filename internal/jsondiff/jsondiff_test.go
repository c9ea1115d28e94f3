package jsondiff_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/jsondiff"
)

func TestDifferencesAreToldByField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		recorded, got string
		want          []string
	}{
		{`{"a": 1, "b": [1, 2]}`, `{"b":[1,2],"a":1}`, nil},
		{`{"Cents": 250}`, `{"Cents": 300}`, []string{"Cents: recorded 250, got 300"}},
		{`{"a": {"b": [1, {"c": "x"}]}}`, `{"a": {"b": [1, {"c": "<y>"}]}}`, []string{`a.b[1].c: recorded "x", got "<y>"`}},
		{`{"a": 1, "b": 2}`, `{"b": null, "c": 3}`, []string{
			"a: recorded 1, got nothing", "b: recorded 2, got null", "c: recorded nothing, got 3",
		}},
		{`[1, 2, 3]`, `[1, 4]`, []string{"[1]: recorded 2, got 4", "[2]: recorded 3, got nothing"}},
		{`{"n": 9007199254740993}`, `{"n": 9007199254740992}`, []string{
			"n: recorded 9007199254740993, got 9007199254740992",
		}},
		{`"a"`, `1`, []string{`recorded "a", got 1`}},
		{`{"a": {}}`, `{"a": []}`, []string{"a: recorded {}, got []"}},
		{``, `1`, []string{"recorded nothing, got 1"}},
		{``, ``, nil},
		{`{`, `{`, nil},
		{`{`, `{}`, []string{`recorded "{", got {}`}},
	} {
		require.Equal(t, c.want, jsondiff.Lines(json.RawMessage(c.recorded), json.RawMessage(c.got)), c.recorded)
	}
}
