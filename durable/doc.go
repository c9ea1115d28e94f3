// Package durable runs orchestrations that survive: crashes, deploys, and months of waiting. It also makes a background
// job with a handle of any Go function.
//
//	var Checkout = durable.Define("checkout", checkout) // func(actions.Yield, Order) (Receipt, error)
//
//	st, err := sqlite.Open(ctx, "baton.db")
//	rt, err := durable.Open(ctx, st, exec, durable.Config{Flows: durable.Flows(Checkout)})
//	defer rt.Close(ctx)
//	h, err := Checkout.Start(ctx, rt, order, durable.WithID("order-42"))
//	receipt, err := h.Result(ctx)
//
// A [Flow] is a workflow under a name. A run is one call of it, kept in a store: its input, a journal of what came of
// each action, its inbox, and in the end its result. A [Runtime] carries runs out; a [Client], which every runtime is
// too, starts them and asks about them, in any process that has the store open.
//
// # How it survives
//
// The outcome of each action is in the journal before the workflow sees it. When the process has crashed, or the run
// was unloaded because it waited, the workflow is called again from its first line: what it yields is answered from the
// journal until it is where it stood, and carried out from there. So a workflow must be deterministic: whatever depends
// on the world it asks for by yielding. If it yields something else than its journal has, because its code was changed,
// the run is blocked, with an explanation, and nothing is lost.
//
// # What happens how often
//
// An action that has a record is never carried out again; its result is seen as it was recorded, in every life of the
// run. One that has none yet is carried out at least once: if the process dies, or loses its lease, while the action is
// under way or before its outcome is on record, it is carried out again. Handlers make that harmless with the step's
// key, which is the same each time (see executor.Step), or make it exactly once by recording in a transaction of their
// own (see sqlite.Transact). What [Config.Treat] has left unrecorded is carried out in each life.
//
// A run with a chosen ID is started once, as long as it is kept; and so is each run of a [Schedule]. An event in an
// inbox is received at most once; with a [DedupKey] it is there once. A child is started once. A run ends once: what it
// has come to never changes. What it says of itself (Log, Progress, Publish) may be said again after a crash.
//
// # What a workflow may rely on
//
// Its deferred functions run when it returns, and also when the run is unloaded or interrupted, on the way out of
// a goroutine that exits; and not at all in a crash. What they yield on that way out is not carried out, and a recover
// does not keep the run. So they must have no effects but by yielding. Effects that must happen belong into a saga, or
// under a shield.
//
// # What is durable when
//
// Once a call that changes something returns nil, that is in the store, to the degree that the store promises: a start,
// an event, a request to cancel. If it returns an error of the store it may be there or not. That is why starts have
// IDs and events have keys: both can be repeated.
//
// # What ends a run
//
// A run is completed, failed or cancelled, and stays that. It is kept for its retention, and deleted after it. A run
// that waits for a timer or an event costs no goroutine and no memory, for however long.
//
// The package imports the core, durable/codec, durable/journal, durable/store, internal/cron and google/uuid only.
package durable
