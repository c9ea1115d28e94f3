package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const rounds = `goos: linux
pkg: example.com/a
BenchmarkStep/hand-written-2 100 10.00 ns/op 0 B/op 0 allocs/op
BenchmarkStep/in_a_run-2 100 20.00 ns/op 16 B/op 1 allocs/op
BenchmarkLone-2 100 1234 ns/op 0 B/op 0 allocs/op
PASS
pkg: example.com/b
BenchmarkOther-2 100 5.00 ns/op
PASS
pkg: example.com/a
BenchmarkStep/hand-written-2 100 40.00 ns/op 0 B/op 0 allocs/op
BenchmarkStep/in_a_run-2 100 160.0 ns/op 48 B/op 3 allocs/op
BenchmarkLone-2 100 1236 ns/op 0 B/op 0 allocs/op
PASS
`

func TestARatioIsTheMedianOfThoseOfTheRounds(t *testing.T) {
	t.Parallel()
	tables, err := read(strings.NewReader(rounds))
	require.NoError(t, err)
	var out strings.Builder
	for _, table := range tables {
		table.print(&out)
	}
	require.Equal(t, `
### example.com/a

| benchmark | ns | × the first | B | allocations |
|---|--:|--:|--:|--:|
| Step: hand-written | 25.0 |  | 0 | 0 |
| Step: in a run | 90.0 | 3.00 | 32 | 2 |
| Lone | 1235 |  | 0 | 0 |

### example.com/b

| benchmark | ns | × the first | B | allocations |
|---|--:|--:|--:|--:|
| Other | 5.0 |  | 0 | 0 |
`, out.String())
}

func TestARunWithoutBenchmarksIsAnError(t *testing.T) {
	t.Parallel()
	_, err := read(strings.NewReader("PASS\nok  \texample.com/a\t0.003s\n"))
	require.EqualError(t, err, "no benchmark ran")
}

func TestTheMedianOfAnEvenNumberIsTheMiddle(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 1e-9)
	require.InDelta(t, 2, median([]float64{3, 1, 2}), 1e-9)
	require.Zero(t, median(nil))
}
