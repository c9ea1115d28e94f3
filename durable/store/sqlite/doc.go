// Package sqlite keeps runs in an SQLite file.
//
//	st, err := sqlite.Open(ctx, "baton.db")
//	defer st.Close()
//
// The file is for one process at a time: a second one is told [store.ErrInUse]. What a method did when it returned nil
// survives the end of the process, of the operating system and of the power supply, as far as the disk keeps what it
// says that it has kept; [Config] has choices that give some of this up for speed.
//
// The tables of the store have names that begin with baton_. The user's own tables may live in the same file: see
// [Store.DB], [Transact], which makes a handler's writes and the record of its step one transaction, and
// [Store.Within].
//
// Beside the file "baton.db" there are "baton.db-wal" and "baton.db-shm", which belong to it while it is open or after
// a crash, and "baton.db-lock", which holds nothing but the number of the process that has the store open. Never copy
// the file alone while it is open: use [Store.Backup]. Do not put it on a network file system.
package sqlite
