package nearest_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/internal/nearest"
)

func TestNamesAreNearByTheirLastPart(t *testing.T) {
	t.Parallel()
	candidates := []string{"shop.Charge", "shop.Refund", "bank.Charge", "shop.Change", "ship", "shop.charges", "shop."}
	for name, want := range map[string][]string{
		"shop.Chrage":       {"shop.Charge", "shop.Change", "shop.charges"},
		"shop.CHARGE":       {"shop.Charge", "shop.Change", "shop.charges"},
		"other.Charge":      {"shop.Charge", "bank.Charge", "shop.Change"},
		"shop.Refunded":     {"shop.Refund"},
		"shop.Cancel":       {},
		"shap":              {"ship"},
		"":                  {"shop."},
		"shop.Überraschung": {},
	} {
		require.Equal(t, want, nearest.Names(name, candidates), name)
	}
	require.Empty(t, nearest.Names("x", nil))
}

func TestALongNameIsNotComparedWithShortOnes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64<<20) // comparing it would take minutes
	require.Empty(t, nearest.Names(long, []string{"shop.Charge", strings.Repeat("y", 100)}))
}

func TestDistances(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"kitten", "sitting", 3},
		{"charge", "chrage", 1},
		{"ca", "abc", 3}, // not 2: no part is edited twice
		{"größe", "grösse", 2},
		{"日本", "本日", 1},
	} {
		require.Equal(t, c.want, nearest.Distance(c.a, c.b), "%s, %s", c.a, c.b)
	}
}

func TestDistanceIsADistance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abcé")), 0, 8, -1)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		checkDistance(t, a, b)
		require.Equal(t, slow([]rune(a), []rune(b)), nearest.Distance(a, b), "as defined")
	})
}

// slow is the definition of the distance.
func slow(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	d := slow(a[:i], b[:j])
	if a[i] != b[j] {
		d = 1 + min(d, slow(a[:i], b), slow(a, b[:j]))
	}
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		d = min(d, 1+slow(a[:i-1], b[:j-1]))
	}
	return d
}

func checkDistance(t require.TestingT, a, b string) {
	d := nearest.Distance(a, b)
	m, n := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	require.Equal(t, d, nearest.Distance(b, a), "symmetric")
	require.LessOrEqual(t, d, max(m, n))
	require.GreaterOrEqual(t, d, max(m-n, n-m))
	require.Equal(t, string([]rune(a)) == string([]rune(b)), d == 0, "none exactly if equal")
}

func FuzzDistance(f *testing.F) {
	for _, s := range [][2]string{{"", ""}, {"charge", "chrage"}, {"größe", "grösse"}, {"\xff\xfe", "a\xff"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)*len(b) > 1<<20 {
			t.Skip("too long to compare in a fuzz test")
		}
		checkDistance(t, a, b)
		nearest.Names(a, []string{b, a})
	})
}
