package store

import "errors"

var (
	// ErrNotFound says that there is no run with this ID.
	ErrNotFound = errors.New("there is no such run")
	// ErrFinished says that the run has ended: nothing changes it any more.
	ErrFinished = errors.New("the run has finished")
	// ErrFenced says that the lease under which a write was made is not the run's any more.
	ErrFenced = errors.New("the lease was lost")
	// ErrChanged says that somebody else changed the run's state meanwhile.
	ErrChanged = errors.New("the run was changed meanwhile")
	// ErrUnknown says that a transaction may have been committed, or not.
	ErrUnknown = errors.New("nobody knows whether the transaction was committed")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse says that another process has a store open that is for one process at a time.
	ErrInUse = errors.New("the store is in use by another process")
	// ErrNewer says that a store was written by a newer version of this library.
	ErrNewer = errors.New("the store was written by a newer version")
	// ErrCorrupt says that a store holds what cannot be read.
	ErrCorrupt = errors.New("the store is corrupt")
)
