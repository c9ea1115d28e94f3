package durable

import (
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// ownKinds are the errors of this package, and of those below it, which flows and their children may tell apart. Their
// names stand in journals and never change.
func ownKinds() []codec.ErrorKind {
	return []codec.ErrorKind{
		codec.Sentinel("durable.ErrNotFound", ErrNotFound),
		codec.Sentinel("durable.ErrFinished", ErrFinished),
		codec.Sentinel("durable.ErrConflict", ErrConflict),
		codec.Sentinel("durable.ErrTerminated", ErrTerminated),
		codec.Sentinel("durable.ErrNotFinished", ErrNotFinished),
		codec.Sentinel("durable.ErrBadID", ErrBadID),
		codec.Sentinel("durable.ErrBadName", ErrBadName),
		codec.Sentinel("durable.ErrBadOption", ErrBadOption),
		codec.Sentinel("durable.ErrTooLarge", ErrTooLarge),
		codec.Sentinel("durable.ErrQueueFull", ErrQueueFull),
		codec.Sentinel("store.ErrClosed", store.ErrClosed),
		codec.ErrorType[*RunError]("durable.RunError"),
		codec.ErrorType[*CancelledError]("durable.CancelledError"),
		codec.ErrorType[*TerminatedError]("durable.TerminatedError"),
		codec.ErrorType[*BlockedError]("durable.BlockedError"),
		codec.ErrorType[*ConflictError]("durable.ConflictError"),
		codec.ErrorType[*TooLargeError]("durable.TooLargeError"),
		codec.ErrorType[*QueueFullError]("durable.QueueFullError"),
		codec.ErrorType[*journal.TooLargeError]("journal.TooLargeError"),
		codec.ErrorType[*codec.EncodeError]("codec.EncodeError"),
		codec.ErrorType[*codec.DecodeError]("codec.DecodeError"),
		codec.ErrorType[*codec.UnknownCodecError]("codec.UnknownCodecError"),
	}
}
