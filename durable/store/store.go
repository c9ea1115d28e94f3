package store

import (
	"context"
	"time"
)

// Store keeps runs. Implementations are safe for concurrent use.
//
// What a method did when it returns nil is durable, to the degree that the store's documentation states. If it returns
// an error of its own (and not one about a single item), whether it did anything is unknown, and it may be called again
// with the same arguments: every method says what that does. Arguments belong to the caller again after the call, and
// results to the caller. Times are kept to the microsecond or better.
//
// A store that can do more says so with methods of its own: see [Watcher], [Counter] and [Taker].
type Store interface {
	// Create adds runs in the state that they carry, all in one transaction; their Lease is the zero Lease, whatever they
	// carry. A run whose ID is there already is left as it is. The result tells for each, in order, what is there now and
	// whether this call made it; of two in one call with the same ID the first is made. Called again, it reports the runs
	// as not made.
	Create(ctx context.Context, runs []Run) ([]Created, error)

	// Claim takes runs that are due, the highest priority first and then the earliest, and leases them: the Owner is set,
	// the Epoch is raised by one, the Revision too, the Status is Running, Due is the end of the lease, and Started is
	// now if it was zero. A run is due if its Due is neither zero nor later than the store's clock; that of a run whose
	// lease has run out is, and one that has finished never is. Two claims never lease one run in the same epoch, and all
	// claims together keep to the limits of a [Share]. Called again, it may claim others.
	Claim(ctx context.Context, c Claim) (Claimed, error)

	// Renew lets all leases of an owner last until the given duration from now, and tells which it has: those that were
	// not released and whose run has been claimed by nobody since, even if they had run out.
	Renew(ctx context.Context, owner string, lease time.Duration) ([]Held, error)

	// Commit makes the writes, in order and all in one transaction, but for those whose condition is not met: their
	// place in errs holds an error that is [ErrNotFound], [ErrFinished], [ErrFenced] or [ErrChanged], and they change
	// nothing. If all are made errs may be nil. Called again with the same writes it appends nothing twice; a write with
	// a State may then get an error, because it was made the first time.
	Commit(ctx context.Context, writes []Write) (errs []error, err error)

	// Send puts messages into the inboxes of their runs, in order and all in one transaction. A message with a Key that
	// its run has had before, consumed or not, is dropped without an error, and nothing happens. A run that is Waiting
	// and has no lease becomes due. The place of a message whose run is not there, or has finished, holds [ErrNotFound]
	// or [ErrFinished]. Called again, it sends messages without a Key again.
	Send(ctx context.Context, messages []Message) (errs []error, err error)

	// Load returns a run, its records from number from.Records on, and its messages after the Seq from.Messages, both in
	// order. The error is [ErrNotFound] if there is no such run.
	Load(ctx context.Context, id string, from Mark) (History, error)

	// List returns the runs that the query describes, without their histories, at most its Limit.
	List(ctx context.Context, q Query) ([]Run, error)

	// Delete removes those of the runs that have finished, with everything that belongs to them, and returns how many.
	Delete(ctx context.Context, ids []string) (int, error)
}

// Created tells what Create found or made.
type Created struct {
	Run Run
	New bool
}

// Claim says which runs to claim, for whom.
type Claim struct {
	// Owner names the process that claims; it is not empty.
	Owner string
	Lease time.Duration
	// Max is how many runs to claim at most; it is positive.
	Max int
	// Flows are the names of the flows of which runs are claimed.
	Flows []string
	// Queues are the queues from which runs are claimed, each with its limits; no two have the same name. If there are
	// none, runs are claimed from all queues, without limits.
	Queues []Share
}

