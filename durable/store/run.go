package store

import "time"

// Run is the row of a run.
type Run struct {
	// What never changes, except that the Input does when a run continues as new:

	ID      string
	Flow    string
	Version string // of the flow's definition that the run was started with
	Input   Payload
	// Seed is 16 random bytes, from which the run's identifiers and random values are derived.
	Seed []byte
	// Parent is the ID of the run that started this one, and OnParentClose what becomes of this one when that ends.
	Parent        string
	OnParentClose ParentClose
	// Queue is that which the run is in, and Key says for whom it is, among those who share the queue: see [Share]. The
	// Key is empty if the Queue is.
	Queue, Key string
	Priority   int // higher first
	Labels     map[string]string
	Created    time.Time
	Deadline   time.Time // by which it must have ended; zero is none
	// Retention is for how long the run is kept after its end; a negative one is for ever.
	Retention time.Duration

	State
	Lease

	// Published is what the run tells about itself while it is under way, in a form of the runtime's own.
	Published []byte
}

// State is what changes about a run as a whole. A [Write] replaces all of it.
type State struct {
	Status Status
	// Due is when the run is to be claimed; zero is not before somebody changes it. While the run is leased the store
	// keeps the end of the lease here.
	Due time.Time
	// Started is when the run was first claimed, or last continued as new, Finished when it ended.
	Started, Finished time.Time
	// Expires is when a run that has ended may be deleted; zero is never.
	Expires time.Time
	// Result is that of a run that has completed, or, while one is paused, what the runtime keeps of how it stood before.
	// Failure is the error of one that failed, or was or is to be cancelled.
	Result, Failure Payload
	// Reason says why the run is blocked, paused or cancelled.
	Reason string
	// Cancelled is when somebody asked for the run to be cancelled; zero is never.
	Cancelled time.Time
	// Generation counts how often the run continued as new.
	Generation int64
	// Settled is the last epoch that is accounted for: its holder ended it, by no crash and no lost lease. It is less
	// than that while it is not known what an epoch before it did.
	Settled int64
	// Trials counts the epochs in which the run, suspected of killing its process, was carried out for nothing.
	// It means nothing if there is a record of a later epoch than Settled.
	Trials int64
}

// Lease says who may write to a run. The epoch is the fencing token: it is raised by every claim, and a write under an
// older one is refused.
type Lease struct {
	Owner string // empty: nobody
	Epoch int64
	// Revision is raised by every claim and by every write of the State.
	Revision int64
}

// Payload is an encoded value, and the name of the codec that encoded it. The zero Payload is none. Stores need not
// tell empty Data from nil.
type Payload struct {
	Codec string
	Data  []byte
}

// Status is where a run stands.
type Status uint8

// The values are stored: they never change.
const (
	// Pending runs wait to be started.
	Pending Status = 1
	// Running runs are, or are about to be, carried out by their lease's owner.
	Running Status = 2
	// Waiting runs wait for a timer or an event, and are in nobody's memory.
	Waiting Status = 3
	// Completed runs have a result.
	Completed Status = 4
	// Failed runs have an error.
	Failed Status = 5
	// Cancelled runs were cancelled before they ended.
	Cancelled Status = 6
	// Blocked runs cannot go on until the code, or somebody, changes something.
	Blocked Status = 7
	// Paused runs were told to stop until they are told to go on.
	Paused Status = 8
)

// Finished tells whether the status is final.
func (s Status) Finished() bool { return s == Completed || s == Failed || s == Cancelled }

// String is the name of the status in lower case.
func (s Status) String() string {
	switch s {
	case Pending:
		return "pending"
	case Running:
		return "running"
	case Waiting:
		return "waiting"
	case Completed:
		return "completed"
	case Failed:
		return "failed"
	case Cancelled:
		return "cancelled"
	case Blocked:
		return "blocked"
	case Paused:
		return "paused"
	}
	return "unknown"
}

// ParentClose says what becomes of a run when the one that started it ends.
type ParentClose uint8

// The values are stored: they never change.
const (
	// CancelOnClose has the run cancelled.
	CancelOnClose ParentClose = 0
	// Abandon leaves it alone.
	Abandon ParentClose = 1
)
