package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tale is what the program says, but for how far things are while they are under way.
const tale = `The jobs are in FILE. Kill me with kill -9 PID at any moment, and run me again.

primes-below-50000: count them; new: NEW, it is STATUS
primes-below-50000: there are 5133, the largest is 49999; it took TIME
primes-below-50000, asked for again: new: false, 5133
primes-below-50000, with another range: there is another run with this ID
backwards: failed: 3 to 0: the range is backwards
dice: a 6, in the end
endless: run "endless" was cancelled: nobody has the time
peel: one less than the largest prime below 200,000 is the product of [2 3 3 41 271]
  ID was its "count primes"
  ID was its "factor"
batch-below-100000: 1000 jobs, done already: DONE
batch-below-100000: there are 9592 primes
A job that is kept for a millisecond: 2030 is [2 5 7 29].
And then: there is no such run.
`

// Each is replaced by what follows it.
var different = []string{
	`(?m)^\S+: \d+ of \d+( numbers)?\n`, ``,
	`in .+\. Kill`, `in FILE. Kill`, `kill -9 \d+`, `kill -9 PID`,
	`new: (true|false), it is \w+`, `new: NEW, it is STATUS`, `took \S+`, `took TIME`, `  \S+ was`, `  ID was`,
	`already: \d+`, `already: DONE`,
}

func essence(said string) string {
	for i := 0; i < len(different); i += 2 {
		said = regexp.MustCompile(different[i]).ReplaceAllString(said, different[i+1])
	}
	return said
}

// The second time everything is there already, and the program says the same.
func TestTheTour(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "jobs.db")
	for _, life := range []struct {
		fresh bool
		says  string
	}{
		{false, "new: true"}, {false, "new: false, it is completed"}, {true, "new: true"},
	} {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), &out, file, 100_000, life.fresh))
		require.Equal(t, tale, essence(out.String()), out.String())
		require.Contains(t, out.String(), life.says)
	}
}
