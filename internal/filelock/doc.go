// Package filelock keeps a store for one process at a time, by a lock on a file that the operating system gives back
// when the process ends, in whatever way.
//
// It imports durable/store, for its error, and golang.org/x/sys/windows.
package filelock
