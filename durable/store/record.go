package store

import "time"

// Record is one entry of a run's log.
type Record struct {
	// N is the number of the record: unique in the log, and mostly in the order in which the records were made. Numbers
	// may be missing. Epoch is that under which the record was written.
	N     int64
	Epoch int64
	Kind  RecordKind
	// Path is the step, such as "3.1.0"; of a Change, the strand and the step before which it stands.
	Path string
	// Name is that of the action, or of the change.
	Name string
	// Digest is that of the action as it was yielded; Action is the action itself, if it was small enough to be kept.
	Digest []byte
	Action Payload
	// Result is what the action returned, or else Failure its error.
	Result, Failure Payload
	// Number is the Seq of the message that a Receive consumed, or below 0 if that was in the inbox of another run; the
	// branch that a Decision is about, or the version of a Change.
	Number            int64
	Started, Finished time.Time
}

// RecordKind says what a record is about.
type RecordKind uint8

// The values are stored: they never change.
const (
	// Step is the outcome of one action.
	Step RecordKind = 1
	// Decision says which branch decided the group at the path.
	Decision RecordKind = 2
	// Change says which version of a change to the code the strand follows.
	Change RecordKind = 3
)

// String is the name of the kind in lower case.
func (k RecordKind) String() string {
	switch k {
	case Step:
		return "step"
	case Decision:
		return "decision"
	case Change:
		return "change"
	}
	return "unknown"
}

// Message is something that was sent to a run.
type Message struct {
	Run string
	// Seq is the place in the inbox. The store sets it: later messages to a run have greater ones, from 1.
	Seq int64
	// Name is that of the event.
	Name string
	// Key, if not empty, keeps the message from being sent twice.
	Key     string
	Payload Payload
	Sent    time.Time
}

// Write is one change to one run. It is made as a whole or not at all.
type Write struct {
	Run string
	// Epoch is that of the lease under which the write is made: without the lease, or once the epoch is another, the
	// error is ErrFenced. An Epoch of 0 needs no lease; the write then has a State.
	Epoch int64
	// Records are added to the log; those whose number it has already are ignored.
	Records []Record
	// Consumed are the Seqs of messages that are removed from the inbox. Their keys are kept.
	Consumed []int64
	// Published, if not nil, replaces that of the run.
	Published []byte

	// State, if not nil, replaces that of the run if its Revision is still this one: else the error is ErrChanged.
	// While the lease lasts, State.Due is ignored.
	State    *State
	Revision int64
	// Release, with a State, ends the lease: the Owner becomes empty, and if the write has no Epoch, the run's is
	// raised by one, so that whoever had the lease can write nothing more. A State that is final has it. If the new
	// status is Waiting and the inbox, without what is Consumed, holds a message after the Seq Seen, the run is due at
	// once.
	Release bool
	Seen    int64
	// Restart, with a State, removes the log before Records are appended, and replaces the Input.
	Restart *Payload
	// Send are messages to other runs, sent as by Store.Send. Those to runs that are not there or have finished are
	// dropped.
	Send []Message
}