// Share is how much of a queue may be claimed. A limit that is zero is none.
type Share struct {
	// Queue is the name; the empty one is that of all runs that are in no other queue.
	Queue string
	// Max is how many runs of the queue to claim at most.
	Max int
	// Total bounds how many runs of the queue, of whatever flow and owner, have a lease that has not run out: no more are
	// claimed while there are so many. Claims of many processes at once keep to it, if all of them have it.
	Total int
	// PerKey bounds in the same way the runs of the queue that have the same Key; the empty one is a key like any other.
	// With it, of the runs with the same priority those come first of whose key the fewest are leased, the ones that the
	// claim takes included; of several such keys the next one after After, in the order of bytes, behind the last of
	// which the first comes again; and of one key the earliest.
	PerKey int
	// After is a key, that of the run which was claimed last.
	After string
}

// Claimed is what Claim found.
type Claimed struct {
	Runs []History
	// Next is when the earliest run of these flows and queues that is left becomes due, leases of others included, but
	// those of the Owner not: at once, if a Max kept it from being claimed. Runs that are due, but which Total or PerKey
	// forbids to claim, do not count: they may be claimed when a lease of their queue ends. It is zero if there is none.
	Next time.Time
}

// History is a run with its log and its inbox.
type History struct {
	Run      Run
	Records  []Record
	Messages []Message
}

// Mark says from where on a history is wanted.
type Mark struct {
	Records  int64
	Messages int64
}

// Held is a lease that an owner has.
type Held struct {
	Run      string
	Epoch    int64
	Revision int64
	// Messages is the Seq of the last message in the run's inbox, or 0.
	Messages int64
}

// Query describes runs. Conditions that are zero do not count; those that are not must all be met.
type Query struct {
	IDs      []string
	Statuses []Status
	Flows    []string
	// Queues are names as in a [Share]: the empty one is that of the runs that are in no other queue.
	Queues []string
	Parent string
	// Labels must all be there, with these values.
	Labels map[string]string
	// Expired is the time at or before which a run must have expired.
	Expired time.Time
	// After is the place in the order behind which runs are wanted: the Created and ID of the last run of a page.
	After Cursor
	// Newest gives the runs that were created last first. Otherwise the oldest come first, and of those of the same
	// moment the smallest ID. The one order is the other one reversed.
	Newest bool
	// Limit is how many runs to return; 0 stands for 100.
	Limit int
}

// Cursor is a place in the order of runs.
type Cursor struct {
	Created time.Time
	ID      string
}

// DefaultLimit is the Limit of a Query that has none.
const DefaultLimit = 100

// Counter is a store that counts runs without listing them.
type Counter interface {
	// Count returns how many runs the query describes (its After, Newest and Limit do not count), by status.
	Count(ctx context.Context, q Query) (map[Status]Count, error)
}

// Count is what runs of one status have in common.
type Count struct {
	Runs int64
	// Took is the sum of the durations from Started to Finished of those that have both.
	Took time.Duration
}

// HearsAll tells whether a store is a [Watcher] that hears of what other processes do. One that may not has a method
// Deaf, which says so: then others are looked for as often as if it told nothing.
func HearsAll(s Store) bool {
	if _, ok := s.(Watcher); !ok {
		return false
	}
	d, ok := s.(interface{ Deaf() bool })
	return !ok || !d.Deaf()
}

// Watcher is a store that tells about changes instead of being polled for them.
type Watcher interface {
	// Watch calls f with every change that a Notice can show (runs that are created, claimed or given another State, and
	// messages), in this process or another one, once it is durable, until stop has returned. Calls may be concurrent
	// and may repeat or merge; f returns at once and calls no method of the store.
	Watch(f func(Notice)) (stop func())
}

// Notice is a change to a run.
type Notice struct {
	Run    string
	Status Status
	// Due is when the run is to be claimed. It is zero for one that is leased, or is not to be claimed.
	Due time.Time
	// Sent says that a message came.
	Sent bool
	// Revision is the run's after the change. It keeps whoever made the change, or knows of it, from asking what it was;
	// zero says nothing.
	Revision int64
	// Freed says that a lease of the run was ended by the change, and so has left room in the Queue, which is only set
	// then. A lease that runs out is not told.
	Freed bool
	Queue string
}
