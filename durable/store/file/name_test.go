package file_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store/file"
)

func TestTheNameOfAFileSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	for id, name := range map[string]string{
		"order-42":               "order-42",
		"Order-42":               "%4frder-42",
		"a.b_c:d@e":              "a.b_c%3ad%40e",
		"..":                     "%2e.",
		".hidden":                "%2ehidden",
		"../../etc/passwd":       "%2e.%2f..%2fetc%2fpasswd",
		"a\x00b":                 "a%00b",
		"con":                    "%63on",
		"com1.x":                 "%63om1.x",
		"console":                "console",
		"50%":                    "50%25",
		strings.Repeat("a", 200): strings.Repeat("a", 200),
	} {
		require.Equal(t, name, file.NameOf(id))
		require.Equal(t, id, file.IDOf(name))
	}
	long := file.NameOf(strings.Repeat("A", 200))
	require.Len(t, long, 200)
	require.NotEqual(t, long, file.NameOf(strings.Repeat("A", 199)+"B"))
	require.Equal(t, long, file.IDOf(long), "it does not say")
}

func TestEveryIDHasANameOfItsOwnOnAnyDisk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.OneOf(rapid.StringMatching(`[A-Za-z.~%:/\\-]{0,8}`), rapid.String(), rapid.StringN(0, 300, -1))
		a, b := ids.Draw(t, "a"), ids.Draw(t, "b")
		name := file.NameOf(a)
		require.LessOrEqual(t, len(name), 200)
		require.Equal(t, strings.ToLower(name), name)
		if a != "" {
			require.True(t, filepath.IsLocal(name))
			require.NotContains(t, name, "/")
			require.NotContains(t, name, `\`)
			require.NotContains(t, name, ":")
		}
		require.Equal(t, a == b, name == file.NameOf(b))
		if len(name) < 100 {
			require.Equal(t, a, file.IDOf(name))
		}
	})
}

func FuzzIDOf(f *testing.F) {
	for _, name := range []string{"", "a", "%4f", "%4", "%", "%zz", "A", "a~"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if id := file.IDOf(name); id != name {
			require.Equal(t, name, file.NameOf(id))
		}
	})
}
