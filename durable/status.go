package durable

import "github.com/baton-go/baton/durable/store"

// Status is where a run stands. One that is final never changes.
type Status = store.Status

// The statuses of a run.
const (
	// Pending runs wait to be started: at once, or at a time.
	Pending = store.Pending
	// Running runs are in the memory of a runtime: some step of theirs is being carried out, or they wait and have not
	// been unloaded yet.
	Running = store.Running
	// Waiting runs wait for a timer or an event, and are in nobody's memory.
	Waiting = store.Waiting
	// Completed runs have a result. It is final.
	Completed = store.Completed
	// Failed runs have an error. It is final.
	Failed = store.Failed
	// Cancelled runs were cancelled before they ended otherwise. It is final.
	Cancelled = store.Cancelled
	// Blocked runs cannot go on until somebody does something about it: see [BlockedError].
	Blocked = store.Blocked
	// Paused runs were told to stop until they are told to go on: see [Client.Pause].
	Paused = store.Paused
)

// ParentClose says what becomes of a child when its parent ends.
type ParentClose = store.ParentClose

const (
	// CancelOnClose has the child cancelled. It is the default.
	CancelOnClose = store.CancelOnClose
	// Abandon leaves the child alone.
	Abandon = store.Abandon
)
