package snippets_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// measured names the rows of performance.md that combinators.md calls something else.
var measured = map[string]string{
	"Observed, while no sink is enabled": "Success: Observed, by nobody",
	"Timed, with Abandon":                "Success: TimedWith, leaving handlers behind",
	"For":                                "Success: For, of another type",
	"telemetry.Metered":                  "Metered: baton",
	"telemetry.Traced":                   "Traced: sampled/baton",
}

var (
	figure = regexp.MustCompile(`(?m)^\| (.+?) \| ([\d.]+) \| .* \| (\d+) \|$`)
	cost   = regexp.MustCompile(`(?m)^\| (… )?([^|]+?) \| .* \| (\d+) \| (\(?\d+\)?) \|$`)
)

// TestTheCostsOfCombinatorsAreThoseMeasured compares the table of costs with the figures that it is taken from.
func TestTheCostsOfCombinatorsAreThoseMeasured(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		text, err := os.ReadFile("../../docs/" + name)
		require.NoError(t, err)
		return strings.ReplaceAll(string(text), "`", "")
	}
	figures := map[string][]string{} // nanoseconds and allocations
	for _, m := range figure.FindAllStringSubmatch(read("performance.md"), -1) {
		figures[m[1]] = m[2:]
	}
	rows := cost.FindAllStringSubmatch(read("combinators.md"), -1)
	require.Greater(t, len(rows), 20)
	above := ""
	for _, m := range rows {
		name := m[2]
		if m[1] == "" {
			above = name
		} else {
			name = above + ", " + name
		}
		row, ok := measured[name]
		if !ok {
			row = "Success: " + name
		}
		require.Contains(t, figures, row)
		nanos, err := strconv.ParseFloat(figures[row][0], 64)
		require.NoError(t, err)
		require.Equal(t, strconv.Itoa(int(math.Round(nanos))), m[3], "%s: nanoseconds", name)
		if m[4] != "(1)" { // made in a slab for many actions, and less than one for each
			require.Equal(t, figures[row][1], m[4], "%s: allocations", name)
		}
	}
}
