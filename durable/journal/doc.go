// Package journal is the executor that looks in a run's records before it passes an action on. A run that is carried
// out again from its first line, after a crash or in another process, is answered from the records until it is where
// it stood, and goes on from there.
//
//	j, err := journal.New(journal.Config{ID: "r-42", Executor: exec, Log: log, Records: records})
//	result, err := orchestrate.Run(j.Context(ctx), flow, j)
//
// The durable runtime stands on it; it is of use alone where records are to be kept in a place of one's own.
//
// # What is recorded
//
// The outcome of each action is one [store.Record], which is durable before the orchestration sees it. What it sees
// is the record as it was decoded, for errors as well, so that a run that is replayed cannot see anything else. A
// group that a branch decides leaves a record of that before the other branches are cancelled. Now is the end of the
// last record of the strand, and a Sleep begins then; NewID and Random follow from the run's seed and the path; Log,
// Progress and Publish leave nothing; what Version answers is part of the next record.
//
// # What is done once
//
// An action that has a record is never carried out again. One that has none may have been: the process can crash
// after the effect and before the record. Handlers make that harmless with the step's key (see executor.Step), which
// is the same each time, or by recording in a transaction of their own (see [store.Recorder]). An error that says
// that nothing was done is not believed when an earlier life may have done it (see executor.NotDone).
//
// # Leaving a run alone
//
// A run whose strands all wait can be unloaded: its goroutines exit as by runtime.Goexit, and nothing of that is
// recorded. The deferred functions of an orchestration run then, and will again in the next life; what they yield is
// not carried out. So they must have no effects of their own, and after a crash they have not run at all.
//
// It imports the core, durable/codec, durable/store and the standard library only.
package journal
