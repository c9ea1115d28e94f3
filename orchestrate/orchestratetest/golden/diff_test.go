package golden_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/orchestrate/orchestratetest/golden"
)

func numbers(from, to int) (lines []string) {
	for i := from; i <= to; i++ {
		lines = append(lines, strconv.Itoa(i))
	}
	return lines
}

func TestADiffShowsWhatIsNearAChange(t *testing.T) {
	t.Parallel()
	got := numbers(1, 30)
	got[9], got[24] = "ten", "25!"
	require.Equal(t, `  …
  7
  8
  9
- 10
+ ten
  11
  12
  13
  …
  22
  23
  24
- 25
+ 25!
  26
  27
  28`, golden.Diff(numbers(1, 30), got))
	require.Equal(t, "+ 1", golden.Diff(nil, numbers(1, 1)))
	require.Empty(t, golden.Diff(numbers(1, 9), numbers(1, 9)))
}

func TestALongDiffIsCut(t *testing.T) {
	t.Parallel()
	text := golden.Diff(nil, numbers(1, 100))
	require.Equal(t, 60, strings.Count(text, "+"))
	require.True(t, strings.HasSuffix(text, "\n+ 60\n  …"))
	text = golden.Diff(numbers(1, 3000), numbers(3001, 6000))
	require.Equal(t, 60, strings.Count(text, "-"), "too much to find what is in common")
}

func TestADiffLeadsFromOneTextToTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 7)
		want, got := text.Draw(t, "want"), text.Draw(t, "got")
		var from, to []string
		changes := 0
		golden.Edits(want, got, func(kind byte, line string) {
			if kind != '+' {
				from = append(from, line)
			}
			if kind != '-' {
				to = append(to, line)
			}
			if kind != ' ' {
				changes++
			}
		})
		require.Equal(t, strings.Join(want, ""), strings.Join(from, ""))
		require.Equal(t, strings.Join(got, ""), strings.Join(to, ""))
		require.Equal(t, len(want)+len(got)-2*common(want, got), changes, "as few as possible")
	})
}

// common is the length of the longest common subsequence, by trying all.
func common(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return 0
	case a[0] == b[0]:
		return 1 + common(a[1:], b[1:])
	}
	return max(common(a[1:], b), common(a, b[1:]))
}
