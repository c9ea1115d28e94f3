// Package sqlite keeps runs in an SQLite file.
//
//	st, err := sqlite.Open(ctx, "baton.db")
//	defer st.Close()
//
// # What is promised
//
// What a method did when it returned nil survives the end of the process, in whatever way it ends, and that of the
// operating system and of the power supply, as far as the disk keeps what it says that it has kept. A method that
// returned an error of its own did everything or nothing. [Config] has a choice that gives some of this up for speed. A
// step of a run that is alone is one statement, one page and one wait for the disk; those of many runs at a time share
// all three. A run that sleeps takes about 300 bytes of the file and no memory; a million of them open in
// milliseconds.
//
// # One process at a time
//
// A second process, or a second Open in the same one, is told [store.ErrInUse]. When the process has ended, the next
// one that opens the file takes over at once what it left in the middle. Other programs may read the file, and write to
// tables of their own, at any time: whoever writes waits for the other.
//
// # Tables of your own
//
// The store's tables have names that begin with baton_; those of the user may live in the same file: see [Store.DB].
// [Transact] makes what a handler writes to them and the record of its step one transaction, so that it happens exactly
// once, and [Store.Within] makes runs that are created and messages that are sent part of a transaction. The store
// needs no statistics: Open forgets what ANALYZE has collected about its tables, which was true at one moment only.
//
// # Files
//
// Beside "baton.db" there are "baton.db-wal" and "baton.db-shm", which belong to it while it is open and after a crash,
// and "baton.db-lock", which holds nothing but the number of the process that has the store open. Copying the file
// alone while it is open is no backup: use [Store.Backup]. Network file systems have no locks that can be relied on.
// The file does not shrink when runs are deleted; their space is used again, and VACUUM, by [Store.DB], gives it back.
//
// It imports durable/store, the core, and modernc.org/sqlite, which needs no C compiler.
package sqlite
