// Package file keeps runs in a directory, as files that people can read, for one process at a time:
//
//	st, err := file.Open(ctx, "runs")
//	defer st.Close()
//
// There is no database. Each run is a file of JSON lines in runs/: its records, and behind them the rest of it. What
// the files do not have yet is in journal/: each change, of however many runs, is one line there, which the disk keeps
// (fsync) before the change is acknowledged. Callers that come at the same time share a line. The files are brought up
// to date little by little, and by Close. Do not write to the directory while a process has the store open; to back it
// up, close the store and copy the directory.
//
// A power failure loses nothing that was acknowledged, and leaves nothing half done. After a disk was full, or failed,
// the store goes on as soon as the disk does. What cannot be read, each line having a checksum, is named by an error
// that is [store.ErrCorrupt] and copied to damaged/; its run is blocked, with the reason, when it becomes due, and the
// others go on. Such a run can be started again from its beginning, or ended and deleted.
//
// It is a store for hundreds to some ten thousands of runs: Claim looks at all that have not ended, List and Count look
// at all. All but the histories is in memory, which is about 1 KiB for a run, and its input, its result and what is in
// its inbox besides; Open reads the last line of each file.
//
// It imports durable/store, durable/store/whole and the standard library.
package file
