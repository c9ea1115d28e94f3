package sqlite_test

import (
	"database/sql"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// mebibytes appends records of so many mebibytes, from the number on, and returns the next number.
func mebibytes(t *testing.T, s store.Store, run store.Run, n int64, size int) int64 {
	t.Helper()
	for range size * 16 {
		n++
		w := step(run, n)
		w.Records[0].Result.Data = make([]byte, 1<<16)
		commit(t, s, w)
	}
	return n
}

func TestTheLogDoesNotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{Synchronous: sqlite.Off})
	run := leased(t, s, "r")[0]
	length := func() int64 {
		info, err := os.Stat(p + "-wal")
		require.NoError(t, err)
		return info.Size()
	}
	const most = 6 << 20
	n := mebibytes(t, s, run, 0, 10)
	require.Less(t, length(), int64(most))

	// While somebody reads what was there at first it has to grow.
	reader, err := s.DB().BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	require.NoError(t, err)
	var records int64
	require.NoError(t, reader.QueryRowContext(t.Context(), "SELECT count(*) FROM baton_records").Scan(&records))
	require.Equal(t, n, records)
	n = mebibytes(t, s, run, n, 8)
	require.Greater(t, length(), int64(8<<20))
	require.NoError(t, reader.Rollback())

	n = mebibytes(t, s, run, n, 5)
	require.Less(t, length(), int64(most))
	require.Len(t, numbers(t, s, "r"), int(n))
	require.NoError(t, s.Close())
	require.NoFileExists(t, p+"-wal")
}
