package sqlite_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// written makes a store in which a run has records, and returns its files as a crash would leave them, and how long the
// log was after each record.
func written(t *testing.T, records int) (file, wal []byte, sizes []int64) {
	t.Helper()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	run := leased(t, s, "r")[0]
	for n := range int64(records) {
		w := step(run, n)
		w.Records[0].Result.Data = bytes.Repeat([]byte{byte(n)}, int(n)*300) // of one page and of several
		commit(t, s, w)
		info, err := os.Stat(p + "-wal")
		require.NoError(t, err)
		sizes = append(sizes, info.Size())
	}
	file, err := os.ReadFile(p)
	require.NoError(t, err)
	wal, err = os.ReadFile(p + "-wal")
	require.NoError(t, err)
	require.Len(t, wal, int(sizes[records-1]), "nothing has been moved to the file")
	return file, wal, sizes
}

// A power failure leaves the end of the log unwritten, or half written, or full of whatever was on the disk before. All
// that was acknowledged lies in front of that; what lies in it was not, and is gone as a whole.
func TestALogThatWasTornLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	const records = 25
	file, wal, sizes := written(t, records)
	rng := rand.New(rand.NewPCG(1, 2))
	for name, tear := range map[string]func(wal []byte, at int64) []byte{
		"short":   func(wal []byte, at int64) []byte { return wal[:at] },
		"zeroes":  func(wal []byte, at int64) []byte { clear(wal[at:]); return wal },
		"garbage": func(wal []byte, at int64) []byte { return spoilt(rng, wal, at, int64(len(wal))) },
		"sector": func(wal []byte, at int64) []byte { // it is missing, and what came after it was written
			return spoilt(rng, wal, at, min(at+512, int64(len(wal))))
		},
	} {
		for range 12 {
			at := sizes[0] + rng.Int64N(sizes[records-1]-sizes[0])
			p := path(t)
			require.NoError(t, os.WriteFile(p, file, 0o600))
			torn := tear(bytes.Clone(wal), at)
			require.NoError(t, os.WriteFile(p+"-wal", torn, 0o600))
			for at < int64(len(torn)) && torn[at] == wal[at] { // it was a zero
				at++
			}
			want := 0
			for want < records && sizes[want] <= at {
				want++
			}
			s := openAt(t, p, sqlite.Config{})
			h, err := s.Load(t.Context(), "r", store.Mark{})
			require.NoError(t, err, "%s at %d", name, at)
			require.Len(t, h.Records, want, "%s at %d", name, at)
			for n, r := range h.Records {
				require.Equal(t, int64(n), r.N)
				require.Len(t, r.Result.Data, n*300)
			}
			claimed := claim(t, s, 1)
			require.Len(t, claimed.Runs, 1)
			commit(t, s, step(claimed.Runs[0].Run, records))
			require.Len(t, numbers(t, s, "r"), want+1)
			require.NoError(t, s.Close())
		}
	}
}

// spoilt writes something else over a part of the log.
func spoilt(rng *rand.Rand, wal []byte, from, to int64) []byte {
	for i := from; i < to; i++ {
		wal[i] ^= byte(1 + rng.IntN(255))
	}
	return wal
}
