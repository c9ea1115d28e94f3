package sqlite

import (
	"context"
	"os"
)

// walEnough is how long the write-ahead log gets before it is moved into the file: a thousand pages.
const walEnough = 4 << 20

// checkpoints keeps the write-ahead log short. SQLite's own checkpoints let it grow for as long as there is always
// somebody who reads, however briefly; and once it is long, each commit tries again. These wait for those who read, for
// a moment. It is used within the gate.
type checkpoints struct {
	file    string
	commits int
	limit   int64 // the length from which on it is too long
}

// after is called after commits on the connection that writes. An error is of no consequence but the length of the log.
func (k *checkpoints) after(c *conn) {
	const every = 8
	if k.commits++; k.commits%every != 0 {
		return
	}
	info, err := os.Stat(k.file)
	if err != nil || info.Size() <= k.limit {
		return
	}
	busy := true
	_ = c.each(context.Background(), "PRAGMA wal_checkpoint(RESTART)", func(r *row) error {
		busy = r.int(0) != 0
		return nil
	})
	k.limit = walEnough
	if busy { // somebody reads for a long time: not again before it has grown
		k.limit = info.Size() + walEnough
	}
}

// walSettings are those of the connection that writes.
func walSettings() []pragma {
	return []pragma{{"wal_autocheckpoint", "0", "0"}, {"cache_size", "-16384", "-16384"}}
}
